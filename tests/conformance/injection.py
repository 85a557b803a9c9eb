"""The gateway asks for e2e-sec on behalf of a caller who does not (POL-3, POL-81, POL-82, POL-90 to
POL-92): T7 in both variants, T9, and those whose path began in clear."""

import time
import unittest

from lib import gateway, processes
from lib.gateway import NAME
from ua import bodies, sdp
from ua.agent import reply
from ua.bodies import sdp_body
from ua.notify import notify

HOP = "hop.example"


def injecting(on_rejected="reject", fragment=False, **path):
    def change(tree, _):
        for route in tree["routes"]:
            route |= {"inject": True, "on-injected-rejected": on_rejected,
                      "inject-sipfrag": fragment}
        tree["path"] = path
    return change


class Injected(unittest.TestCase):
    """Alice knows nothing of e2e-sec; the route to Bob injects it."""

    change = staticmethod(injecting())

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def setUp(self):
        self.alice.notifies.clear()

    def call(self, **options):
        return self.border.call(e2e=False, body=sdp_body(sdp.offer("127.0.0.1", 40000)), **options)

    def unmarked(self, found):
        for name in ("Require", "Proxy-Require", "Unsupported", "Hop-Record"):
            self.assertNotIn("e2e-sec", found.tokens(name), str(found))
        self.assertEqual([], found.tokens("Hop-Record"), str(found))

    def marked(self, found):
        self.assertIn("e2e-sec", found.tokens("Require"), str(found))
        self.assertIn("e2e-sec", found.tokens("Proxy-Require"), str(found))

    def refused(self, taken):
        taken.respond(420, extra=[("Unsupported", "e2e-sec")], hop_record=False)

    def verdict(self, call_id):
        return self.gateway.event("e2e-sec.verdict", call_id)["details"]["verdict"]


class Unaware(Injected):
    """T9, and T7 with the default policy."""

    def test_the_flow_is_assured_and_the_caller_never_hears_of_it(self):
        call, taken = self.call()
        self.marked(taken.invite)
        said = self.bob.exchange(taken.connection,
                                 notify(self.bob, taken.invite, [(HOP, "proxy", "complied")]))
        self.assertEqual(200, said.status, "POL-82: the NOTIFY of a hop ends at the gateway")
        taken.respond(200, sdp_body(sdp.offer("127.0.0.1", 50000)), [("Hop-Record", HOP)],
                      hop_record=False)
        self.unmarked(call.answered())
        self.marked(taken.next_request("ACK"))
        self.assertEqual("ASSURED", self.verdict(call.call_id))

        answers = self.alice.ask(call.connection, call.make("INFO"))
        info = taken.next_request("INFO")
        self.marked(info)
        taken.reply(info, 200, extra=[("Hop-Record", HOP)])
        self.unmarked(answers.get(timeout=10))

        waiting = self.bob.ask(taken.connection, taken.make("BYE"))
        bye = call.next_request("BYE")
        self.unmarked(bye)
        call.reply(bye, 200)
        self.assertEqual(200, waiting.get(timeout=10).status, "the callee's echo of the tag")
        self.assertEqual([], self.alice.notifies)
        told = self.gateway.event("e2e-sec.injected", call.call_id)["details"]
        self.assertEqual("outside.example to outside", told["route"])

    def test_explain_says_that_and_by_which_policy(self):
        call, taken = self.call()
        taken.respond(486, hop_record=False)
        self.assertEqual(486, call.final().status)
        self.gateway.event("call.refused", call.call_id)

        def told():
            code, out, _ = processes.output_of(
                gateway.COMMAND, "explain", "--config", self.gateway.config, call.call_id)
            return out if code == 0 and "injected" in out else None
        out = processes.until(told, "surehop explain speaks of the injection", 20, 0.5)
        self.assertIn("injected by the route outside.example to outside", out)

    def test_a_refusal_is_403_with_its_cause_and_nothing_is_tried_again(self):
        call, taken = self.call()
        self.refused(taken)
        told = call.final()
        self.assertEqual(403, told.status, str(told))
        self.assertIn(f'399 {NAME} "e2e-sec: injected-rejected"', told.get("Warning"))
        self.unmarked(told)
        self.gateway.event("e2e-sec.injected-rejected", call.call_id, "injected-rejected")
        self.assertEqual("FAILED", self.verdict(call.call_id))
        time.sleep(0.3)
        self.assertTrue(self.bob.never_got(call.call_id))

    def test_a_caller_who_asks_is_answered_as_always(self):
        call, taken = self.border.call()
        self.refused(taken)
        self.assertEqual(420, call.final().status)


