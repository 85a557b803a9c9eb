"""A user agent that learns from refusals who else must read a body (E2M-30 to E2M-36)."""

import re
import tempfile
from pathlib import Path

from . import bodies

VIEW = re.compile(r'^(?:380|399) (\S+) "Required to [Vv]iew (?:Content-Type )?\'([^\']+)\'')


class Discloser:
    """Shares a body with the callee and with those who may ask for it.

    `legitimate` are the names that a certificate may have (E2M-34): the domains of both ends, the
    outbound proxy, or others that the user named. `revoked` is a file of CRLs, if there is one.
    """

    def __init__(self, agent, trust, signer, callee, legitimate, revoked=None):
        self.agent, self.trust, self.signer = agent, trust, signer
        self.recipients, self.readers = [callee], []
        self.legitimate, self.revoked = set(legitimate), revoked
        self.signing, self.refused = False, []
        self.place = Path(tempfile.mkdtemp(dir=Path(trust).parent))

    # -- what is sent

    def body(self, text):
        """Signed first if anybody wants that, then one envelope for all readers (E2M-30, E2M-35)."""
        shape = "N2" if self.signing else "N1"
        return bodies.shape(shape, text, self.recipients, self.signer[0], self.cid(),
                            key=self.signer[1])

    def cid(self):
        return f"offer@{self.agent.domain}"

    def labels(self):
        """One row for each reader, the same body in each (E2M-3, E2M-33)."""
        return [("Proxy-Inspect-Body", f'{name};cid="{self.cid()}"') for name in self.readers]

    def place_call(self, line, uri, text, most=6):
        """Calls until nobody on the way refuses for a reason that can be learnt from."""
        for _ in range(most):
            call = self.agent.invite(line, uri, body=self.body(text), extra=self.labels())
            found = call.wait(180, 20)
            if found.status not in (495, 496) or not self.learn(found):
                return call, found
        raise AssertionError(f"expected to be let through in {most} tries, got {self.refused}")

    # -- what is learnt

    def learn(self, answer):
        """Whether it is worth another try; answers to OPTIONS teach in the same way."""
        asked = [m.groups() for m in map(VIEW.match, answer.all("Warning")) if m]
        self.refused.append((answer.status, asked))
        if answer.status == 495 or any('"Signature Required"' in w for w in answer.all("Warning")):
            self.signing = True
        if answer.status == 495:
            return True
        if answer.get("Content-Type") != "application/pkix-cert":
            return False
        certificate = self.place / f"reader-{len(self.recipients)}.ec.pem"
        certificate.write_bytes(bodies.openssl("x509", "-inform", "DER", octets=answer.body))
        name = self.name_of(certificate)
        if name is None or certificate.read_bytes() in self.known():
            return False
        self.recipients.append(certificate)
        self.readers.append(name)
        return True

    def known(self):
        return [Path(r).read_bytes() for r in self.recipients]

    def name_of(self, certificate):
        """The name of a certificate that may be believed, None for any other (E2M-34)."""
        checks = ["-crl_check", "-CRLfile", str(self.revoked)] if self.revoked else []
        try:
            bodies.openssl("verify", "-purpose", "any", "-CAfile", str(self.trust), *checks,
                           str(certificate))
            names = bodies.openssl("x509", "-noout", "-ext", "subjectAltName", "-in",
                                   str(certificate)).decode()
        except bodies.Unreadable:
            return None
        found = set(re.findall(r"(?:URI:sip:|DNS:)([^\s,@]+)(?=[,\s])", names))
        return next(iter(sorted(found & self.legitimate)), None)
