"""Every nesting shape of end-to-middle bodies, as openssl makes it, through the gateway; and answers
that are encrypted under the key of the offer (RFC 3185)."""

import hashlib
import os
import unittest
from pathlib import Path

from lib import gateway, pki
from lib.gateway import NAME
from ua import agent, bodies, cek, sdp

ALL = ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9", "N10", "N11"]
LABEL = [("Proxy-Inspect-Body", f'{NAME};cid="offer@inside.example"')]
ANSWER = sdp.offer("127.0.0.1", 50100, 50102)
DESCRIBING = ("Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Disposition",
              "MIME-Version")


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


class Trial(unittest.TestCase):
    """One gateway for each class."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob
        cls.port = 41000

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": True}

    def reader(self):
        return self.keys.reader[0]

    def offer(self, shape, text=None, **more):
        return bodies.shape(shape, text or self.text(), [self.keys.bob[0], self.reader()],
                            self.keys.alice[0], key=self.keys.alice[1],
                            content_id="offer@inside.example", **more)

    def answer(self):
        return bodies.shape("N3", ANSWER, [self.keys.alice_reads[0], self.reader()],
                            self.keys.bob_signs[0], key=self.keys.bob_signs[1])

    @classmethod
    def text(cls):
        cls.port += 4
        return sdp.offer("127.0.0.1", cls.port, cls.port + 2)

    def through(self, offer, answer=None, port=None, clear=False):
        """A call with that offer: nothing of it is changed, its pinhole opens, no octet of what
        was encrypted leaves."""
        answer = answer or self.answer()
        told = {c: len(c.received) for a in (self.alice, self.bob) for c in a.connections}
        call, taken = self.border.call(body=offer, extra=LABEL)
        self.assertEqual(digest(offer[1]), digest(taken.invite.body), "offer octets")
        for name in DESCRIBING:
            self.assertEqual(dict(offer[0]).get(name), taken.invite.get(name), name)
        taken.respond(200, answer)
        self.assertEqual(digest(answer[1]), digest(call.answered().body), "answer octets")
        taken.next_request("ACK")
        self.border.gateway.event("pinhole.open", call.call_id)
        if port:
            facts = self.border.gateway.events("pinhole.open", call.call_id)
            self.assertIn(str(port), str([f["details"] for f in facts]))
        self.assertEqual(200, self.border.end(call, taken).status)
        self.border.gateway.event("pinhole.close", call.call_id)
        if not clear:
            for line in (taken.connection, self.border.line):
                self.assertNotIn(b"m=audio", bytes(line.received[told.get(line, 0):]))

    def refuse(self, body, **options):
        call = self.alice.invite(self.border.line, self.bob.aor, body=body, **options)
        answer = call.final()
        self.assertTrue(self.bob.never_got(call.call_id), "expected no INVITE at the callee")
        return call, answer


class EllipticCurve(Trial):
    """The gateway reads with a P-256 key."""

    def test_every_shape_in_every_coding(self):
        for shape in ALL:
            for coding in ({}, {"base64": True, "cipher": "-aes-128-gcm"}, {"ber": True}):
                with self.subTest(shape=shape, **coding):
                    text = self.text()
                    self.through(self.offer(shape, text, **coding), port=self.port,
                                 clear=shape == "N9")

    def test_doubly_wrapped_is_496_and_never_read_by_half(self):
        """N13: the outer envelope is the callee's alone."""
        for coding in ({}, {"base64": True}, {"ber": True, "cipher": "-aes-256-gcm"}):
            with self.subTest(**coding):
                call, answer = self.refuse(self.offer("N13", **coding))
                self.assertEqual(496, answer.status, str(answer))
                self.border.gateway.event("e2m.undecipherable", call.call_id)

    def test_split_keys_stay_with_the_callee(self):
        """N4: the gateway opens what its own copy says, and no report or file holds a key."""
        key = "inline:" + "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
        text = self.text() + f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {key}\r\n"
        for shape in ("N4", "N5"):
            with self.subTest(shape=shape):
                self.through(self.offer(shape, text), port=self.port)
        self.border.gateway.end()
        for file in Path(self.border.place).rglob("*"):
            if file.is_file():
                self.assertNotIn(key.encode(), file.read_bytes(), str(file))
        type(self).border.start()

    def test_octets_cross_as_they_came(self):
        """REQ-GEN-3: whatever they are, with CR, LF, NUL and what looks like a boundary."""
        edge = [b"\r\n", b"\0", b"\r\n--x--\r\n", b"\r\n\r\nINVITE sip:x SIP/2.0\r\n\r\n", b"\n" * 9,
                bytes(range(256)), b"Content-Length: 0\r\n\r\n"]
        for number in range(1000):
            body = os.urandom(number % 700) + edge[number % len(edge)]
            rows = [("Content-Type", "application/octet-stream"),
                    ("Content-Transfer-Encoding", "binary")]
            ask = self.alice.request("MESSAGE", self.bob.aor, body=(rows, body), e2e=False)
            answers = self.alice.ask(self.border.line, ask)
            connection, came = self.bob.next_incoming(10)
            self.assertEqual(digest(body), digest(came.body), f"body {number}")
            for name in DESCRIBING:
                self.assertEqual(ask.get(name), came.get(name), name)
            connection.send(agent.reply(came, 200))
            self.assertEqual(200, agent.final(answers, 10, f"body {number}").status)


