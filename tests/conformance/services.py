"""The archive of messages (RFC 4189 section 2.2.1): made by openssl and read by it."""

import json
import signal
import subprocess
import unittest
from pathlib import Path

from lib import gateway, processes, suite
from lib.gateway import COMMAND, NAME
from ua import agent, bodies

SECRET = "The patient in room 12 is called Ophelia."
LABEL = [("Proxy-Inspect-Body", f'{NAME};cid="text@inside.example"')]


def signed_text(text, signer, kind="text/plain; charset=utf-8"):
    inner = bodies.mime(kind, text.encode(), ["Content-Transfer-Encoding: 8bit"])
    return bodies.mime(*bodies.multipart_signed(inner, *signer))


def sealed(content, recipients, cipher="-aes-256-gcm"):
    kind = "auth-enveloped-data" if cipher.endswith("gcm") else "enveloped-data"
    return bodies.pkcs7(kind, bodies.encrypt(content, recipients, cipher), "text@inside.example")


class Archive(unittest.TestCase):
    """SVC-1: one gateway with an archive whose key is not its own."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @classmethod
    def change(cls, tree, border):
        # The keys that SERVICES.md makes.
        cls.reader = border.place / "archive.pem", border.place / "archive.key"
        bodies.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                       "-nodes", "-days", "3650", "-subj", "/CN=message archive", "-keyout",
                       str(cls.reader[1]), "-out", str(cls.reader[0]))
        cls.place = border.place / "archive"
        tree["disclosure"] = {"clear-sdp": False}
        tree["services"] = {"messages": "inspect",
                            "archive": {"enabled": True, "path": str(cls.place),
                                        "certificate": str(cls.reader[0])}}

    # -- helpers

    def send(self, body, who=None, status=200):
        """Alice (or Bob) sends a MESSAGE; gives what came back and what the other saw."""
        back = who is self.bob
        there, here = (self.alice, self.bob) if back else (self.bob, self.alice)
        port = self.border.ports["outside" if back else "inside"]
        line = here.connect("127.0.0.1", port, NAME)
        request = here.request("MESSAGE", there.aor, body=body, extra=LABEL)
        waiting = here.ask(line, request)
        if status >= 400 and status != 480:
            return waiting.get(timeout=10), None
        connection, seen = there.next_incoming()
        connection.send(agent.reply(seen, status))
        return waiting.get(timeout=10), seen

    def message(self, text, **options):
        signer = options.pop("signer", self.keys.alice)
        readers = options.pop("readers", None) or [self.keys.bob[0], self.keys.reader[0]]
        return sealed(signed_text(text, signer), readers, **options)

    def command(self, *arguments, key=True):
        secret = ["--key", self.reader[1]] if key else []
        code, out, err = processes.output_of(
            COMMAND, "archive", arguments[0], "--config", self.border.gateway.config, *secret,
            *arguments[1:])
        return code, out, err

    def rows(self):
        """The entries by the indexes themselves, with their outcomes."""
        rows = {}
        for index in sorted(self.place.glob("*/index")):
            for line in index.read_text().splitlines():
                found = json.loads(line.partition(" ")[2])
                if "entry" in found:
                    rows[found["entry"]] = found
                else:
                    rows[found["of"]]["outcome"] = found["outcome"]
        return rows.values()

    def row(self, call_id):
        return next((r for r in self.rows() if r["callId"] == call_id), None)

    def entry(self, call_id):
        """The entry as `openssl cms` alone reads it: (slip, content)."""
        row = processes.until(lambda: self.row(call_id), f"an entry of {call_id}", 10, 0.1)
        file = next(self.place.glob(f"*/{row['entry']:012d}.p7m"))
        clear = bodies.decrypt(file.read_bytes(), *self.reader)
        verified = bodies.openssl("cms", "-verify", "-inform", "SMIME", "-purpose", "any",
                                  "-CAfile", str(self.keys.trust), octets=clear)
        kind, octets = bodies.entity(verified)
        parts = bodies.multipart(kind, octets)
        return row, json.loads(parts[0][1]), parts[1:]

    def settled(self, call_id, outcome):
        processes.until(lambda: (self.row(call_id) or {}).get("outcome") == outcome,
                        f"{call_id} is {outcome}", 10, 0.1)

    # -- tests

    def test_both_directions_are_archived_verified_and_readable_by_openssl(self):
        for who, signer, sender, side in (
                (self.alice, self.keys.alice, "sip:alice@inside.example", "inside"),
                (self.bob, self.keys.bob_signs, "sip:bob@outside.example", "outside")):
            with self.subTest(sender=sender):
                reader = self.keys.bob[0] if side == "inside" else self.keys.alice_reads[0]
                body = self.message(SECRET + side, signer=signer,
                                    readers=[reader, self.keys.reader[0]])
                answer, seen = self.send(body, who)
                self.assertEqual(200, answer.status, str(answer))
                self.assertEqual(body[1], seen.body, "body octets in are body octets out")
                row, slip, parts = self.entry(seen.call_id)
                self.settled(seen.call_id, "delivered")
                self.assertEqual(side, row["side"])
                self.assertEqual((sender, "MESSAGE", seen.call_id),
                                 (slip["from"], slip["method"], slip["callId"]))
                self.assertEqual(seen.get("Date"), slip["date"])
                found = slip["parts"][0]["signers"][0]
                self.assertEqual("VALID", found["status"])
                self.assertIn(sender, found["identities"])
                self.assertEqual((SECRET + side).encode(), parts[0][1])

    def test_cpim_and_binary_are_kept_octet_by_octet(self):
        cpim = ("From: <im:alice@inside.example>\r\nTo: <im:bob@outside.example>\r\n\r\n"
                "Content-Type: text/plain\r\n\r\nhello")
        answer, seen = self.send(sealed(signed_text(cpim, self.keys.alice, "message/cpim"),
                                        [self.keys.bob[0], self.keys.reader[0]]))
        self.assertEqual(200, answer.status, str(answer))
        _, _, parts = self.entry(seen.call_id)
        self.assertEqual(("message/cpim", cpim.encode()), parts[0][:2])
        octets = bytes(range(256)) * 3
        answer, seen = self.send(([("Content-Type", "application/octet-stream")], octets))
        self.assertEqual(200, answer.status, str(answer))
        place = self.border.place / "export-binary"
        place.mkdir()
        code, out, err = self.command("export", "--to", place, "--call", seen.call_id)
        self.assertEqual(0, code, err + out)
        self.assertEqual(octets, next(place.glob("*-1.bin")).read_bytes())

    def test_bad_signature_archives_nothing(self):
        good = signed_text(SECRET, self.keys.alice)
        eve = self.keys.other.signing(f"eve{id(self)}", "alice@inside.example")
        for name, content in (("changed", good.replace(b"room 12", b"room 13")),
                              ("somebody else", signed_text(SECRET, self.keys.bob_signs)),
                              ("unknown authority", signed_text(SECRET, eve))):
            with self.subTest(name=name):
                before = len(self.rows())
                answer, _ = self.send(sealed(content, [self.keys.bob[0], self.keys.reader[0]]),
                                      status=403)
                self.assertEqual(403, answer.status, str(answer))
                self.border.gateway.event("e2m.bad-signature", answer.call_id)
                self.assertEqual(before, len(self.rows()), "nothing is archived as content")

    def test_what_cannot_be_read_is_496_and_not_archived(self):
        before = len(self.rows())
        answer, _ = self.send(self.message(SECRET, readers=[self.keys.bob[0]]), status=496)
        self.assertEqual(496, answer.status, str(answer))
        self.assertIn("text/plain", answer.get("Warning"))
        self.assertEqual("application/pkix-cert", answer.get("Content-Type"))
        self.assertEqual(before, len(self.rows()))

    def test_options_tell_beforehand_what_a_message_must_be(self):
        line = self.alice.connect("127.0.0.1", self.border.ports["inside"], NAME)
        options = self.alice.request(
            "OPTIONS", f"sip:{NAME}:{self.border.ports['inside']}", e2e=False,
            extra=[("Accept", "application/pkix-cert")])
        told = self.alice.exchange(line, options)
        refused, _ = self.send(self.message(SECRET, readers=[self.keys.bob[0]]), status=496)
        self.assertIn(refused.get("Warning"), told.all("Warning"))
        self.assertEqual(refused.body, told.body)

    def test_one_readable_part_does_not_hide_another(self):
        """A label that names the readable part alone must not keep the rest from the archive."""
        mark = "mixed-mark"
        parts = [bodies.mime("text/plain", b"harmless"), bodies.mime(
            "application/pkcs7-mime; smime-type=enveloped-data", bodies.encrypt(
                bodies.mime("text/plain", SECRET.encode()), [self.keys.bob[0]]),
            ["Content-Transfer-Encoding: binary", "Content-ID: <hidden@inside.example>"])]
        octets = b"".join(f"--{mark}\r\n".encode() + p + b"\r\n" for p in parts)
        answer, _ = self.send(([("Content-Type", f"multipart/mixed; boundary={mark}")],
                               octets + f"--{mark}--\r\n".encode()), status=496)
        self.assertEqual(496, answer.status, str(answer))

    def test_refused_message_leaves_no_content(self):
        answer, seen = self.send(self.message(SECRET), status=480)
        self.assertEqual(480, answer.status)
        self.settled(seen.call_id, "refused")
        number = self.row(seen.call_id)["entry"]
        processes.until(lambda: not list(self.place.glob(f"*/{number:012d}.p7m")), "it is gone")
        self.assertEqual(0, self.command("verify")[0], "and the chain holds")

    def test_the_command_lists_exports_and_verifies(self):
        answer, seen = self.send(self.message(SECRET))
        self.assertEqual(200, answer.status)
        code, out, err = self.command("list")
        self.assertEqual(0, code, err)
        line = next(x for x in out.splitlines() if seen.call_id in x)
        self.assertIn("from=sip:alice@inside.example to=sip:bob@outside.example", line)
        self.assertIn("signed-by=sip:alice@inside.example", line)
        place = self.border.place / "export"
        place.mkdir()
        code, out, err = self.command("export", "--to", place, "--call", seen.call_id)
        self.assertEqual(0, code, err)
        self.assertEqual(SECRET, next(place.glob("*-1.txt")).read_text())
        self.assertEqual(0o600, next(place.glob("*-1.txt")).stat().st_mode & 0o777)
        code, out, err = self.command("verify")
        self.assertEqual((0, ""), (code, err), out)
        self.assertIn("chained, unchanged and signed", out)

    def test_a_changed_archive_is_seen(self):
        answer, seen = self.send(self.message(SECRET))
        self.assertEqual(200, answer.status)
        self.settled(seen.call_id, "delivered")
        copy = self.border.place / "copy"
        subprocess.run(["cp", "-r", self.place, copy], check=True)
        file = next(copy.glob(f"*/{self.row(seen.call_id)['entry']:012d}.p7m"))
        octets = bytearray(file.read_bytes())
        octets[-1] ^= 1
        file.write_bytes(octets)
        code, _, err = processes.output_of(COMMAND, "archive", "verify", "--archive", copy)
        self.assertEqual(1, code)
        self.assertIn("was changed", err)

    def test_wrong_key_reads_nothing(self):
        self.send(self.message(SECRET))
        code, out, err = processes.output_of(
            COMMAND, "archive", "verify", "--archive", self.place, "--certificate",
            self.keys.reader[0], "--key", self.keys.reader[1], "--trust", self.keys.trust)
        self.assertEqual(1, code, out)
        self.assertIn("this key does not open it", err)

    def test_no_file_and_no_heap_of_the_gateway_holds_the_text(self):
        text = "Desdemona dropped the handkerchief 4711"
        answer, seen = self.send(self.message(text))
        self.assertEqual(200, answer.status)
        self.settled(seen.call_id, "delivered")
        for file in self.border.place.rglob("*"):
            if file.is_file() and "export" not in str(file):
                self.assertNotIn(b"Desdemona", file.read_bytes(), file)
        self.assertNotIn("Desdemona", json.dumps(self.border.gateway.events(), default=str))
        dump = self.border.place / "heap.hprof"
        java = next(Path(f"/proc/{self.border.gateway.pid}/exe").resolve().parent.glob("jcmd"))
        subprocess.run([java, str(self.border.gateway.pid), "GC.heap_dump", str(dump)],
                       check=True, capture_output=True)
        octets = dump.read_bytes()
        dump.unlink()
        self.assertNotIn(b"Desdemona", octets, "the heap after the message")
        self.assertNotIn("Desdemona".encode("utf-16-le"), octets)


class Full(unittest.TestCase):
    """An archive of two entries."""

    ON_FAILURE = "refuse"

    @classmethod
    def setUpClass(cls):
        def change(tree, border):
            certificate = border.keys.ca.smime("archive", "archive.example")[0]
            tree["services"] = {"messages": "inspect", "archive": {
                "enabled": True, "path": str(border.place / "archive"), "max-entries": 2,
                "certificate": str(certificate), "on-failure": cls.ON_FAILURE}}
        cls.border = gateway.Border(change)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def send(self, text, crosses=True):
        alice, bob = self.border.alice, self.border.bob
        request = alice.request("MESSAGE", bob.aor,
                                body=([("Content-Type", "text/plain")], text.encode()))
        line = alice.connect("127.0.0.1", self.border.ports["inside"], NAME)
        waiting = alice.ask(line, request)
        if crosses:
            connection, seen = bob.next_incoming()
            connection.send(agent.reply(seen, 200))
        return waiting.get(timeout=10)

    def test_full_is_refused_and_told(self):
        for text in ("one", "two"):
            self.assertEqual(200, self.send(text).status)
        answer = self.send("three", crosses=False)
        self.assertEqual(500, answer.status, str(answer))
        self.assertIn("archive-full", answer.get("Warning"))
        self.border.gateway.event("archive.failed", answer.call_id, "archive-full")
        self.assertTrue(self.border.bob.incoming.empty())


class Disk(unittest.TestCase):
    """An archive on a disk that fills up, or is taken away: half a MiB of memory."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()

        def change(tree, border):
            certificate = border.keys.ca.smime("archive", "archive.example")[0]
            cls.place = border.place / "disk"
            cls.place.mkdir()
            cls.mount("-t", "tmpfs", "-o", "size=512k", "tmpfs", cls.place)
            tree["services"] = {"messages": "inspect", "archive": {
                "enabled": True, "path": str(cls.place / "archive"),
                "certificate": str(certificate)}}
        cls.addClassCleanup(lambda: processes.output_of("umount", cls.place))
        cls.border = gateway.Border(change)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @staticmethod
    def mount(*arguments):
        code, _, err = processes.output_of("mount", *arguments)
        if code:
            raise unittest.SkipTest(f"cannot mount: {err}")

    def health(self, state, word):
        def told():
            parts = self.border.gateway.status().get("parts", [])
            part = next((p for p in parts if p["part"] == "archive"), {})
            return part.get("state") == state and word in part.get("phrase", "") and part
        return processes.until(told, f"the archive is {state}, {word}", 10, 0.2)

    def taken(self, text):
        answer = Full.send(self, text)
        self.assertEqual(200, answer.status, str(answer))

    def refused(self, text, word):
        answer = Full.send(self, text, crosses=False)
        self.assertEqual(500, answer.status, str(answer))
        self.assertIn("archive-failed", answer.get("Warning"))
        self.border.gateway.event("archive.failed", answer.call_id, "archive-failed")
        self.health("down", word)
        self.assertTrue(self.border.bob.incoming.empty(), "nothing goes on unarchived")

    def test_a_full_disk_and_a_lost_directory_refuse_are_told_and_heal(self):
        self.taken("one")
        self.health("up", "1 entries")
        filler = self.place / "filler"
        with self.assertRaises(OSError), filler.open("wb", buffering=0) as out:
            while True:
                out.write(bytes(4096))
        self.refused("two", "No space left on device")
        filler.unlink()
        self.taken("three")
        self.health("up", "2 entries")
        archive, away = self.place / "archive", self.place / "away"
        archive.rename(away)
        archive.write_text("no directory")
        self.refused("four", "nothing is taken")
        archive.unlink()
        away.rename(archive)
        self.taken("five")
        self.health("up", "3 entries")
        code, out, err = processes.output_of(COMMAND, "archive", "verify", "--archive",
                                             self.place / "archive")
        self.assertEqual((0, ""), (code, err), out)


class Reloaded(unittest.TestCase):
    """Services need a restart."""

    # A reload took `services` in without opening an archive: the next message found none.
    def test_services_do_not_change_while_running(self):
        border = gateway.Border()
        self.addCleanup(border.close)
        tree = json.loads(json.dumps(border.tree))
        tree["services"] = {"messages": "inspect"}
        border.gateway.config.write_text(json.dumps(tree))
        border.gateway.signal(signal.SIGHUP)
        border.gateway.event("config.refused")
        processes.until(lambda: "services: takes effect only with a restart"
                        in border.gateway.output(), "the reason is said")


class FullButLenient(Full):
    ON_FAILURE = "pass"

    def test_full_is_refused_and_told(self):
        for text in ("one", "two", "three"):
            answer = self.send(text)
            self.assertEqual(200, answer.status)
        self.border.gateway.event("archive.failed", answer.call_id, "archive-full")
