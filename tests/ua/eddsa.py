"""SignedData with Ed25519 (RFC 8419): the signature by `openssl pkeyutl`, the structure by hand.

`openssl cms` of version 3.0 does not sign with such keys.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path

from . import bodies

OIDS = {"data": "2a864886f70d010701", "signed-data": "2a864886f70d010702",
        "content-type": "2a864886f70d010903", "message-digest": "2a864886f70d010904",
        "signing-time": "2a864886f70d010905", "sha512": "608648016503040203",
        "ed25519": "2b6570"}


def tlv(tag, *contents):
    octets = b"".join(contents)
    size = len(octets)
    if size < 128:
        return bytes([tag, size]) + octets
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + octets


def sequence(*contents):
    return tlv(0x30, *contents)


def oid(name):
    return tlv(0x06, bytes.fromhex(OIDS[name]))


def elements(octets):
    """The elements that a constructed one holds, each with its tag and length."""
    inner, _ = content(octets)
    while inner:
        _, rest = content(inner)
        yield inner[:len(inner) - len(rest)]
        inner = rest


def content(octets):
    """(what the first element holds, what comes after it)."""
    size, head = octets[1], 2
    if size & 0x80:
        head += size & 0x7F
        size = int.from_bytes(octets[2:head], "big")
    return octets[head:head + size], octets[head + size:]


def name_of(certificate):
    """IssuerAndSerialNumber of a certificate in DER."""
    fields = list(elements(next(elements(certificate))))
    return sequence(fields[3], fields[1])


def sign(key, octets):
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "octets"
        file.write_bytes(octets)
        return bodies.openssl("pkeyutl", "-sign", "-inkey", str(key), "-rawin", "-in", str(file))


def signed_data(inner, certificate, key, detached=False):
    """ContentInfo over `inner`; `certificate` and `key` are files in PEM form."""
    der = bodies.openssl("x509", "-in", str(certificate), "-outform", "DER")
    digest = hashlib.sha512(inner).digest()
    now = time.strftime("%y%m%d%H%M%SZ", time.gmtime()).encode()
    attributes = sorted([
        sequence(oid("content-type"), tlv(0x31, oid("data"))),
        sequence(oid("signing-time"), tlv(0x31, tlv(0x17, now))),
        sequence(oid("message-digest"), tlv(0x31, tlv(0x04, digest))),
    ])
    signature = sign(key, tlv(0x31, *attributes))
    one = tlv(0x02, b"\x01")
    algorithm = sequence(oid("sha512"))
    signer = sequence(one, name_of(der), algorithm, tlv(0xA0, *attributes),
                      sequence(oid("ed25519")), tlv(0x04, signature))
    carried = [] if detached else [tlv(0xA0, tlv(0x04, inner))]
    whole = sequence(one, tlv(0x31, algorithm), sequence(oid("data"), *carried),
                     tlv(0xA0, der), tlv(0x31, signer))
    return sequence(oid("signed-data"), tlv(0xA0, whole))


if __name__ == "__main__":
    source, signer_file, key_file, *rest = sys.argv[1:]
    sys.stdout.buffer.write(signed_data(Path(source).read_bytes(), signer_file, key_file,
                                        "detached" in rest))