class Fragment(Injected):
    """The gateway says so in a signed fragment, too, where there is no body (POL-72)."""

    change = staticmethod(injecting(fragment=True))

    def test_openssl_trusts_what_the_gateway_signed(self):
        call, taken = self.border.call(e2e=False)
        found = taken.invite
        self.assertEqual("signal;handling=optional", found.get("Content-Disposition"))
        kind, inner, layers = bodies.read(found.get("Content-Type"), found.body,
                                          trust=self.border.keys.trust)
        self.assertEqual(("message/sipfrag", ["verified"]), (kind, layers))
        rows = dict(row.split(": ", 1) for row in inner.decode().strip().split("\r\n"))
        for name in ("From", "To", "Call-ID", "CSeq", "Date", "Contact"):
            self.assertEqual(found.get(name), rows[name], name)
        self.assertEqual(("e2e-sec", "e2e-sec"), (rows["Require"], rows["Proxy-Require"]))
        taken.respond(486, hop_record=False)
        self.assertEqual(486, call.final().status)

    def test_a_body_of_the_caller_is_not_touched(self):
        call, taken = self.call()
        self.assertEqual(call.invite.body, taken.invite.body)
        self.assertEqual(call.invite.get("Content-Type"), taken.invite.get("Content-Type"))
        taken.respond(486, hop_record=False)
        self.assertEqual(486, call.final().status)


class Again(Injected):
    """T7, `retry-without`."""

    change = staticmethod(injecting("retry-without"))

    def second(self, **options):
        """A call whose first try was refused, as both sides see it."""
        call, first = self.call(**options)
        self.marked(first.invite)
        self.refused(first)
        self.assertEqual(1, first.next_request("ACK").cseq[0])
        return call, first, self.retaken(first)

    def retaken(self, first):
        again = first.next_request("INVITE")
        taken = type(first)(self.bob, first.connection, again)
        return taken

    def test_the_second_try_is_without_the_tag_and_the_call_goes_on_unassured(self):
        call, first, taken = self.second(extra=[("Subject", "as it was")])
        again = taken.invite
        self.unmarked(again)
        self.assertEqual(2, again.cseq[0])
        self.assertNotEqual(first.invite.get("Via"), again.get("Via"))
        self.assertEqual(first.invite.body, again.body)
        changed = {"Via", "CSeq", "Require", "Proxy-Require"}
        self.assertEqual([h for h in first.invite.headers if h[0] not in changed],
                         [h for h in again.headers if h[0] not in changed])
        taken.respond(200, sdp_body(sdp.offer("127.0.0.1", 50000)))
        ok = call.answered()
        self.assertEqual(1, ok.cseq[0])
        self.unmarked(ok)
        ack = taken.next_request("ACK")
        self.assertEqual(2, ack.cseq[0])
        self.unmarked(ack)
        self.assertEqual("UNASSURED", self.verdict(call.call_id))
        self.gateway.event("e2e-sec.injected-rejected", call.call_id)
        self.numbers(call, taken)

    def numbers(self, call, taken):
        """Both ways for the life of the dialog."""
        answers = self.alice.ask(call.connection, call.make("INFO"))
        info = taken.next_request("INFO")
        self.assertEqual((2, 3), (call.cseq, info.cseq[0]))
        taken.reply(info, 200)
        self.assertEqual(2, answers.get(timeout=10).cseq[0])
        waiting = self.bob.ask(taken.connection, taken.make("INFO"))
        info = call.next_request("INFO")
        self.assertEqual(1, info.cseq[0])
        call.reply(info, 200)
        self.assertEqual(200, waiting.get(timeout=10).status)
        answers = self.alice.ask(call.connection, call.make("BYE"))
        bye = taken.next_request("BYE")
        self.assertEqual(4, bye.cseq[0])
        taken.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)

    def test_prack_and_its_rack_are_renumbered(self):
        call, _, taken = self.second(extra=[("Supported", "100rel")])
        taken.respond(183, extra=[("Require", "100rel"), ("RSeq", "77")])
        early = call.expect(183)
        self.assertEqual(1, early.cseq[0])
        call.remote, call.target = early.get("To"), early.get("Contact").strip("<>")
        answers = self.alice.ask(
            call.connection, call.make("PRACK", extra=[("RAck", "77 1 INVITE")]))
        prack = taken.next_request("PRACK")
        self.assertEqual("77 2 INVITE", prack.get("RAck"))
        taken.reply(prack, 200)
        self.assertEqual(200, answers.get(timeout=10).status)
        call_answers = self.alice.ask(call.connection, cancel_of(call))
        cancel = taken.next_request("CANCEL")
        self.assertEqual(2, cancel.cseq[0])
        taken.reply(cancel, 200)
        taken.respond(487, hop_record=False)
        self.assertEqual(200, call_answers.get(timeout=10).status)
        self.assertEqual(487, call.final().status)

    def test_a_message_goes_once_more(self):
        request = self.alice.request("MESSAGE", self.bob.aor, e2e=False)
        answers = self.alice.ask(self.border.line, request)
        connection, first = self.bob.next_incoming(5)
        self.marked(first)
        connection.send(reply(first, 420, extra=[("Unsupported", "e2e-sec")]))
        connection, again = self.bob.next_incoming(5)
        self.unmarked(again)
        connection.send(reply(again, 200))
        self.assertEqual(200, answers.get(timeout=10).status)
        self.assertEqual("UNASSURED", self.verdict(request.call_id))


