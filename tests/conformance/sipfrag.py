"""The caller's hidden copy of its headers (POL-70, 71, 73): made and read by openssl, too."""

import hashlib
import secrets
import time
import unittest
from email.utils import formatdate

from lib import gateway, processes
from lib.gateway import INSIDE, NAME, OUTSIDE, Border, free_port
from ua import bodies, sdp
from ua.agent import E2E, reply
from ua.proxy import Proxy

COPIED = ("From", "To", "Call-ID", "CSeq", "Date", "Contact", "Require", "Proxy-Require")


def fragment(request):
    """The headers that a caller vouches for, as message/sipfrag."""
    rows = [f"{name}: {value}" for name in COPIED for value in request.all(name)]
    return bodies.mime("message/sipfrag", "\r\n".join(rows + [""]).encode())


def sealed(request, signer, reader):
    """Signed by the caller and encrypted for the callee alone; `signer` is (cert, key)."""
    signed = bodies.sign_opaque(fragment(request), *signer)
    inner = bodies.mime("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", signed,
                        ["Content-Transfer-Encoding: binary"])
    return bodies.encrypt(inner, [reader])


def mixed(offer, envelope):
    """(headers, octets) of multipart/mixed: the offer, and what only the callee can read."""
    mark = "mixed-" + secrets.token_hex(8)
    hidden = bodies.mime("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
                         envelope,
                         ["Content-Disposition: attachment; handling=optional; filename=s.p7m",
                          "Content-Transfer-Encoding: binary"])
    line = f"--{mark}".encode()
    octets = b"\r\n".join([line, bodies.mime("application/sdp", offer.encode()), line, hidden,
                           line + b"--", b""])
    return [("Content-Type", f'multipart/mixed; boundary="{mark}"')], octets


def read_hidden(message, key_pair, trust):
    """(rows of the sipfrag, how the part is to be handled) of a message, by openssl."""
    parts = bodies.multipart(message.get("Content-Type"), message.body)
    kind, octets, whole = parts[1]
    found, text, layers = bodies.read(kind, octets, *key_pair, trust)
    assert found.startswith("message/sipfrag"), found
    assert layers == ["decrypted", "verified"], layers
    rows = dict(row.split(": ", 1) for row in text.decode().split("\r\n") if row)
    return rows, whole.split(b"\r\n\r\n")[0].decode()


class Case(unittest.TestCase):
    def caller(self, border):
        """An INVITE whose body holds an offer and a sipfrag about the INVITE itself."""
        keys = border.keys
        request = border.alice.request("INVITE", border.bob.aor)
        envelope = sealed(request, keys.alice, keys.bob[0])
        rows, octets = mixed(sdp.offer("127.0.0.1", 40000), envelope)
        request.drop("Content-Length")
        request.headers += [*rows, ("Content-Length", str(len(octets)))]
        request.body = octets
        return request


class Relayed(Case):
    """The gateway carries it and cannot read it."""

    @classmethod
    def setUpClass(cls):
        cls.border = Border()

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def test_it_crosses_octet_by_octet(self):
        border = self.border
        request = self.caller(border)
        border.alice.ask(border.line, request)
        taken = border.bob.next_call(10, request.call_id)
        self.assertEqual(hashlib.sha256(request.body).hexdigest(),
                         hashlib.sha256(taken.invite.body).hexdigest())
        rows, _ = read_hidden(taken.invite, border.keys.bob, border.keys.trust)
        for name in ("From", "To", "Call-ID", "CSeq", "Date", "Proxy-Require"):
            self.assertEqual(taken.invite.get(name), rows[name], name)
        self.assertNotEqual(taken.invite.get("Contact"), rows["Contact"], "an anchored leg")
        taken.respond(486)

    def test_the_one_that_probe_makes_is_read_by_openssl(self):
        border, keys = self.border, self.border.keys
        identity = border.alice.identity
        probe = processes.Process(
            [gateway.COMMAND, "probe", border.bob.aor, "--via", f"{NAME}:{border.ports['inside']}",
             "--address", "127.0.0.1", "--as", f"alice@{INSIDE}", "--cert", identity.cert,
             "--key", identity.key, "--trust", keys.trust, "--smime-cert", keys.alice_reads[0],
             "--smime-key", keys.alice_reads[1], "--to-cert", keys.bob[0], "--reader", keys.reader[0],
             "--sipfrag", "--grace", "1"], border.place / "probe.log", env=gateway.JVM)
        connection, invite = border.bob.next_incoming(60)
        rows, handling = read_hidden(invite, keys.bob, keys.trust)
        self.assertIn("handling=optional", handling.replace(" ", ""))
        for name in ("From", "To", "Call-ID", "CSeq", "Date", "Require", "Proxy-Require"):
            self.assertEqual(invite.get(name), rows[name], name)
        self.assertIn("transport=tls", rows["Contact"])
        connection.send(reply(invite, 486))
        processes.until(lambda: not probe.running, "probe ends", 60)
        self.assertIn("486", probe.output())


