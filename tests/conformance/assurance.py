"""e2e-sec as a user agent sees it: Hop-Record, NOTIFY, and a verdict of its own."""

import time
import unittest

from lib import gateway
from lib.gateway import NAME
from ua import assurance
from ua.notify import notify


class Verdicts(unittest.TestCase):
    """The gateway's verdict of each call, beside the caller's own."""

    @classmethod
    def setUpClass(cls):
        def unsigned(tree, _):
            tree["assurance"] = {"grace": "1s", "cap": "4s", "require-signed-notify": False}
        cls.border = gateway.Border(unsigned)
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway
        cls.me = f"{NAME}:{cls.border.ports['inside']}"

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def run_call(self, record, hops=(), late=(), answer_status=200):
        """A call whose callee returns `record` (None: no header) and whose hops say `hops`."""
        self.alice.notifies.clear()
        call, taken = self.border.call()
        for hop in hops:
            self.say(taken, hop)
        taken.respond(180)
        extra = [] if record is None else [("Hop-Record", record)]
        taken.respond(answer_status, extra=extra, hop_record=False)
        ok = call.final()
        if ok.status == 200:
            call.ack()
            taken.next_request("ACK")
        verdict = self.gateway.event("e2e-sec.verdict", call.call_id)
        if late:
            for hop in late:
                self.say(taken, hop)
        return call, taken, ok, verdict

    def say(self, taken, hop, status=200):
        made = notify(self.bob, taken.invite, [hop])
        got = self.bob.exchange(taken.connection, made)
        self.assertEqual(status, got.status, f"answer to NOTIFY of {hop}: {got}")

    def own(self, ok):
        """What the caller makes of the 200 and the NOTIFYs that came in the grace time."""
        time.sleep(1.5)
        reports = [report for _, _, _, report in self.alice.notifies]
        uac = [f"127.0.0.1:{self.alice.port}"]
        return assurance.verdict(ok.status, assurance.read_hop_record(ok), reports, uac)

    def level(self, event):
        return event["details"].get("verdict"), event["reason"]

    def finish(self, call, taken):
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_direct_callee_is_assured(self):
        for record in ("", f"{NAME}:{self.border.ports['inside']}", NAME):
            with self.subTest(record=record):
                call, taken, ok, event = self.run_call(record)
                if record != NAME:
                    self.assertEqual("ASSURED", self.level(event)[0], event)
                self.assertIn(self.me, assurance.read_hop_record(ok) or set(), str(ok))
                self.finish(call, taken)

    def test_the_caller_gets_one_attestation_and_comes_to_the_same_verdict(self):
        call, taken, ok, event = self.run_call("")
        self.assertEqual(("ASSURED", f"attested: ['{self.me}']"), self.own(ok))
        self.assertEqual(1, len(self.alice.notifies))
        _, connection, found, report = self.alice.notifies[0]
        self.assertIs(self.border.line, connection, "POL-45: back on the same flow")
        self.assertEqual(call.invite.get("From"), found.get("To"))
        self.assertTrue(found.get("From").startswith(call.invite.get("To")), str(found))
        self.assertEqual(call.call_id, found.call_id)
        self.assertEqual([], found.tokens("Proxy-Require"), "POL-13: no recursion")
        self.assertEqual("terminated;reason=noresource", found.get("Subscription-State"))
        self.assertEqual("INVITE", report["request"]["method"])
        self.assertEqual(str(call.invite.cseq[0]), report["request"]["cseq"])
        self.assertEqual("tls", report["hops"][0]["received"]["security"])
        self.assertEqual("tls", report["hops"][0]["forwarded"]["security"])
        self.finish(call, taken)

    def test_attested_hop_behind_the_gateway(self):
        call, taken, ok, event = self.run_call(
            "proxy.example", [("proxy.example", "proxy", "complied")])
        self.assertEqual("ASSURED", self.level(event)[0], event)
        self.assertEqual({self.me, "proxy.example"}, assurance.read_hop_record(ok))
        self.assertEqual("ASSURED", self.own(ok)[0], self.alice.notifies)
        self.finish(call, taken)

    def test_silent_hop_is_a_mismatch_with_its_name(self):
        call, taken, ok, event = self.run_call("proxy.example")
        self.assertEqual(("MISMATCH", "silent-hop"), self.level(event), event)
        self.assertIn("proxy.example", str(event["details"]))
        self.assertEqual("MISMATCH", self.own(ok)[0])
        self.finish(call, taken)

    def test_negative_hop_is_a_mismatch(self):
        call, taken, _, event = self.run_call(
            "proxy.example", [("proxy.example", "proxy", "not-complied")])
        self.assertEqual(("MISMATCH", "negative-assertion"), self.level(event), event)
        self.finish(call, taken)

    def test_unlisted_hop_is_partial(self):
        call, taken, _, event = self.run_call(
            "proxy.example", [("proxy.example", "proxy", "complied"),
                              ("other.example", "proxy", "complied")])
        self.assertEqual(("PARTIAL", "unlisted-hop"), self.level(event), event)
        self.finish(call, taken)

    def test_no_hop_record_is_unverified(self):
        call, taken, _, event = self.run_call(None)
        self.assertEqual(("UNVERIFIED", "no-hop-record"), self.level(event), event)
        self.finish(call, taken)

    def test_late_notify_upgrades_once(self):
        call, taken, _, event = self.run_call(
            "proxy.example", late=[("proxy.example", "proxy", "complied")])
        self.assertEqual("MISMATCH", self.level(event)[0])
        changed = self.gateway.event("e2e-sec.verdict-changed", call.call_id)
        self.assertEqual("ASSURED", changed["details"].get("verdict"), changed)
        self.finish(call, taken)

    def test_refused_call_failed(self):
        call, _, _, event = self.run_call(None, answer_status=486)
        self.assertEqual("FAILED", self.level(event)[0], event)

    def test_one_verdict_per_call(self):
        call, taken, _, _ = self.run_call("")
        self.finish(call, taken)
        time.sleep(1.5)
        self.assertEqual(1, len(self.gateway.events("e2e-sec.verdict", call.call_id)))

    def test_forged_notify_counts_for_nothing(self):
        """POL-99: the right tuple over a flow that is not the egress one."""
        self.alice.notifies.clear()
        call, taken = self.border.call()
        forged = notify(self.alice, call.invite, [("proxy.example", "proxy", "complied")])
        answer = self.alice.exchange(self.border.line, forged)
        self.assertIn(answer.status, (200, 403, 481), str(answer))
        taken.respond(200, extra=[("Hop-Record", "proxy.example")], hop_record=False)
        call.answered()
        taken.next_request("ACK")
        event = self.gateway.event("e2e-sec.verdict", call.call_id)
        self.assertEqual("MISMATCH", self.level(event)[0], event)
        self.gateway.event("e2e-sec.forged-notify")
        self.finish(call, taken)

    def test_notify_that_matches_nothing_is_481(self):
        call, taken, _, _ = self.run_call("")
        stranger = notify(self.bob, taken.invite, [("x.example", "proxy", "complied")],
                          Call_ID="nobody@nowhere.example")
        self.assertEqual(481, self.bob.exchange(taken.connection, stranger).status)
        unknown = notify(self.bob, taken.invite, [("x.example", "proxy", "complied")],
                         Event="presence", Call_ID="nobody2@nowhere.example",
                         To=taken.invite.get("From").split(";")[0])
        unknown.start = f"NOTIFY sip:{self.me} SIP/2.0"
        answer = self.bob.exchange(taken.connection, unknown)
        self.assertEqual(489, answer.status, str(answer))
        self.assertIn("e2e-sec", answer.tokens("Allow-Events"), str(answer))
        self.finish(call, taken)


class Unsigned(unittest.TestCase):
    """With the shipped policy an unsigned NOTIFY is worth what its transport is, or nothing."""

    def test_unsigned_notify_does_not_count_when_signatures_are_required(self):
        def strict(tree, _):
            tree["assurance"] = {"grace": "1s", "cap": "3s", "require-signed-notify": True}
        border = gateway.Border(strict)
        try:
            call, taken = border.call()
            made = notify(border.bob, taken.invite, [("proxy.example", "proxy", "complied")])
            border.bob.ask(taken.connection, made)
            taken.respond(200, extra=[("Hop-Record", "proxy.example")], hop_record=False)
            call.answered()
            taken.next_request("ACK")
            event = border.gateway.event("e2e-sec.verdict", call.call_id)
            self.assertEqual("MISMATCH", event["details"].get("verdict"), event)
            border.end(call, taken)
        finally:
            border.close()