def cancel_of(call):
    cancel = call.agent.request("CANCEL", call.invite.uri, e2e=False)
    cancel.headers = [(k, v) for k, v in call.invite.headers
                      if k in ("Via", "From", "To", "Call-ID", "Max-Forwards")]
    cancel.headers += [("CSeq", f"{call.invite.cseq[0]} CANCEL"), ("Content-Length", "0")]
    return cancel


def in_clear(tree, border):
    injecting("reject", **{"accept-unassured": True, "challenge-memory": "3s"})(tree, border)
    border.ports["clear"] = gateway.free_port()
    tree["listeners"].append(
        {"name": "clear", "address": "127.0.0.1", "port": border.ports["clear"], "side": "inside",
         "transport": "tcp", "client-certificate": "none"})
    for peer in tree["peers"]:
        # All stand on the loopback here: who calls from a peer's address must show its certificate.
        peer["require-certificate"] = False


class BeganInClear(Injected):
    """A path that began in clear is never taken for one that did not."""

    change = staticmethod(in_clear)

    def challenged(self, request):
        clear = self.alice.connect("127.0.0.1", self.border.ports["clear"], tls=False)
        answers = self.alice.ask(clear, request)
        connection, found = self.bob.next_incoming(5)
        self.unmarked(found)
        connection.send(reply(found, 407, extra=[("Proxy-Authenticate", 'Digest realm="x"')]))
        self.assertEqual(407, answers.get(timeout=10).status)

    def again_on_tls(self, request, extra=()):
        second = self.alice.request("MESSAGE", self.bob.aor, e2e=False, cseq=2, extra=extra,
                                    From=request.get("From"), Call_ID=request.call_id)
        answers = self.alice.ask(self.border.line, second)
        connection, found = self.bob.next_incoming(5)
        connection.send(reply(found, 200, extra=[("Hop-Record", "")]))
        self.assertEqual(200, answers.get(timeout=10).status)
        return found

    def test_1_no_injection_after_a_challenge_in_clear_until_it_is_forgotten(self):
        request = self.alice.request("MESSAGE", self.bob.aor, e2e=False)
        self.challenged(request)
        self.unmarked(self.again_on_tls(request))
        other = self.alice.request("MESSAGE", self.bob.aor, e2e=False)
        self.unmarked(self.again_on_tls(other))
        time.sleep(3.5)
        self.marked(self.again_on_tls(self.alice.request("MESSAGE", self.bob.aor, e2e=False)))

    def test_2_who_asks_after_it_is_out_of_scope(self):
        request = self.alice.request("MESSAGE", self.bob.aor, e2e=False)
        self.challenged(request)
        tags = [("Require", "e2e-sec"), ("Proxy-Require", "e2e-sec")]
        self.marked(self.again_on_tls(request, tags))
        self.assertEqual("OUT_OF_SCOPE", self.verdict(request.call_id))

    def test_3_a_hop_in_clear_before_the_last_one_is_seen(self):
        time.sleep(3.5)
        request = self.alice.request("MESSAGE", self.bob.aor, e2e=False)
        request.headers.insert(1, ("Via", "SIP/2.0/UDP phone.example;branch=z9hG4bKphone"))
        answers = self.alice.ask(self.border.line, request)
        connection, found = self.bob.next_incoming(5)
        self.unmarked(found)
        connection.send(reply(found, 200))
        self.assertEqual(200, answers.get(timeout=10).status)
