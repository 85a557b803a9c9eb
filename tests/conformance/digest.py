"""Digest at the door: who a caller without a certificate is, and what a flood may cost (R-SEC-1
to R-SEC-9, SVC-4)."""

import json
import signal
import statistics
import sys
import time
import unittest
from pathlib import Path

from lib import gateway, processes, suite
from lib.gateway import NAME
from ua import bodies, digest, sdp
from ua.agent import Call, Identity, reply
from ua.message import Message

USER = ("login-of-alice", "wonderland")
OFFER, ANSWER = sdp.offer("127.0.0.1", 40100), sdp.offer("127.0.0.1", 50100)
FLOOD = 10_000
CALLS = 12  # good calls that are timed, before the flood and at least so many meanwhile
MANY = 200
NOTICED = 2  # how much longer a good call may take meanwhile


def asking(**options):
    """The inside listener wants credentials and no certificate."""
    def change(tree, border):
        users = border.place / "users"
        users.write_text("# who may call\n"
                         f"{USER[0]} password {USER[1]} alice@{gateway.INSIDE}\n")
        tree["listeners"][0].update({"client-certificate": "none", "authenticate": "digest"})
        for peer in tree["peers"]:
            # All stand on the loopback here: who calls from a peer's address must show its own.
            peer["require-certificate"] = False
        tree["authentication"] = {"users": f"file:{users}", **options}
    return change


class Door(unittest.TestCase):
    """One gateway for each class; Alice shows no certificate to it."""

    change = staticmethod(asking())

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob
        cls.gateway = cls.border.gateway
        cls.line = cls.connect()

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @classmethod
    def connect(cls):
        nobody = Identity(None, None, cls.keys.trust)
        return cls.alice.connect("127.0.0.1", cls.border.ports["inside"], NAME, nobody)

    def counter(self, name):
        return self.gateway.status().get("counters", {}).get(name, 0)

    def now(self, name):
        """A counter when it has come to rest: the status is about a second old."""
        before = None
        while before != self.counter(name):
            before = self.counter(name)
            time.sleep(2)
        return before

    def sealed(self, recipients=None):
        return bodies.shape("N2", OFFER, recipients or [self.keys.bob[0], self.keys.reader[0]],
                            self.keys.alice[0], key=self.keys.alice[1])

    def answer(self):
        return bodies.shape("N2", ANSWER, [self.keys.alice_reads[0], self.keys.reader[0]],
                            self.keys.bob_signs[0], key=self.keys.bob_signs[1])

    def challenged(self, request, algorithm=None):
        """Sends it without credentials; gives the challenge."""
        answer = self.alice.exchange(self.line, request)
        self.assertEqual(407, answer.status, str(answer))
        if request.method == "INVITE":
            self.line.send(acknowledgement(request, answer))
        return digest.choose(answer, algorithm)

    def authorized(self, request, challenge, count=1, header="Proxy-Authorization", **how):
        """The request once more, with the next number and with credentials."""
        number, method = request.cseq
        made = Message(request.start, list(request.headers), request.body)
        place(made, "Via", self.alice.via())
        place(made, "CSeq", f"{number + 1} {method}")
        made.headers.insert(1, (header, digest.credentials(USER, challenge, made, count, **how)))
        return made

    def call(self, algorithm=None, **how):
        """A call with credentials: both its ends, the INVITE, and the challenge."""
        invite = self.alice.request("INVITE", self.bob.aor, body=self.sealed())
        challenge = self.challenged(invite, algorithm)
        second = self.authorized(invite, challenge, **how)
        call = Call(self.alice, self.line, second)
        return call, self.bob.next_call(10, call.call_id), second, challenge

    def talk(self, **how):
        call, taken, _, challenge = self.call(**how)
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        return call, taken, challenge

    def hang_up(self, call, taken, challenge):
        """BYE wants credentials like any other request; the nonce is still good."""
        bye = call.make("BYE")
        bye.headers.insert(1, ("Proxy-Authorization",
                               digest.credentials(USER, challenge, bye, 2)))
        answers = self.alice.ask(self.line, bye)
        taken.reply(taken.next_request("BYE"), 200)
        self.assertEqual(200, answers.get(timeout=10).status)


def place(made, name, value):
    """Changes a row where it stands."""
    made.headers = [(k, value if k == name else v) for k, v in made.headers]


