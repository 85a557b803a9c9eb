"""Bodies that openssl made: read by the gateway and by the callee, and changed by nobody."""

import hashlib
import unittest
from pathlib import Path

from lib import gateway, pki
from lib.gateway import INSIDE, NAME
from ua import bodies, eddsa, sdp

LABEL = [("Proxy-Inspect-Body", f'{NAME};cid="offer@inside.example"')]
OFFER, ANSWER = sdp.offer("127.0.0.1", 40100, 40102), sdp.offer("127.0.0.1", 50100, 50102)


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


class Trial(unittest.TestCase):
    """One gateway for each class; `change` turns the configuration for it."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False}

    def reader(self):
        return self.keys.reader[0]

    def offer(self, shape, recipients=None):
        return bodies.shape(shape, OFFER, recipients or [self.keys.bob[0], self.reader()],
                            self.keys.alice[0], content_id="offer@inside.example",
                            key=self.keys.alice[1])

    def answer(self, shape, recipients=None):
        return bodies.shape(shape, ANSWER, recipients or [self.keys.alice_reads[0], self.reader()],
                            self.keys.bob_signs[0], key=self.keys.bob_signs[1])

    def read(self, found, who):
        kind, octets, _ = bodies.read(found.get("Content-Type"), found.body, *who,
                                      self.keys.trust)
        return kind, octets.decode()

    def through(self, shape, offer=None, answer=None, who=None):
        """A call with that shape both ways; gives nothing back because all of it is checked."""
        offer, answer = offer or self.offer(shape), answer or self.answer(shape)
        before = len(self.border.gateway.events("pinhole.open"))
        told = len(self.border.line.received)
        call, taken = self.border.call(body=offer, extra=LABEL)
        self.assertEqual(digest(offer[1]), digest(taken.invite.body), "offer octets")
        for name in ("Content-Type", "Content-Transfer-Encoding", "Content-ID",
                     "Content-Disposition"):
            self.assertEqual(dict(offer[0]).get(name), taken.invite.get(name), name)
        self.assertEqual(("application/sdp", OFFER), self.read(taken.invite, who or self.keys.bob))
        taken.respond(180)
        taken.respond(200, answer)
        ok = call.answered()
        self.assertEqual(digest(answer[1]), digest(ok.body), "answer octets")
        self.assertEqual(("application/sdp", ANSWER), self.read(ok, self.keys.alice_reads))
        taken.next_request("ACK")
        opened = self.border.gateway.event("pinhole.open", call.call_id)
        self.assertGreater(len(self.border.gateway.events("pinhole.open")), before)
        self.assertEqual(200, self.border.end(call, taken).status)
        self.border.gateway.event("pinhole.close", call.call_id)
        wire = bytes(taken.connection.received + self.border.line.received[told:])
        self.assertNotIn(b"m=audio", wire)
        return opened

    def refuse(self, body, **options):
        """The caller's final response to an INVITE that must not reach the callee."""
        call = self.alice.invite(self.border.line, self.bob.aor, body=body, **options)
        answer = call.final()
        self.assertTrue(self.bob.incoming.empty(), "expected no INVITE at the callee, one came")
        return call, answer