class Stripper(Proxy):
    """Takes the demand off whatever it forwards, and keeps to TLS: nobody could tell by that."""

    def _request(self, connection, request):
        for name in ("Require", "Proxy-Require"):
            left = [tag for tag in request.tokens(name) if tag != E2E]
            request.drop(name)
            if left:
                request.headers.append((name, ", ".join(left)))
        super()._request(connection, request)


class Behind(Case):
    """`surehop answer` behind the gateway, straight or behind an element that strips."""

    strips = False

    @classmethod
    def setUpClass(cls):
        cls.border = border = Border(start=False)
        border.bob.close()
        keys, port = border.keys, free_port()
        identity = keys.identity(OUTSIDE)
        cls.answer = processes.Process(
            [gateway.COMMAND, "answer", "--listen", f"127.0.0.1:{port}", "--as", f"bob@{OUTSIDE}",
             "--cert", identity.cert, "--key", identity.key, "--trust", keys.trust,
             "--smime-cert", keys.bob[0], "--smime-key", keys.bob[1], "--accept-clear",
             "--after-bye", "0"], border.place / "answer.log", env=gateway.JVM)
        processes.until(lambda: "listening" in cls.answer.output(), "answer listens", 60)
        cls.stripper = Stripper("strip.example", identity, keys.bob_signs)
        cls.stripper.places["*"] = (OUTSIDE, port)
        cls.stripper.attests = False
        cls.stripper.listen()
        there = next(p for p in border.tree["peers"] if p["name"] == "outside")
        there["port"] = cls.stripper.port if cls.strips else port
        border.start()

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "stripper"):
            cls.stripper.close()
        if hasattr(cls, "answer"):
            cls.answer.end()
        cls.border.close()

    def place(self, request):
        """The call is set up and ended; gives the 200 and what `answer` said meanwhile."""
        began = len(self.answer.output())
        call = self.border.alice.exchange(self.border.line, request, 30)
        self.assertEqual(200, call.status, str(call) + self.answer.output()[-500:])
        time.sleep(0.2)
        return call, self.answer.output()[began:]


class Answered(Behind):
    def test_it_agrees_with_what_came(self):
        answer, told = self.place(self.caller(self.border))
        self.assertIn(f"sipfrag from the caller, signed by sip:alice@{INSIDE}", told)
        self.assertIn("sipfrag: the caller asked for e2e-sec, and so it came", told)
        self.assertIn("changed on the path: Contact: signed sip:alice@127.0.0.1", told)
        self.assertEqual(1, told.count("changed on the path"), told)
        self.assertIsNotNone(answer.get("Hop-Record"))

    def test_the_same_again_is_believed_no_more(self):
        request = self.caller(self.border)
        self.place(request)
        again = self.caller(self.border)
        again.body = request.body
        again.set("Content-Type", request.get("Content-Type"))
        again.set("Content-Length", str(len(request.body)))
        _, told = self.place(again)
        self.assertIn("sipfrag NOT BELIEVED: it came before", told)

    def test_one_of_yesterday_is_not_believed(self):
        request = self.border.alice.request(
            "INVITE", self.border.bob.aor, Date=formatdate(time.time() - 86400, usegmt=True))
        keys = self.border.keys
        rows, octets = mixed(sdp.offer("127.0.0.1", 40000), sealed(request, keys.alice,
                                                                   keys.bob[0]))
        request.drop("Content-Length")
        request.headers += [*rows, ("Content-Length", str(len(octets)))]
        request.body = octets
        _, told = self.place(request)
        self.assertIn("sipfrag NOT BELIEVED: it was made at", told)


class Stripped(Behind):
    strips = True

    def test_the_callee_sees_that_the_demand_was_taken_off(self):
        answer, told = self.place(self.caller(self.border))
        self.assertIn("sipfrag: STRIPPED ON PATH", told)
        self.assertIn("strip.example", answer.get("Hop-Record"), "it is returned all the same")
        event = self.border.gateway.event("e2e-sec.verdict", answer.call_id)
        self.assertEqual("MISMATCH", event["details"]["verdict"].upper())
