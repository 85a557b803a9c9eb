"""The judges judged: a test user agent that cannot fail would prove nothing."""

import unittest

from lib import pki, suite
from ua import assurance, bodies, message, sdp, transport
from ua.agent import Agent, Identity


class Keys(unittest.TestCase):
    """Certificates and CMS, openssl against openssl."""

    @classmethod
    def setUpClass(cls):
        place = suite.place()
        cls.ca, cls.other = pki.Authority(place, "ca"), pki.Authority(place, "other")
        cls.bob = cls.ca.smime("bob", "bob@outside.example")
        cls.gateway = cls.ca.smime("gw", "gw.example", "rsa")
        cls.alice = cls.ca.signing("alice", "alice@inside.example")
        cls.eve = cls.other.smime("eve", "eve@outside.example")
        cls.sdp = sdp.offer("192.0.2.1", 4000)

    def make(self, shape, recipients):
        rows, octets = bodies.shape(shape, self.sdp, recipients, self.alice[0], key=self.alice[1])
        return dict(rows)["Content-Type"], octets

    def test_every_recipient_reads_every_shape(self):
        for shape in ("N1", "N2", "N3", "N11"):
            kind, octets = self.make(shape, [self.bob[0], self.gateway[0]])
            self.assertNotIn(b"m=audio", octets)
            for cert, key in (self.bob, self.gateway):
                leaf, content, _ = bodies.read(kind, octets, cert, key, self.ca.cert)
                self.assertEqual(("application/sdp", self.sdp), (leaf, content.decode()))

    def test_a_stranger_reads_nothing(self):
        kind, octets = self.make("N1", [self.bob[0]])
        with self.assertRaises(bodies.Unreadable):
            bodies.read(kind, octets, *self.eve, self.ca.cert)

    def test_a_changed_signed_octet_is_noticed(self):
        inner = bodies.mime("application/sdp", self.sdp.encode())
        kind, octets = bodies.multipart_signed(inner, *self.alice)
        bodies.read(kind, octets, trust=self.ca.cert)
        with self.assertRaises(bodies.Unreadable):
            bodies.read(kind, octets.replace(b"audio 4000", b"audio 4002"), trust=self.ca.cert)

    def test_a_foreign_authority_is_not_trusted(self):
        inner = bodies.mime("application/sdp", self.sdp.encode())
        kind, octets = bodies.multipart_signed(inner, *self.eve)
        with self.assertRaises(bodies.Unreadable):
            bodies.read(kind, octets, trust=self.ca.cert)


class Words(unittest.TestCase):
    """Messages, framing, and the verdict table of POL-66."""

    def test_frames_by_content_length_only(self):
        one = b"OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nl: 3\r\n\r\nabc"
        buffer = bytearray(one + b"OPTIONS sip:b SIP/2.0\r\nContent-Length: 0\r\n\r\nrest")
        self.assertEqual(b"abc", transport.frame(buffer).body)
        self.assertEqual("sip:b", transport.frame(buffer).uri)
        self.assertIsNone(transport.frame(buffer))

    def test_two_content_lengths_are_malformed(self):
        two = bytearray(b"OPTIONS sip:a SIP/2.0\r\nl: 0\r\nContent-Length: 0\r\n\r\n")
        self.assertRaises(message.Malformed, transport.frame, two)

    def test_hop_record_is_every_via_but_the_bottom_one(self):
        request = message.Message("INVITE sip:b SIP/2.0", [
            ("Via", "SIP/2.0/TLS p2.example:5061;branch=z9hG4bK1"),
            ("Via", "SIP/2.0/TLS P1.example:5071;received=192.0.2.9, SIP/2.0/TLS ua:5061")])
        self.assertEqual("p2.example, p1.example:5071", assurance.hop_record(request))

    def test_verdict_table(self):
        def report(**hops):
            return {"hops": [{"id": h, "result": r} for h, r in hops.items()]}
        yes, no = "complied", "not-complied"
        rows = [
            (200, {"a", "b"}, [report(a=yes), report(b=yes)], "ASSURED"),
            (200, {"a"}, [report(a=yes, b=yes)], "PARTIAL"),
            (200, {"a", "b"}, [report(a=yes)], "MISMATCH"),
            (200, {"a"}, [report(a=no)], "MISMATCH"),
            (200, None, [report(a=yes)], "UNVERIFIED"),
            (200, {"ua"}, [], "ASSURED"),
            (420, None, [], "FAILED"),
        ]
        for status, record, reports, wanted in rows:
            with self.subTest(wanted=wanted, record=record):
                self.assertEqual(wanted, assurance.verdict(status, record, reports, ["ua"])[0])


class Agents(unittest.TestCase):
    """Two user agents with nobody between."""

    @classmethod
    def setUpClass(cls):
        place = suite.place()
        cls.ca = pki.Authority(place, "ca")
        cls.alice = Agent("alice", "inside.example", cls.identity("inside.example"))
        cls.bob = Agent("bob", "outside.example", cls.identity("outside.example"))
        cls.bob.listen()
        cls.line = cls.alice.connect("127.0.0.1", cls.bob.port)

    @classmethod
    def identity(cls, domain):
        cert, key = cls.ca.tls(domain, domain)
        return Identity(cert, key, cls.ca.cert)

    @classmethod
    def tearDownClass(cls):
        cls.alice.close()
        cls.bob.close()

    def test_call_and_bye_from_each_side(self):
        for ender in ("alice", "bob"):
            call = self.alice.invite(self.line, self.bob.aor)
            taken = self.bob.next_call()
            taken.respond(180)
            call.expect(180)
            taken.respond(200)
            call.answered()
            taken.next_request("ACK")
            mine, theirs = (call, taken) if ender == "alice" else (taken, call)
            answers = mine.agent.ask(mine.connection, mine.make("BYE"))
            theirs.reply(theirs.next_request("BYE"), 200)
            self.assertEqual(200, answers.get(timeout=5).status)

    def test_the_peer_is_known_by_its_sip_uri(self):
        self.assertEqual(["outside.example"], self.line.peer)

    def test_refusal_is_acknowledged(self):
        call = self.alice.invite(self.line, self.bob.aor)
        taken = self.bob.next_call()
        taken.respond(486)
        self.assertEqual(486, call.final().status)
        ack = taken.next_request("ACK")
        self.assertEqual([], ack.all("Proxy-Require"))