def acknowledgement(invite, answer):
    ack = Message(f"ACK {invite.uri} SIP/2.0")
    ack.headers = [("Via", invite.get("Via")), ("Max-Forwards", "70"),
                   ("From", invite.get("From")), ("To", answer.get("To")),
                   ("Call-ID", invite.call_id), ("CSeq", f"{invite.cseq[0]} ACK"),
                   ("Content-Length", "0")]
    return ack


class Authentication(Door):
    """SHA-256 and SHA-512-256, as the shipped configuration has it."""

    def test_nobody_enters_without_credentials_and_nothing_is_opened(self):
        before = self.now("cms.private-key-operations")
        invite = self.alice.request("INVITE", self.bob.aor, body=self.sealed())
        answer = self.alice.exchange(self.line, invite)
        self.line.send(acknowledgement(invite, answer))
        self.assertEqual(407, answer.status, str(answer))
        offered = [digest.parameters(r) for r in answer.all("Proxy-Authenticate")]
        self.assertEqual(["SHA-256", "SHA-512-256"], [c["algorithm"] for c in offered])
        self.assertEqual({NAME}, {c["realm"] for c in offered})
        self.assertTrue(all("auth-int" in c["qop"] for c in offered), str(answer))
        self.assertTrue(self.bob.never_got(invite.call_id))
        self.assertEqual(before, self.now("cms.private-key-operations"))

    def test_protected_calls_with_each_algorithm(self):
        cases = [("SHA-256", "auth-int", False), ("SHA-256", "auth", False),
                 ("SHA-512-256", "auth-int", False), ("SHA-512-256", "auth", True)]
        for algorithm, qop, userhash in cases:
            with self.subTest(algorithm=algorithm, qop=qop, userhash=userhash):
                call, taken, challenge = self.talk(algorithm=algorithm, qop=qop,
                                                   userhash=userhash)
                self.assertEqual([], taken.invite.all("Proxy-Authorization"))
                self.assertIn("e2e-sec", taken.invite.tokens("Proxy-Require"))
                self.gateway.event("pinhole.open", call.call_id)
                self.hang_up(call, taken, challenge)
                self.gateway.event("e2e-sec.verdict", call.call_id)

    def test_the_user_name_leaves_on_no_wire_and_no_secret_is_written(self):
        call, taken, _, _ = self.call(qop="auth")
        taken.respond(486)
        call.final()
        for connection in self.bob.connections:
            self.assertNotIn(USER[0].encode(), bytes(connection.received))
        self.gateway.event("call.refused", call.call_id)
        written = self.gateway.output().encode() + b"".join(
            file.read_bytes() for file in self.gateway.journal.parent.glob("journal.db*"))
        self.assertNotIn(USER[0].encode(), written)
        self.assertNotIn(USER[1].encode(), written)
        self.assertNotIn(digest.hashed(USER[0], NAME, USER[1]).encode(), written)

    def test_a_replay_is_answered_stale_on_any_connection(self):
        call, taken, sent, _ = self.call(qop="auth")
        taken.respond(486)
        call.final()
        for line in (self.line, self.connect()):
            replay = Message(sent.start, list(sent.headers), sent.body)
            place(replay, "Via", self.alice.via())
            answer = self.alice.exchange(line, replay)
            self.assertEqual(407, answer.status, str(answer))
            self.assertEqual("true", digest.choose(answer).get("stale"))
            line.send(acknowledgement(replay, answer))
        self.gateway.event("auth.refused", sent.call_id, "credentials-replayed")
        self.assertTrue(self.bob.never_got(sent.call_id))

    def test_another_body_under_the_same_credentials_is_not_opened(self):
        message = self.alice.request("MESSAGE", self.bob.aor, body=self.sealed())
        second = self.authorized(message, self.challenged(message), qop="auth-int")
        _, second.body = self.sealed()
        place(second, "Content-Length", str(len(second.body)))
        answer = self.alice.exchange(self.line, second)
        self.assertEqual(407, answer.status, str(answer))
        self.assertTrue(self.bob.never_got(second.call_id))

    def test_challenges_of_other_realms_pass_and_their_credentials_too(self):
        message = self.alice.request("MESSAGE", self.bob.aor)
        challenge = self.challenged(message)
        second = self.authorized(message, challenge)
        answers = self.alice.ask(self.line, second)
        connection, taken = self.bob.next_incoming()
        theirs = 'Digest realm="far", nonce="7", algorithm=SHA-256, qop="auth"'
        connection.send(reply(taken, 407, extra=[("Proxy-Authenticate", theirs)]))
        answer = answers.get(timeout=10)
        self.assertEqual([theirs], answer.all("Proxy-Authenticate"), str(answer))
        place(message, "CSeq", "5 MESSAGE")
        third = self.authorized(message, challenge, 2)
        row = digest.credentials(("alice", "far-secret"), digest.parameters(theirs), third)
        third.headers.insert(1, ("Proxy-Authorization", row))
        answers = self.alice.ask(self.line, third)
        connection, taken = self.bob.next_incoming()
        self.assertEqual([row], taken.all("Proxy-Authorization"), str(taken))
        connection.send(reply(taken, 200))
        self.assertEqual(200, answers.get(timeout=10).status)

    def test_a_user_speaks_for_the_own_address_only(self):
        message = self.alice.request("MESSAGE", self.bob.aor,
                                     From=f"<sip:mallory@{gateway.INSIDE}>;tag=1")
        second = self.authorized(message, self.challenged(message))
        answer = self.alice.exchange(self.line, second)
        self.assertEqual(403, answer.status, str(answer))
        self.assertIn("identity-mismatch", answer.get("Warning"))

    def test_md5_is_not_taken(self):
        message = self.alice.request("MESSAGE", self.bob.aor)
        second = self.authorized(message, {**self.challenged(message), "algorithm": "MD5"})
        self.assertEqual(407, self.alice.exchange(self.line, second).status)

    def test_we_are_the_server_of_our_own_options(self):
        options = self.alice.request("OPTIONS", f"sip:{NAME}:{self.border.ports['inside']}")
        answer = self.alice.exchange(self.line, options)
        self.assertEqual(401, answer.status, str(answer))
        second = self.authorized(options, digest.choose(answer), header="Authorization")
        self.assertEqual(200, self.alice.exchange(self.line, second).status)