class LargerCurve(Trial):
    """The gateway reads with a P-384 key."""

    @staticmethod
    def change(tree, border):
        cert, key = border.keys.ca.smime("gateway-384", NAME, "p384")
        border.keys.larger = cert
        tree["smime"].update({"certificate": str(cert), "key": f"file:{key}"})
        tree["disclosure"] = {"clear-sdp": True}

    def reader(self):
        return self.keys.larger

    def test_every_shape(self):
        for shape in ALL:
            with self.subTest(shape=shape):
                text = self.text()
                self.through(self.offer(shape, text), port=self.port, clear=shape == "N9")


class Rsa(Trial):
    """The gateway reads with an RSA key, by OAEP."""

    @staticmethod
    def change(tree, border):
        cert, key = border.keys.rsa_reader
        tree["smime"].update({"certificate": str(cert), "key": f"file:{key}"})
        tree["disclosure"] = {"clear-sdp": True}

    def reader(self):
        return self.keys.rsa_reader[0]

    def test_every_shape(self):
        for shape in ALL:
            with self.subTest(shape=shape):
                text = self.text()
                self.through(self.offer(shape, text, cipher="-aes-128-gcm"), port=self.port,
                             clear=shape == "N9")


class ReusedKeys(Trial):
    """N12: the answer is encrypted under the content key of the offer."""

    def made(self, **more):
        text = self.text()
        return cek.seal(bodies.mime("application/sdp", text.encode()),
                        [self.keys.bob[0], self.reader()], **more)

    def under(self, sealed, way="reversed", size=None, **more):
        """An answer for whoever holds the key of `sealed`, and for nobody else."""
        return cek.seal(bodies.mime("application/sdp", ANSWER.encode()),
                        under=(cek.wrapping_key(sealed.key, way, size), sealed.name), **more)

    def test_n12_answer_under_the_key_of_the_offer(self):
        for cipher in ("-aes-128-cbc", "-aes-256-cbc", "-aes-128-gcm"):
            with self.subTest(cipher=cipher):
                offer = self.made(cipher=cipher, name=cek.new_name())
                self.through(offer.body, self.under(offer).body, self.port)

    def test_derived_key_where_the_algorithms_differ(self):
        salt = bytes(range(16))
        offer = self.made(name=cek.new_name(), derivation=(salt, 1000, 32))
        self.through(offer.body, self.under(offer, (salt, 1000), 32).body, self.port)

    def test_chain_of_keys_through_a_call(self):
        """CEK-4: each body brings the key of the next, in both directions."""
        offer = self.made(name=cek.new_name())
        call, taken = self.border.call(body=offer.body, extra=LABEL)
        last = self.under(offer, name=cek.new_name())
        taken.respond(200, last.body)
        call.answered()
        taken.next_request("ACK")
        for _ in range(3):
            text = self.text()
            last = cek.seal(bodies.mime("application/sdp", text.encode()),
                            under=(cek.wrapping_key(last.key), last.name), name=cek.new_name())
            answers = self.alice.ask(self.border.line, call.make("INVITE", body=last.body, extra=[
                ("Contact", self.alice.contact())]))
            again = taken.next_request("INVITE")
            self.assertEqual(digest(last.body[1]), digest(again.body))
            last = self.under(last, name=cek.new_name())
            taken.reply(again, 200, body=last.body, extra=[("Contact", self.bob.contact())])
            found = agent.final(answers, 10, "re-INVITE")
            self.assertEqual(200, found.status, str(found))
            self.border.line.send(call.make("ACK", cseq=call.cseq))
            taken.next_request("ACK")
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_lost_key_in_an_answer_ends_the_call(self):
        """CEK-6, E2M-16: a name that nobody has heard, or one use too many."""
        offer = self.made(name=cek.new_name(), decrypts=None)
        stranger = cek.Sealed(None, offer.key, b"never heard")
        call, taken = self.border.call(body=offer.body, extra=LABEL)
        taken.respond(200, self.under(stranger).body)
        answer = call.final()
        self.assertEqual(403, answer.status, str(answer))
        self.assertIn("cek-lost", str(answer))
        taken.next_request("ACK")
        bye = taken.next_request("BYE")
        self.assertIn("496", bye.get("Reason", ""))
        taken.reply(bye, 200)
        self.border.gateway.event("e2m.cek-lost", call.call_id, "cek-lost")
        self.assertEqual([], self.border.gateway.events("pinhole.open", call.call_id))

    def test_lost_key_in_a_request_is_496(self):
        call, answer = self.refuse(self.under(cek.Sealed(None, bytes(16), b"unknown")).body)
        self.assertEqual(496, answer.status, str(answer))
        self.assertEqual(pki.der(self.reader()), answer.body)
        self.border.gateway.event("e2m.cek-lost", call.call_id, "cek-lost")

    def test_key_of_one_call_opens_nothing_in_another(self):
        """CEK-7: and nothing once its call is over."""
        offer = self.made(name=cek.new_name(), decrypts=32)
        self.through(offer.body, self.under(offer).body)
        _, answer = self.refuse(self.under(offer).body)
        self.assertEqual(496, answer.status, str(answer))

    def test_more_uses_than_the_limit_are_not_granted(self):
        for count, status in ((64, 200), (65, 403), (0, 403)):
            with self.subTest(count=count):
                offer = self.made(name=cek.new_name(), decrypts=count)
                call, taken = self.border.call(body=offer.body, extra=LABEL)
                taken.respond(200, self.under(offer).body)
                self.assertEqual(status, call.final().status)
                if status == 200:
                    call.ack()
                    taken.next_request("ACK")
                    self.border.end(call, taken)
                else:
                    taken.next_request("ACK")
                    taken.reply(taken.next_request("BYE"), 200)


del Trial