class EllipticCurve(Trial):
    """The gateway reads with a P-256 key."""

    def test_n1_shared_sdp(self):
        self.through("N1")

    def test_n2_clear_signed_inside(self):
        self.through("N2")

    def test_n3_opaque_signed_inside(self):
        self.through("N3")

    def test_n11_authenticated_encryption(self):
        self.through("N11")

    def test_ed25519_signed_inside(self):
        """RFC 8419: a good signature passes, and a wrong one is looked at."""
        signer = self.keys.ca.signing("alice-signs", f"alice@{INSIDE}", "ed")
        signed = eddsa.signed_data(bodies.mime("application/sdp", OFFER.encode()), *signer)
        for content, status in ((signed, 200), (signed.replace(b" 40100", b" 40102"), 403)):
            with self.subTest(status=status):
                inner = bodies.pkcs7_part("signed-data", content)
                octets = bodies.encrypt(inner, [self.keys.bob[0], self.reader()])
                body = bodies.pkcs7("enveloped-data", octets)
                if status == 403:
                    _, answer = self.refuse(body)
                    self.assertEqual(403, answer.status, str(answer))
                    self.assertIn("signature-invalid", answer.get("Warning", ""))
                    continue
                call, taken = self.border.call(body=body)
                taken.respond(200, self.answer("N1"))
                call.answered()
                taken.next_request("ACK")
                self.border.gateway.event("pinhole.open", call.call_id)
                self.border.end(call, taken)

    def test_several_recipients_of_both_kinds(self):
        everyone = [self.keys.bob_rsa[0], self.keys.bob[0], self.keys.alice_reads[0], self.reader()]
        self.through("N1", self.offer("N1", everyone), who=self.keys.bob_rsa)

    def test_other_ciphers(self):
        inner = bodies.mime("application/sdp", OFFER.encode())
        for cipher in ("-aes-128-cbc", "-aes-192-cbc", "-aes-128-gcm", "-aes-256-gcm"):
            with self.subTest(cipher=cipher):
                octets = bodies.encrypt(inner, [self.keys.bob[0], self.reader()], cipher)
                kind = "auth-enveloped-data" if cipher.endswith("gcm") else "enveloped-data"
                self.through("N1", bodies.pkcs7(kind, octets, "offer@inside.example"))

    def test_without_label_it_is_read_too(self):
        call, taken = self.border.call(body=self.offer("N1"))
        taken.respond(200, self.answer("N1"))
        call.answered()
        taken.next_request("ACK")
        self.border.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)

    def test_body_for_the_callee_alone_is_496_and_then_shared(self):
        """DEP-1: the refusal teaches the caller how to make it readable."""
        call, answer = self.refuse(self.offer("N1", [self.keys.bob[0]]), extra=LABEL)
        self.assertEqual(496, answer.status, str(answer))
        self.assertEqual("application/pkix-cert", answer.get("Content-Type"))
        self.assertEqual(pki.der(self.reader()), answer.body, "the gateway's certificate in DER")
        self.assertEqual(f"399 {NAME} \"Required to View Content-Type 'application/sdp'\"",
                         answer.get("Warning"))
        self.border.gateway.event("e2m.undecipherable", call.call_id)
        learnt = Path(self.border.place) / "learnt.ec.pem"
        learnt.write_bytes(bodies.openssl("x509", "-inform", "DER", octets=answer.body))
        self.through("N1", self.offer("N1", [self.keys.bob[0], learnt]))

    def test_broken_envelopes_get_their_answers(self):
        rows, good = self.offer("N1")
        changed = bytearray(good)
        changed[-20] ^= 1  # in the encrypted content: padding or MIME inside is wrong
        rows_gcm, gcm = self.offer("N11")
        forged = bytearray(gcm)
        forged[-3] ^= 1  # in the authentication tag
        cases = [
            ("truncated", rows, good[:len(good) // 2], (400, "body-malformed")),
            ("garbage", rows, b"\x00\xff\r\n\r\n--" * 40, (400, "body-malformed")),
            ("empty sequence", rows, b"\x30\x00", (400, "body-malformed")),
            ("endless length", rows, b"\x30\x84\x7f\xff\xff\xff" + good[4:],
             (400, "body-malformed")),
            ("changed tag", rows_gcm, bytes(forged), (496, "Required to View")),
        ]
        for name, head, octets, (status, words) in cases:
            with self.subTest(name=name):
                call, answer = self.refuse((head, octets))
                self.assertEqual(status, answer.status, str(answer))
                self.assertIn(words, answer.get("Warning", ""), str(answer))
        with self.subTest(name="changed content"):
            _, answer = self.refuse((rows, bytes(changed)))
            self.assertIn(answer.status, (400, 496), str(answer))

    def test_changed_signature_is_403(self):
        inner = bodies.mime("application/sdp", OFFER.encode())
        kind, signed = bodies.multipart_signed(inner, *self.keys.alice)
        bad = signed.replace(b"m=audio 40100", b"m=audio 40200")
        octets = bodies.encrypt(bodies.mime(kind, bad), [self.keys.bob[0], self.reader()])
        call, answer = self.refuse(bodies.pkcs7("enveloped-data", octets))
        self.assertEqual(403, answer.status, str(answer))
        self.assertIn("signature-invalid", answer.get("Warning", ""))
        self.border.gateway.event("e2m.bad-signature", call.call_id)

    def test_signature_of_somebody_else_is_403(self):
        for name, signer in (("another user", self.keys.bob_signs),
                             ("an unknown authority", self.keys.other.signing(
                                 f"eve{id(self)}", "alice@inside.example"))):
            with self.subTest(name=name):
                body = bodies.shape("N3", OFFER, [self.keys.bob[0], self.reader()], signer[0],
                                    key=signer[1])
                _, answer = self.refuse(body)
                self.assertEqual(403, answer.status, str(answer))
                self.assertIn("signer-unverified", answer.get("Warning", ""))

    def test_clear_sdp_is_488_where_policy_says_so(self):
        _, answer = self.refuse(bodies.sdp_body(OFFER))
        self.assertEqual(488, answer.status, str(answer))
        self.assertIn("clear-sdp-refused", answer.get("Warning", ""))

    def test_unreadable_answer_ends_the_call(self):
        """E2M-16: ACK and BYE to the callee, 403 to the caller, no pinhole."""
        call, taken = self.border.call(body=self.offer("N1"), extra=LABEL)
        taken.respond(200, self.answer("N1", [self.keys.alice_reads[0]]))
        answer = call.final()
        self.assertEqual(403, answer.status, str(answer))
        taken.next_request("ACK")
        bye = taken.next_request("BYE")
        self.assertIn("496", bye.get("Reason", ""), str(bye))
        taken.reply(bye, 200)
        self.assertEqual([], self.border.gateway.events("pinhole.open", call.call_id))


class Rsa(Trial):
    """The gateway reads with an RSA key, by OAEP."""

    @staticmethod
    def change(tree, border):
        cert, key = border.keys.rsa_reader
        tree["smime"].update({"certificate": str(cert), "key": f"file:{key}"})
        tree["disclosure"] = {"clear-sdp": False}

    def reader(self):
        return self.keys.rsa_reader[0]

    def test_n1_shared_sdp(self):
        self.through("N1")

    def test_n3_opaque_signed_inside(self):
        self.through("N3")

    def test_n11_authenticated_encryption(self):
        self.through("N11")

    def test_old_key_transport_is_496(self):
        """PKCS #1 v1.5 is refused in approved mode, with the answer of any unreadable body."""
        inner = bodies.mime("application/sdp", OFFER.encode())
        octets = bodies.openssl("cms", "-encrypt", "-binary", "-outform", "DER", "-aes-128-cbc",
                                "-recip", str(self.reader()), octets=inner)
        _, answer = self.refuse(bodies.pkcs7("enveloped-data", octets))
        self.assertEqual(496, answer.status, str(answer))


del Trial