class Again(Door):
    """The users are read again with the configuration (SIGHUP)."""

    def known(self, user, policy=None):
        """Whether those credentials open the door to the gateway's own OPTIONS."""
        options = self.alice.request("OPTIONS", f"sip:{NAME}:{self.border.ports['inside']}",
                                     extra=[("Accept", "application/pkix-cert")])
        answer = self.alice.exchange(self.line, options)
        self.assertEqual(401, answer.status, str(answer))
        number, method = options.cseq
        second = Message(options.start, list(options.headers), b"")
        place(second, "Via", self.alice.via())
        place(second, "CSeq", f"{number + 1} {method}")
        second.headers.insert(1, ("Authorization", digest.credentials(
            user, digest.choose(answer), second)))
        answer = self.alice.exchange(self.line, second)
        if policy is not None:
            self.assertEqual(policy, bool(answer.all("Warning")), str(answer))
        return answer.status == 200

    def test_users_and_their_rules_are_taken_whole_or_not_at_all(self):
        users = self.border.place / "users"
        self.assertTrue(self.known(USER, policy=True))
        new = ("login-of-eve", "looking-glass")
        users.write_text(f"{new[0]} password {new[1]} alice@{gateway.INSIDE}\n")
        self.assertFalse(self.known(new), "nothing is read before it is asked for")
        spared = {"user": f"alice@{gateway.INSIDE}", "profile": "route-only"}
        self.gateway.take(lambda tree: tree["disclosure"].update(users=[spared]))
        self.assertTrue(self.known(new, policy=False))
        self.assertFalse(self.known(USER), "who is no longer there enters no more")
        users.write_text(f"{new[0]} password {new[1]}\nhalf-a-line\n")
        said = self.refused()
        self.assertIn("authentication.users", said)
        self.assertIn("line 2: expected a name, password or an algorithm, and a secret", said)
        self.assertNotIn("half-a-line", said)
        self.assertTrue(self.known(new), "a faulty file keeps the old users")
        users.unlink()
        self.assertIn("authentication.users", self.refused())
        self.assertTrue(self.known(new))

    def refused(self):
        """Asks for the configuration to be read again; what is said of its refusal."""
        before = len(self.gateway.output())
        self.gateway.signal(signal.SIGHUP)
        return processes.until(
            lambda: (said := self.gateway.output()[before:]) and "not taken" in said and said,
            "the new configuration is refused")


