"""The client's side of Digest (RFC 7616, RFC 8760), written from the standard alone."""

import hashlib
import secrets

HASHES = {
    "SHA-256": lambda octets: hashlib.sha256(octets).hexdigest(),
    "SHA-512-256": lambda octets: hashlib.new("sha512_256", octets).hexdigest(),
    "MD5": lambda octets: hashlib.md5(octets).hexdigest(),
}


def parameters(row):
    """The parameters of a challenge or of credentials; the scheme stands first."""
    scheme, _, rest = row.partition(" ")
    if scheme.lower() != "digest":
        raise ValueError(f"another scheme: {scheme}")
    found, at = {}, 0
    while at < len(rest):
        name, _, _ = rest[at:].partition("=")
        at += len(name) + 1
        if rest[at:at + 1] == '"':
            end = rest.index('"', at + 1)
            value, at = rest[at + 1:end], end + 1
        else:
            end = rest.find(",", at)
            end = len(rest) if end < 0 else end
            value, at = rest[at:end].strip(), end
        found[name.strip().lower()] = value
        at = rest.find(",", at)
        if at < 0:
            break
        at += 1
    return found


def choose(answer, algorithm=None):
    """The first challenge of a 401 or 407 that we understand, or the one with that algorithm."""
    rows = answer.all("Proxy-Authenticate") + answer.all("WWW-Authenticate")
    for found in map(parameters, rows):
        if found.get("algorithm", "MD5") in HASHES and algorithm in (None, found["algorithm"]):
            return found
    raise ValueError(f"no such challenge: {rows}")


def hashed(name, realm, password, algorithm="SHA-256"):
    """HA1, as the gateway's file of users may hold it."""
    return HASHES[algorithm](f"{name}:{realm}:{password}".encode())


def credentials(user, challenge, request, count=1, qop=None, userhash=False):
    """The value of (Proxy-)Authorization for that request; `user` is (name, password)."""
    name, password = user
    realm, nonce = challenge["realm"], challenge["nonce"]
    algorithm = challenge.get("algorithm", "MD5")
    hashing = HASHES[algorithm]
    qop = qop or challenge["qop"].split(",")[0].strip()
    cnonce, nc = secrets.token_hex(8), f"{count:08x}"
    a2 = f"{request.method}:{request.uri}"
    if qop == "auth-int":
        a2 += ":" + hashing(request.body)
    response = hashing(":".join([hashed(name, realm, password, algorithm), nonce, nc, cnonce, qop,
                                 hashing(a2.encode())]).encode())
    shown = hashing(f"{name}:{realm}".encode()) if userhash else name
    return (f'Digest username="{shown}", realm="{realm}", nonce="{nonce}", uri="{request.uri}", '
            f'response="{response}", algorithm={algorithm}, cnonce="{cnonce}", qop={qop}, nc={nc}'
            + (", userhash=true" if userhash else ""))
