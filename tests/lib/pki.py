"""Certificates for tests, made by the openssl command alone."""

import subprocess
from pathlib import Path

DAY_PAST, LONG_PAST = "20200102000000Z", "20200101000000Z"


def run(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


class Authority:
    """A certificate authority in a directory of its own."""

    def __init__(self, place, name):
        self.place = Path(place) / name
        self.place.mkdir(parents=True)
        self.cert = self.place / "ca.pem"
        self.key = self.place / "ca.key"
        new_key(self.key, "ec")
        run("req", "-x509", "-new", "-key", self.key, "-sha256", "-days", "30", "-subj",
            f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign", "-out", self.cert)
        (self.place / "index.txt").write_text("")
        (self.place / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=own\n[own]\ndir={self.place}\ndatabase={self.place}/index.txt\n"
            f"new_certs_dir={self.place}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
            "unique_subject=no\n[any]\ncommonName=supplied\n")

    def tls(self, name, domain, alg="ec", expired=False, dns=True, extra=()):
        """A TLS certificate that stands for a SIP domain (RFC 5922)."""
        names = [f"URI:sip:{domain}"] + ([f"DNS:{domain}"] if dns else []) + list(extra)
        return self.leaf(name, names, alg, expired,
                         "keyUsage=critical,digitalSignature"
                         + (",keyEncipherment" if alg == "rsa" else ""),
                         "extendedKeyUsage=serverAuth,clientAuth")

    def smime(self, name, user, alg="ec", expired=False):
        """An S/MIME certificate to encrypt to, for user@domain or for a domain."""
        usage = "keyEncipherment" if alg == "rsa" else "keyAgreement,digitalSignature"
        return self.leaf(name, smime_names(user), alg, expired, f"keyUsage=critical,{usage}",
                         "extendedKeyUsage=emailProtection")

    def signing(self, name, user, alg="ec", expired=False):
        return self.leaf(name, smime_names(user), alg, expired,
                         "keyUsage=critical,digitalSignature", "extendedKeyUsage=emailProtection")

    def revoke(self, cert):
        run("ca", "-config", self.place / "ca.cnf", "-cert", self.cert, "-keyfile", self.key,
            "-revoke", cert)

    def crl(self, path, seconds=3600):
        """Writes the list of what is revoked; in place, as a whole."""
        made = Path(f"{path}.new")
        run("ca", "-config", self.place / "ca.cnf", "-cert", self.cert, "-keyfile", self.key,
            "-gencrl", "-crlsec", seconds, "-out", made)
        return made.replace(path)

    def leaf(self, name, names, alg, expired, *extensions):
        cert, key = self.place / f"{name}.{alg}.pem", self.place / f"{name}.{alg}.key"
        new_key(key, alg)
        request, config = self.place / f"{name}.csr", self.place / f"{name}.ext"
        run("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        config.write_text("\n".join([
            "subjectAltName=" + ",".join(names), "basicConstraints=critical,CA:FALSE",
            "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid", *extensions]))
        dates = ["-days", "30"]
        if expired:
            dates = ["-startdate", LONG_PAST, "-enddate", DAY_PAST]
        run("ca", "-batch", "-notext", "-config", self.place / "ca.cnf", "-cert", self.cert,
            "-keyfile", self.key, "-in", request, "-extfile", config, "-out", cert, *dates)
        return cert, key


def smime_names(user):
    return [f"URI:sip:{user}", f"email:{user}" if "@" in user else f"DNS:{user}"]


def new_key(path, alg):
    kind = {"ec": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "ed": ["ED25519"],
            "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[alg]
    run("genpkey", "-algorithm", *kind, "-out", path)
    path.chmod(0o600)


def bundle(path, *certificates):
    Path(path).write_text("".join(Path(c).read_text() for c in certificates))
    return Path(path)


def der(certificate):
    """The certificate in DER, as `application/pkix-cert` carries it."""
    return subprocess.run(["openssl", "x509", "-in", str(certificate), "-outform", "DER"],
                          capture_output=True, check=True).stdout