class Flood(Door):
    """R-SEC-7: overheard credentials, and bodies that are costly to read."""

    def nested(self):
        """Envelopes for the gateway in multiparts within multiparts."""
        rows, inner = self.sealed([self.keys.reader[0]])
        kind, depth = dict(rows)["Content-Type"], 0
        while len(inner) < 12_000:
            part = f"--b{depth}\r\nContent-Type: {kind}\r\n\r\n".encode() + inner + b"\r\n"
            inner = part + part + f"--b{depth}--\r\n".encode()
            kind = f"multipart/mixed; boundary=b{depth}"
            depth += 1
        return [("Content-Type", kind)], inner

    def timed_calls(self, count):
        """How long each of that many good calls took to be answered."""
        took = []
        for _ in range(count):
            began = time.monotonic()
            call, taken, challenge = self.talk()
            took.append(time.monotonic() - began)
            self.hang_up(call, taken, challenge)
        return took

    def memory(self):
        rows = Path(f"/proc/{self.gateway.pid}/status").read_text().splitlines()
        return int(next(r for r in rows if r.startswith("VmRSS")).split()[1]) // 1024

    def overheard(self, body):
        """A message whose credentials were good once, with `@N@` where each copy differs."""
        message = self.alice.request("MESSAGE", self.bob.aor, body=body)
        sent = self.authorized(message, self.challenged(message), qop="auth")
        answers = self.alice.ask(self.line, sent)
        connection, taken = self.bob.next_incoming()
        connection.send(reply(taken, 200))
        self.assertEqual(200, answers.get(timeout=10).status)
        place(sent, "Via", self.alice.via("z9hG4bKflood@N@"))
        place(sent, "Call-ID", "flood@N@")
        file = self.border.place / "overheard"
        file.write_bytes(sent.to_bytes())
        return file

    def pour(self, message):
        """The flood begins, over two connections and from a process of its own."""
        return processes.Process(
            [sys.executable, "-m", "ua.flood", self.border.ports["inside"], NAME, self.keys.trust,
             message, FLOOD, 2], self.border.place / "flood.log", cwd=suite.ROOT / "tests")

    def test_nested_messages_with_replayed_credentials_cost_no_key_operation(self):
        stolen = self.overheard(self.nested())
        self.timed_calls(5)
        quiet = self.timed_calls(CALLS)
        name, before = "cms.private-key-operations", 2 * (5 + CALLS)  # an offer and an answer each
        processes.until(lambda: self.counter(name) >= before, "the good calls were counted", 30)
        rss, cpu = self.memory(), self.gateway.cpu_seconds()
        began, busy = time.monotonic(), []
        flood = self.pour(stolen)
        self.addCleanup(flood.end)
        while flood.running and len(busy) < MANY:
            busy += self.timed_calls(1)
        flood.child.wait(240)
        lasted = time.monotonic() - began
        self.assertEqual(f"407 {FLOOD}\n", flood.output(), "expected each to be answered 407")
        spent, grown = self.gateway.cpu_seconds() - cpu, self.memory() - rss
        ratio = statistics.median(busy) / statistics.median(quiet)
        print(f"      {FLOOD} refused in {lasted:.1f} s with {spent:.1f} s of CPU and {grown} MiB;"
              f" a call took {statistics.median(quiet) * 1000:.0f} ms before and"
              f" {statistics.median(busy) * 1000:.0f} ms meanwhile ({ratio:.2f} times,"
              f" {len(busy)} calls)", flush=True)
        processes.until(lambda: self.counter("auth.credentials-replayed") >= FLOOD,
                        "all of the flood counted as replayed", 60, 0.5)
        self.assertEqual(before + 2 * len(busy), self.now(name),
                         "expected the good calls' own operations and no other")
        self.assertGreaterEqual(len(busy), CALLS, "good calls while the flood went on")
        self.assertLess(spent, 60, "CPU seconds")
        self.assertLess(grown, 160, "MiB")
        self.assertLess(ratio, NOTICED, "a good call meanwhile, in units of one before")
        self.assertLessEqual(len(self.gateway.events("auth.refused")), 30)


