"""What was decrypted is gone when its call is over: from memory, and it never was in a file."""

import os
import secrets
import unittest
from pathlib import Path

from lib import gateway, processes
from lib.gateway import NAME
from ua import bodies, cek, sdp

LABEL = [("Proxy-Inspect-Body", f'{NAME};cid="offer@inside.example"')]


class Leaks(unittest.TestCase):
    """Calls of every kind, each with words of its own in the session description."""

    @classmethod
    def setUpClass(cls):
        # Transactions wait 64*T1 for repetitions; with a T1 of 50 ms that is three seconds.
        cls.border = gateway.Border(lambda tree, _: tree.update(
            disclosure={"clear-sdp": False}, timers={"t1": "50ms"}))
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob
        cls.port, cls.words, cls.content_keys = 42000, [], []

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def text(self):
        """An SDP with words that stand nowhere else, one of them a key of the media."""
        type(self).port += 4
        secret, word = secrets.token_urlsafe(30), "w" + secrets.token_hex(16)
        self.words.extend([secret.encode(), word.encode()])
        return (sdp.offer("127.0.0.1", self.port, self.port + 2).replace("s=-", f"s={word}")
                + f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{secret}\r\n")

    def shape(self, name, readers=None, **more):
        return bodies.shape(name, self.text(), readers or [self.keys.bob[0], self.keys.reader[0]],
                            self.keys.alice[0], key=self.keys.alice[1],
                            content_id="offer@inside.example", **more)

    def answered(self, offer, answer):
        call, taken = self.border.call(body=offer, extra=LABEL)
        taken.respond(200, answer)
        call.answered()
        taken.next_request("ACK")
        self.border.end(call, taken)

    def answer(self):
        return bodies.shape("N3", self.text(), [self.keys.alice_reads[0], self.keys.reader[0]],
                            self.keys.bob_signs[0], key=self.keys.bob_signs[1])

    def sealed(self, **more):
        made = cek.seal(bodies.mime("application/sdp", self.text().encode()), **more)
        self.content_keys.append(made.key)
        return made

    def calls(self):
        for name in ("N1", "N2", "N3", "N5", "N6", "N8", "N11"):
            self.answered(self.shape(name), self.answer())
        self.answered(self.shape("N1", cipher="-aes-128-gcm", base64=True), self.answer())
        offer = self.sealed(recipients=[self.keys.bob[0], self.keys.reader[0]],
                            name=cek.new_name())
        under = (cek.wrapping_key(offer.key), offer.name)
        self.answered(offer.body, self.sealed(under=under, name=cek.new_name()).body)
        # Refused after it was read: the signature is somebody else's.
        stranger = bodies.shape("N3", self.text(), [self.keys.bob[0], self.keys.reader[0]],
                                self.keys.bob_signs[0], key=self.keys.bob_signs[1])
        call = self.alice.invite(self.border.line, self.bob.aor, body=stranger)
        self.assertEqual(403, call.final().status)

    def java(self):
        """The pid of the virtual machine in the session that the gateway leads."""
        for entry in Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.border.gateway.pid and "java" in os.readlink(
                        entry / "exe"):
                    return entry.name
            except OSError:
                continue
        raise AssertionError("expected a virtual machine, found none")

    def heap(self, name):
        """What is alive after a collection of all that is not."""
        jcmd = Path(os.environ["JAVA_HOME"]) / "bin" / "jcmd"
        file = Path(self.border.place) / name
        for order in ("GC.run", "GC.run", f"GC.heap_dump {file}"):
            code, out, err = processes.output_of(jcmd, self.java(), *order.split())
            self.assertEqual(0, code, f"jcmd {order}: {out} {err}")
        found = file.read_bytes()
        file.unlink()
        return found

    def waiting(self):
        """A call that rings: what it offers is needed still, so the dump must show it."""
        call, taken = self.border.call(body=self.shape("N3"), extra=LABEL)
        taken.respond(180)
        call.expect(180)
        self.assertNotEqual(-1, self.heap("ringing.hprof").find(self.words[-1]))
        taken.respond(486)
        self.assertEqual(486, call.final().status)

    def test_nothing_that_was_decrypted_is_left(self):
        self.waiting()
        self.calls()
        processes.until(lambda: self.idle(), "no transaction is left", 30, 0.5)
        heap = self.heap("heap.hprof")
        self.assertGreater(len(heap), 1_000_000)
        self.assertIn(b"gw-test", heap, "the dump shows what the gateway holds")
        for word in self.words:
            self.assertEqual(-1, heap.find(word), f"{word} in the heap")
            wide = word.decode().encode("utf-16-le")
            self.assertEqual(-1, heap.find(wide), f"{word} in the heap, in two octets each")
        for key in self.content_keys:
            self.assertEqual(-1, heap.find(key), "a content key in the heap")
            self.assertEqual(-1, heap.find(key[::-1]), "a reversed content key in the heap")
        self.border.gateway.end()
        for file in Path(self.border.place).rglob("*"):
            if file.is_file():
                octets = file.read_bytes()
                for word in self.words:
                    self.assertEqual(-1, octets.find(word), f"{word} in {file}")

    def idle(self):
        status = self.border.gateway.status()
        return status.get("transactions") == 0 and status.get("activeCalls") == 0
