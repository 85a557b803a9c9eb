"""Reuse of content keys (RFC 3185) as a user agent does it: MSG1 says by which name its key will be
known, MSG2 is encrypted under that key. All cryptography is that of the openssl command."""

import secrets

from . import asn1, bodies
from .asn1 import der, integer, octets, oid

ATTRIBUTES = "1.2.840.113549.1.9.16.2"
REFERENCE, MAX_DECRYPTS, DERIVATION = (f"{ATTRIBUTES}.{n}" for n in (30, 31, 32))
AES_WRAP = {16: "2.16.840.1.101.3.4.1.5", 24: "2.16.840.1.101.3.4.1.25",
            32: "2.16.840.1.101.3.4.1.45"}
SPY = bytes(range(16)), b"spy"  # a key of our own, to look at the content key by


class Sealed:
    """An envelope together with its content key and the name by which that will be known."""

    def __init__(self, body, key, name):
        self.body, self.key, self.name = body, key, name


def wrapping_key(key, way="reversed", size=None):
    if way == "reversed":
        return key[::-1]
    if way == "plain":
        return key
    salt, rounds = way
    return bytes.fromhex(bodies.openssl(
        "kdf", "-keylen", str(size), "-kdfopt", "digest:SHA1", "-kdfopt", f"hexpass:{key.hex()}",
        "-kdfopt", f"hexsalt:{salt.hex()}", "-kdfopt", f"iter:{rounds}",
        "PBKDF2").decode().replace(":", "").strip())


def seal(content, recipients=(), cipher="-aes-128-cbc", under=None, name=None, decrypts=8,
         derivation=None, content_id=None):
    """Encrypts for certificates and, with `under` = (wrapping key, reference), for its holders.

    `name` is the CEKReference of the new content key, `derivation` = (salt, rounds, key size).
    """
    arguments = ["cms", "-encrypt", "-binary", "-outform", "DER", cipher,
                 "-secretkey", (under or SPY)[0].hex(), "-secretkeyid", (under or SPY)[1].hex()]
    for certificate in recipients:
        arguments += ["-recip", str(certificate)]
        if ".rsa." in str(certificate):
            arguments += ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
        else:
            arguments += ["-keyopt", "ecdh_kdf_md:sha256"]
    sealed = bodies.openssl(*arguments, octets=content)
    key = content_key(sealed, *(under or SPY))
    if not under:
        sealed = without_spy(sealed)
    if name:
        sealed = with_attributes(sealed, attributes(name, decrypts, derivation))
    kind = "auth-enveloped-data" if cipher.endswith("gcm") else "enveloped-data"
    return Sealed(bodies.pkcs7(kind, sealed, content_id), key, name)


def new_name():
    return secrets.token_bytes(12)


def envelope(cms):
    """(content type element, fields of the EnvelopedData or AuthEnvelopedData)."""
    kind, content = asn1.children(asn1.read(cms)[1])
    return kind[2], [f[2] for f in asn1.children(asn1.read(content[1])[1])]


def rebuilt(kind, fields):
    return der(asn1.SEQUENCE, kind, der(0xA0, der(asn1.SEQUENCE, *fields)))


def recipients_at(fields):
    return next(i for i, f in enumerate(fields) if f[0] == asn1.SET)


def content_key(cms, kek, kek_name):
    """Takes the content key out by the recipient that was added for it."""
    _, fields = envelope(cms)
    for _, content, whole in asn1.children(asn1.read(fields[recipients_at(fields)])[1]):
        if whole[0] == 0xA2:
            parts = asn1.children(content)
            if asn1.children(parts[1][1])[0][1] == kek_name:
                return bodies.openssl(
                    "enc", "-d", f"-id-aes{len(kek) * 8}-wrap", "-K", kek.hex(), "-iv", "A6" * 8,
                    octets=parts[3][1])
    raise bodies.Unreadable("no recipient of that name")


def without_spy(cms):
    kind, fields = envelope(cms)
    at = recipients_at(fields)
    kept = [w for _, _, w in asn1.children(asn1.read(fields[at])[1]) if w[0] != 0xA2]
    fields[at] = der(asn1.SET, *kept)
    return rebuilt(kind, fields)


def attribute(kind, value):
    return der(asn1.SEQUENCE, oid(kind), der(asn1.SET, value))


def attributes(name, decrypts=8, derivation=None):
    found = [attribute(REFERENCE, octets(name))]
    if decrypts is not None:
        found.append(attribute(MAX_DECRYPTS, integer(decrypts)))
    if derivation:
        salt, rounds, size = derivation
        pbkdf2 = der(asn1.SEQUENCE, octets(salt), integer(rounds), integer(size))
        wrap = der(asn1.SEQUENCE, oid(AES_WRAP[size]))
        found.append(attribute(DERIVATION, der(asn1.SEQUENCE, wrap, pbkdf2)))
    return sorted(found)


def with_attributes(cms, found):
    """Adds unprotectedAttrs [1] to EnvelopedData, which then is of version 2 (RFC 5652 section
    6.1), or unauthAttrs [2] to AuthEnvelopedData."""
    kind, fields = envelope(cms)
    authenticated = kind.endswith(bytes([1, 23]))
    fields.append(der(0xA2 if authenticated else 0xA1, *found))
    if not authenticated:
        fields[0] = integer(2)
    return rebuilt(kind, fields)
