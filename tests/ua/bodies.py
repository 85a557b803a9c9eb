"""Message bodies made and read by `openssl cms`, and the little MIME that stands around them.

A body is (header rows, octets), as the agent puts it into a message.
"""

import base64
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


def encrypt(content, recipients, cipher="-aes-256-cbc", *options):
    """EnvelopedData (AuthEnvelopedData with a -gcm cipher) over a MIME entity.

    A recipient is a certificate file, with `.ec.` or `.rsa.` in its name to choose how:
    key agreement with the SHA-256 key derivation, or RSAES-OAEP.
    """
    arguments = ["cms", "-encrypt", "-binary", "-outform", "DER", cipher, *options]
    for certificate in recipients:
        arguments += ["-recip", str(certificate)]
        if ".rsa." in str(certificate):
            arguments += ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
        else:
            arguments += ["-keyopt", "ecdh_kdf_md:sha256"]
    return openssl(*arguments, octets=content)


def sign_opaque(content, certificate, key, *options):
    return openssl("cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", "sha256",
                   *options, "-signer", str(certificate), "-inkey", str(key), octets=content)


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


def part(content_type, octets, *rows):
    """A part of a multipart, as it stands between two boundaries."""
    return mime(content_type, octets, rows)


def pkcs7_part(smime_type, octets, *rows):
    return mime(f"{PKCS7}; smime-type={smime_type}; name=smime.p7m", octets,
                ["Content-Transfer-Encoding: binary", *rows])


def mixed(*parts):
    """(content type, octets) of a multipart/mixed; its boundary is in none of the parts."""
    mark = "mixed-" + secrets.token_hex(12)
    boundary = f"--{mark}".encode()
    octets = b"".join(boundary + b"\r\n" + p + b"\r\n" for p in parts) + boundary + b"--\r\n"
    return f'multipart/mixed; boundary="{mark}"', octets


def tunnel(sdp, headers=()):
    """A SIP message that stands inside of another one (RFC 3261 section 23.4)."""
    rows = ["INVITE sip:bob@outside.example SIP/2.0", *headers, "c: application/sdp",
            f"l: {len(sdp.encode())}"]
    return ("\r\n".join(rows) + "\r\n\r\n" + sdp).encode()


def without_keys(sdp):
    return "".join(f"{line}\r\n" for line in sdp.splitlines()
                   if not line.startswith("a=crypto"))


def shape(name, sdp, recipients, signer=None, content_id=None, key=None, **more):
    """One of the nesting shapes N1 to N13 around an SDP; `signer` is a certificate file. Where a
    shape has parts for different readers, the first recipient is the callee and the second the
    gateway; `more` may hold a `cipher`, the `head` rows of a tunnel, `base64` for that coding
    wherever CMS stands, and `ber` for indefinite lengths.
    """
    inner = mime("application/sdp", sdp.encode())
    cipher = more.get("cipher", "-aes-256-cbc")
    kind = "auth-enveloped-data" if cipher.endswith("gcm") else "enveloped-data"

    streamed = ["-stream"] if more.get("ber") else []

    def sealed(content, readers=None):
        return encrypt(content, readers or recipients, cipher, *streamed)

    def inside(smime_type, octets, *rows):
        if not more.get("base64"):
            return pkcs7_part(smime_type, octets, *rows)
        head, text = in_base64(pkcs7(smime_type, octets))
        return mime(head[0][1], text, [*(f"{k}: {v}" for k, v in head[2:]), *rows])

    def opaque(content):
        return inside("signed-data", sign_opaque(content, signer, key, *streamed))

    def outside(body):
        return in_base64(body) if more.get("base64") else body

    if name in ("N2", "N3", "N11"):
        inner = mime(*multipart_signed(inner, signer, key)) if name == "N2" else opaque(inner)
    if name == "N7":
        inner = mime(*mixed(inner, part("application/pidf+xml", b"<presence/>")))
    if name == "N8":
        inner = mime("message/sip", tunnel(sdp, more.get("head", ())))
    if name in ("N1", "N2", "N3", "N7", "N8"):
        return outside(pkcs7(kind, sealed(inner), content_id))
    if name == "N11":
        octets = encrypt(inner, recipients, "-aes-256-gcm", *streamed)
        return outside(pkcs7("auth-enveloped-data", octets, content_id))
    if name in ("N4", "N5"):
        public = mime("application/sdp", without_keys(sdp).encode())
        if name == "N5":
            inner, public = opaque(inner), opaque(public)
        optional = [f"Content-ID: <{content_id or 'gw@inside.example'}>",
                    "Content-Disposition: attachment;handling=optional"]
        whole = mixed(inside(kind, sealed(inner, recipients[:1])),
                      inside(kind, sealed(public, recipients[1:]), *optional))
    elif name == "N6":
        whole = multipart_signed(inside(kind, sealed(inner)), signer, key)
    elif name == "N9":
        whole = mixed(inner, mime(*multipart_signed(aib(), signer, key)))
    elif name == "N10":
        hidden = inside(kind, sealed(aib(), recipients[1:]))
        whole = mixed(inside(kind, sealed(inner)), mime(*multipart_signed(hidden, signer, key)))
    elif name == "N13":
        return outside(pkcs7(kind, sealed(inside(kind, sealed(inner)), recipients[:1])))
    else:
        raise ValueError(f"no such shape: {name}")
    return [("Content-Type", whole[0]), ("Content-Transfer-Encoding", "binary")], whole[1]


def aib():
    """An Authenticated Identity Body (RFC 3893) without a Contact."""
    return mime("message/sipfrag", b"From: <sip:alice@inside.example>\r\n"
                b"To: <sip:bob@outside.example>\r\nCall-ID: aib@inside.example\r\n"
                b"CSeq: 1 INVITE\r\n", ["Content-Disposition: aib; handling=optional"])


def in_base64(body):
    """The same body in base64, as RFC 3261 mailers write it (SM-5)."""
    rows = [(k, "base64" if k == "Content-Transfer-Encoding" else v) for k, v in body[0]]
    return rows, base64.encodebytes(body[1]).replace(b"\n", b"\r\n")


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
