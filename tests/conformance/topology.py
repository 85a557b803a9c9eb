"""What a realm learns of the elements on the other side (POL-83), in every octet that it gets."""

import time
import unittest

from lib import gateway
from lib.gateway import NAME
from ua.notify import notify

SECRETS = [b"hidden.example", b"10.9.8.7", b"LeakWare", b"fd09::7"]
HIDDEN, BARE, FOREIGN = "ps3.hidden.example", "10.9.8.7:5070", "ps5.foreign.example"
TALK = [
    ("Server", "LeakWare/1.0 (ps3.hidden.example)"), ("User-Agent", "LeakWare/1.0"),
    ("Warning", '399 ps3.hidden.example "e2e-sec: no-tls-target ps4.hidden.example"'),
    ("Error-Info", "<sip:error@ps3.hidden.example>"),
    ("Call-Info", "<http://10.9.8.7/>;purpose=icon"),
    ("History-Info", "<sip:bob@ps3.hidden.example>;index=1"), ("Diversion", "<sip:bob@[fd09::7]>"),
    ("X-Next-Hop", "ps3.hidden.example"),
    ("P-Charging-Vector", "icid-value=1;orig-ioi=hidden.example"),
    ("Reason", 'SIP;cause=486;text="ps3.hidden.example"'),
    ("Retry-After", "60 (ps3.hidden.example)"),
    ("Proxy-Inspect-Body", "ps3.hidden.example"), ("P-Asserted-Identity", "<sip:1@10.9.8.7>"),
]
ROUTE = ("Record-Route", "<sip:ps3.hidden.example;lr>")


class Topology:
    """Alice's realm has a policy; Bob's side is talkative."""

    policy, own = "self", []

    @classmethod
    def setUpClass(cls):
        def hide(tree, _):
            tree["assurance"] = {"grace": "1s", "cap": "3s", "own-domains": cls.own}
            tree["peers"][0]["topology"] = cls.policy
        cls.border = gateway.Border(hide)
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway
        cls.me = f"{NAME}:{cls.border.ports['inside']}"

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def tell(self, taken, *hops):
        for hop, result in hops:
            said = notify(self.bob, taken.invite, [(hop, "proxy", result)])
            self.assertEqual(200, self.bob.exchange(taken.connection, said).status)

    def talk(self, *hops):
        """A whole call with talkative answers and requests; gives Hop-Record and report."""
        self.alice.notifies.clear()
        call, taken = self.border.call()
        self.tell(taken, *hops)
        taken.respond(183, extra=[*TALK, ROUTE])
        record = f"{HIDDEN}, {BARE}, {FOREIGN}"
        taken.respond(200, extra=[*TALK, ROUTE, ("Hop-Record", record)], hop_record=False)
        ok = call.answered()
        taken.next_request("ACK")
        for method in ("INFO", "UPDATE"):
            answers = self.bob.ask(taken.connection, taken.make(method, extra=TALK))
            call.reply(call.next_request(method), 200)
            answers.get(timeout=10)
        self.gateway.event("e2e-sec.verdict", call.call_id)
        end = time.monotonic() + 10
        while not self.alice.notifies and time.monotonic() < end:
            time.sleep(0.1)
        self.border.end(call, taken)
        self.assertEqual(1, len(self.alice.notifies), "one combined NOTIFY")
        return ok, self.alice.notifies[0][3]["hops"]

    def refused(self, status, *extra):
        call, taken = self.border.call()
        taken.respond(status, extra=[*TALK, *extra])
        return call.final()

    def nothing_leaks(self):
        got = b"".join(bytes(c.received) for c in self.alice.connections)
        self.assertIn(b"SIP/2.0 200", got)
        for secret in SECRETS:
            at = got.find(secret)
            self.assertEqual(-1, at, f"{secret} leaks in {got[max(0, at - 200):at + 80]}")

    def test_every_octet_of_good_calls_and_refusals(self):
        yes = [(hop, "complied") for hop in (HIDDEN, BARE, FOREIGN)]
        ok, hops = self.talk(*yes)
        self.assertEqual(self.shown, ok.get("Hop-Record"))
        self.assertEqual("complied", hops[0]["result"], hops)
        self.assertEqual("aggregate", hops[0]["role"], hops)
        self.refused(420, ("Unsupported", "e2e-sec"))
        self.refused(302, ("Contact", "<sip:bob@10.9.8.7>"))
        for status in (486, 503, 600):
            self.refused(status)
        self.nothing_leaks()

    def test_a_hidden_hop_that_is_silent_or_says_no_makes_ours_a_no(self):
        for said in ([], [(HIDDEN, "not-complied")]):
            _, hops = self.talk((BARE, "complied"), (FOREIGN, "complied"), *said)
            self.assertEqual("not-complied", hops[0]["result"], hops)
        self.nothing_leaks()


class Self(Topology, unittest.TestCase):
    shown = property(lambda self: self.me)

    def test_a_redirection_to_a_hidden_place_is_unavailable(self):
        answer = self.refused(302, ("Contact", "<sip:bob@10.9.8.7>"))
        self.assertEqual(480, answer.status, str(answer))

    def test_the_far_realm_has_its_own_policy(self):
        call, taken = self.border.talk()
        answers = self.alice.ask(call.connection, call.make("INFO", extra=[("X-Open", "yes")]))
        info = taken.next_request("INFO")
        taken.reply(info, 200)
        answers.get(timeout=10)
        self.assertEqual("yes", info.get("X-Open"))
        self.border.end(call, taken)


class Domain(Topology, unittest.TestCase):
    policy, own = "domain", ["hidden.example"]
    shown = property(lambda self: f"{self.me}, {FOREIGN}")


class Nobody(Topology, unittest.TestCase):
    policy = "none"
    shown = None
