"""Message bodies made and read by `openssl cms`, and the little MIME that stands around them.

A body is (header rows, octets), as the agent puts it into a message.
"""

import secrets
import subprocess
import tempfile
from pathlib import Path

PKCS7 = "application/pkcs7-mime"


class Unreadable(Exception):
    """openssl could not read a body."""


def openssl(*arguments, octets=b""):
    done = subprocess.run(["openssl", *arguments], input=octets, capture_output=True, timeout=30)
    if done.returncode:
        raise Unreadable(f"openssl {arguments[0]} {arguments[1]}: {done.stderr.decode()[:400]}")
    return done.stdout


def sdp_body(sdp):
    return [("Content-Type", "application/sdp")], sdp.encode()


def mime(content_type, octets, extra=()):
    """A MIME entity: header rows, empty line, octets."""
    rows = [f"Content-Type: {content_type}", *extra]
    return ("\r\n".join(rows) + "\r\n\r\n").encode() + octets


def entity(octets):
    """(content type, content) of a MIME entity."""
    head, _, content = octets.partition(b"\r\n\r\n")
    kind = "text/plain"
    for row in head.decode("latin-1").replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n"):
        name, _, value = row.partition(":")
        if name.strip().lower() == "content-type":
            kind = value.strip()
    return kind, content


def parameter(content_type, name):
    for piece in content_type.split(";")[1:]:
        key, _, value = piece.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return None


def multipart(content_type, octets):
    """The parts of a multipart as (content type, content, whole entity octets)."""
    mark = b"--" + parameter(content_type, "boundary").encode()
    parts = []
    for piece in (b"\r\n" + octets).split(b"\r\n" + mark)[1:]:
        if piece.startswith(b"--"):
            break
        whole = piece.partition(b"\r\n")[2]
        parts.append((*entity(whole), whole))
    return parts


def encrypt(content, recipients, cipher="-aes-256-cbc"):
    """EnvelopedData (AuthEnvelopedData with a -gcm cipher) over a MIME entity.

    A recipient is a certificate file, with `.ec.` or `.rsa.` in its name to choose how:
    key agreement with the SHA-256 key derivation, or RSAES-OAEP.
    """
    arguments = ["cms", "-encrypt", "-binary", "-outform", "DER", cipher]
    for certificate in recipients:
        arguments += ["-recip", str(certificate)]
        if ".rsa." in str(certificate):
            arguments += ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
        else:
            arguments += ["-keyopt", "ecdh_kdf_md:sha256"]
    return openssl(*arguments, octets=content)


def sign_opaque(content, certificate, key):
    return openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", "sha256",
                   "-signer", str(certificate), "-inkey", str(key), octets=content)


def sign_detached(content, certificate, key):
    return openssl("cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256",
                   "-signer", str(certificate), "-inkey", str(key), octets=content)


def multipart_signed(content, certificate, key):
    """(content type, octets) of a clear-signed MIME entity (RFC 8551 section 3.5.3)."""
    mark = "signed-" + secrets.token_hex(12)
    signature = mime("application/pkcs7-signature; name=smime.p7s",
                     sign_detached(content, certificate, key),
                     ["Content-Transfer-Encoding: binary"])
    boundary = f"--{mark}".encode()
    octets = b"\r\n".join([boundary, content, boundary, signature, boundary + b"--", b""])
    kind = (f'multipart/signed; protocol="application/pkcs7-signature"; '
            f'micalg=sha-256; boundary="{mark}"')
    return kind, octets


def pkcs7(smime_type, octets, content_id=None):
    rows = [
        ("Content-Type", f"{PKCS7}; smime-type={smime_type}; name=smime.p7m"),
        ("Content-Disposition", "attachment; handling=required; filename=smime.p7m"),
        ("Content-Transfer-Encoding", "binary"),
    ]
    if content_id:
        rows.append(("Content-ID", f"<{content_id}>"))
    return rows, octets


def shape(name, sdp, recipients, signer=None, content_id=None, key=None):
    """One of the nesting shapes N1, N2, N3, N11 around an SDP; `signer` is a certificate file."""
    inner = mime("application/sdp", sdp.encode())
    if name == "N1":
        return pkcs7("enveloped-data", encrypt(inner, recipients), content_id)
    if name == "N2":
        inner = mime(*multipart_signed(inner, signer, key))
        return pkcs7("enveloped-data", encrypt(inner, recipients), content_id)
    signed = sign_opaque(inner, signer, key)
    inner = mime(f"{PKCS7}; smime-type=signed-data; name=smime.p7m", signed,
                 ["Content-Transfer-Encoding: binary"])
    if name == "N3":
        return pkcs7("enveloped-data", encrypt(inner, recipients), content_id)
    if name == "N11":
        octets = encrypt(inner, recipients, "-aes-256-gcm")
        return pkcs7("auth-enveloped-data", octets, content_id)
    raise ValueError(f"no such shape: {name}")


def decrypt(octets, certificate, key):
    return openssl("cms", "-decrypt", "-inform", "DER", "-binary", "-recip", str(certificate),
                   "-inkey", str(key), octets=octets)


def opaque_content(octets):
    """What an opaque SignedData holds, without a look at the signature."""
    return openssl("cms", "-verify", "-noverify", "-nosigs", "-inform", "DER", "-binary",
                   octets=octets)


def verify_opaque(octets, trust):
    return openssl("cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any",
                   "-CAfile", str(trust), octets=octets)


def verify_detached(content, signature, trust):
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "content"
        file.write_bytes(content)
        return openssl("cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any",
                       "-CAfile", str(trust), "-content", str(file), octets=signature)


def read(kind, octets, certificate=None, key=None, trust=None):
    """Peels a body down to its leaf; gives (leaf type, leaf octets, what was peeled off)."""
    layers = []
    for _ in range(8):
        plain = kind.split(";")[0].strip().lower()
        smime = (parameter(kind, "smime-type") or "").lower()
        if plain == PKCS7 and smime in ("enveloped-data", "auth-enveloped-data"):
            kind, octets = entity(decrypt(octets, certificate, key))
            layers.append("decrypted")
        elif plain == PKCS7:
            kind, octets = entity(verify_opaque(octets, trust))
            layers.append("verified")
        elif plain == "multipart/signed":
            parts = multipart(kind, octets)
            verify_detached(parts[0][2], parts[1][1], trust)
            kind, octets = parts[0][0], parts[0][1]
            layers.append("verified")
        else:
            return plain, octets, layers
    raise Unreadable("nested too deeply")