class Judge(Door):
    """sipp as the user agent, behind stunnel since Debian's has no TLS; it knows MD5 alone."""

    change = staticmethod(asking(algorithms=["MD5"]))

    def test_sipp_answers_our_challenge(self):
        suite.needs("sipp", "stunnel4")
        place = self.border.place
        port = gateway.free_port()
        (place / "stunnel.conf").write_text(
            f"foreground = yes\npid =\n[sip]\nclient = yes\naccept = 127.0.0.1:{port}\n"
            f"connect = 127.0.0.1:{self.border.ports['inside']}\nsni = {NAME}\n")
        tunnel = processes.Process(["stunnel4", place / "stunnel.conf"], place / "stunnel.log")
        self.addCleanup(tunnel.end)
        processes.until(lambda: f":{port} " in processes.output_of("ss", "-Hltn")[1], "stunnel")
        scenario = place / "message.xml"
        scenario.write_text(SIPP.replace("@NAME@", USER[0]).replace("@PASSWORD@", USER[1]))
        sipp = processes.Process(
            ["sipp", "-sf", scenario, "-m", "3", "-r", "1", "-t", "t1", "-auth_uri",
             f"bob@{gateway.OUTSIDE}", "-nostdin", "-timeout", "30s", f"127.0.0.1:{port}"],
            place / "sipp.log", cwd=place)
        self.addCleanup(sipp.end)
        for _ in range(3):
            connection, taken = self.bob.next_incoming()
            self.assertEqual([], taken.all("Proxy-Authorization"))
            connection.send(reply(taken, 200))
        processes.until(lambda: not sipp.running, "sipp ends", 30)
        self.assertEqual(0, sipp.child.returncode, sipp.output()[-1500:])


SIPP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="a message with credentials">
  <send><![CDATA[
MESSAGE sip:bob@outside.example SIP/2.0
Via: SIP/2.0/TLS [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:alice@inside.example>;tag=[call_number]
To: <sip:bob@outside.example>
Call-ID: [call_id]
CSeq: 1 MESSAGE
Content-Type: text/plain
Content-Length: [len]

hello]]></send>
  <recv response="407" auth="true"/>
  <send><![CDATA[
MESSAGE sip:bob@outside.example SIP/2.0
Via: SIP/2.0/TLS [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:alice@inside.example>;tag=[call_number]
To: <sip:bob@outside.example>
Call-ID: [call_id]
CSeq: 2 MESSAGE
[authentication username=@NAME@ password=@PASSWORD@]
Content-Type: text/plain
Content-Length: [len]

hello]]></send>
  <recv response="200"/>
</scenario>
"""


class Strict(unittest.TestCase):
    """What the configuration does not allow."""

    def test_no_credentials_in_clear(self):
        def clear(tree, border):
            asking()(tree, border)
            tree["listeners"][0]["transport"] = "tcp"
        border = gateway.Border(clear, start=False)
        self.addCleanup(border.close)
        config = border.place / "clear.yaml"
        config.write_text(json.dumps(border.tree))
        code, _, said = processes.output_of(gateway.COMMAND, "check-config", config)
        self.assertEqual(2, code, said)
        self.assertIn("listeners[0].authenticate: digest needs transport: tls", said)


class LabelOfAUser(Door):
    """REQ-CONF-3: over TLS, credentials make the wish of a user agent a secure one."""

    @staticmethod
    def change(tree, border):
        asking()(tree, border)
        tree["disclosure"] = {"clear-sdp": False, "require-authenticated-label": True}

    def test_is_followed_though_no_certificate_was_shown(self):
        inner = bodies.mime("application/sdp", OFFER.encode())
        parts = [bodies.pkcs7_part("enveloped-data", bodies.encrypt(inner, [reader]),
                                   f"Content-ID: <{name}@inside.example>",
                                   "Content-Disposition: attachment;handling=optional")
                 for name, reader in (("one", self.keys.bob[0]), ("two", self.keys.reader[0]))]
        kind, octets = bodies.mixed(*parts)
        for named, status in (("one", 496), ("two", 486)):
            with self.subTest(named=named):
                label = [("Proxy-Inspect-Body", f'{NAME};cid="{named}@inside.example"')]
                invite = self.alice.request("INVITE", self.bob.aor, extra=label,
                                            body=([("Content-Type", kind)], octets))
                second = self.authorized(invite, self.challenged(invite))
                call = Call(self.alice, self.line, second)
                if status == 486:
                    self.bob.next_call(10, call.call_id).respond(486)
                self.assertEqual(status, call.final().status)
                told = self.gateway.events("e2m.identity-mismatch", call.call_id)
                self.assertEqual([], told)


del Door
