"""Packets while sessions begin and change in every way that RFC 6337 knows.

The same three namespaces as in pinholes.py. Each test moves media by the messages of one pattern
and looks with packets at what the kernel lets through, at each step.
"""

import itertools
import unittest

from lib import processes, suite
from ua import bodies, media, message, sdp
from ua.agent import Call, reply

from netns.pinholes import Middle

RELIABLE = [("Require", "100rel"), ("RSeq", "1")]


class Case(unittest.TestCase):
    """The same tests for both address families."""

    family = 4

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        cls.border = Middle(cls.family, **{"lifetime": "5m", "early-lifetime": "3m"})
        cls.a, cls.b = cls.border.users
        cls.stranger = cls.b[:-1] + "3"
        cls.bases = itertools.count(20000, 40)

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def setUp(self):
        self.open = []
        self.base = next(self.bases)

    def tearDown(self):
        for port in self.open:
            port.close()

    def port(self, side, number, address=None):
        spaces = self.border.spaces
        place = spaces.caller.inside if side == "in" else spaces.callee.inside
        made = media.Port(address or (self.a if side == "in" else self.b), number, place)
        self.open.append(made)
        return made

    def describe(self, address, port, extra=()):
        return bodies.sdp_body(sdp.offer(address, port, extra=extra))

    def inside(self, n=0):
        return self.describe(self.a, self.base + n)

    def outside(self, n=0):
        return self.describe(self.b, self.base + 10 + n)

    def ends(self, *numbers):
        """Sockets at those ports of both sides."""
        self.here = {n: self.port("in", self.base + n) for n in numbers}
        self.there = {n: self.port("out", self.base + 10 + n) for n in numbers}

    def passes(self, wanted, what, here=0, there=0):
        for way, sender, receiver in (("in", self.there[there], self.here[here]),
                                      ("out", self.here[here], self.there[there])):
            came = media.passes(sender, receiver)
            self.assertEqual(5 if wanted else 0, came,
                             f"packets of 5 {way}, {what}; kernel: {self.border.elements()}")

    def one_way(self, wanted, what, sender, receiver):
        self.assertEqual(5 if wanted else 0, media.passes(sender, receiver),
                         f"packets of 5: {what}; kernel: {self.border.elements()}")

    def gone(self, what):
        processes.until(lambda: not self.border.elements(), f"no element {what}", 2)

    def end(self, call, taken):
        self.assertEqual(200, self.border.end(call, taken).status)
        self.gone("after BYE")

    @staticmethod
    def early(call, response):
        """The caller's early dialog, by a provisional response."""
        call.remote = response.get("To")
        call.target = message.addr(response.get("Contact"))
        call.routes = list(reversed(response.tokens("Record-Route")))

    def prack(self, call, taken, body=None, answer=None):
        response = call.seen[-1]
        rack = f"{response.get('RSeq')} {response.get('CSeq')}"
        answers = call.agent.ask(call.connection, call.make(
            "PRACK", extra=[("RAck", rack)], body=body))
        taken.reply(taken.next_request("PRACK"), 200, body=answer)
        found = answers.get(timeout=15)
        self.assertEqual(200, found.status)

    # -- the patterns

    def test_offerless_invite_opens_with_the_answer_in_the_ack(self):
        self.ends(0)
        call, taken = self.border.call()
        taken.respond(200, self.outside())
        call.expect(200)
        self.passes(False, "before the ACK")
        call.ack(body=self.inside())
        taken.next_request("ACK")
        self.passes(True, "when the ACK arrived")
        self.end(call, taken)
        self.passes(False, "after BYE")

    def test_answer_in_the_ack_that_nobody_may_have_ends_the_call(self):
        self.ends(0)
        call, taken = self.border.call()
        taken.respond(200, self.outside())
        call.expect(200)
        call.ack(body=self.describe(self.b, self.base))
        self.assertEqual(b"", taken.next_request("ACK").body)
        for dialog in (call, taken):
            dialog.reply(dialog.next_request("BYE"), 200)
        self.assertEqual([], self.border.elements())

    def test_encrypted_answer_in_the_ack_is_read(self):
        self.ends(0)
        keys = self.border.keys
        call, taken = self.border.call()
        taken.respond(200, bodies.shape("N1", sdp.offer(self.b, self.base + 10),
                                        [keys.alice_reads[0], keys.reader[0]]))
        call.expect(200)
        call.ack(body=bodies.shape("N3", sdp.offer(self.a, self.base),
                                   [keys.bob[0], keys.reader[0]], keys.alice[0],
                                   key=keys.alice[1]))
        taken.next_request("ACK")
        self.passes(True, "by two encrypted descriptions")
        self.end(call, taken)

    def test_reliable_ringing_answers_and_the_media_passes_before_the_200(self):
        self.ends(0)
        call, taken = self.border.call(body=self.inside())
        taken.respond(183, self.outside(), extra=RELIABLE)
        self.early(call, call.expect(183))
        self.passes(True, "while it rings")
        self.prack(call, taken)
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        self.passes(True, "in the call")
        self.end(call, taken)

    def test_offer_in_reliable_ringing_is_answered_in_the_prack(self):
        self.ends(0)
        call, taken = self.border.call()
        taken.respond(183, self.outside(), extra=RELIABLE)
        self.early(call, call.expect(183))
        self.passes(False, "before the PRACK")
        self.prack(call, taken, body=self.inside())
        self.passes(True, "after the PRACK")
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        self.end(call, taken)

    def test_update_moves_the_media_of_a_ringing_call(self):
        self.ends(0, 4)
        call, taken = self.border.call(body=self.inside())
        taken.respond(183, self.outside(), extra=RELIABLE)
        self.early(call, call.expect(183))
        self.prack(call, taken)
        answers = call.agent.ask(call.connection, call.make("UPDATE", body=self.inside(4)))
        taken.reply(taken.next_request("UPDATE"), 200, body=self.outside(4))
        self.assertEqual(200, answers.get(timeout=15).status)
        self.passes(True, "where the UPDATE moved it", 4, 4)
        processes.until(lambda: len(self.border.elements()) == 4, "the old flows closed", 2)
        self.one_way(False, "where it was", self.there[0], self.here[0])
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        self.end(call, taken)

    def test_early_media_passes_and_ends_with_the_refusal(self):
        self.ends(0)
        call, taken = self.border.call(body=self.inside())
        taken.respond(183, self.outside())
        call.expect(183)
        self.passes(True, "early media")
        taken.respond(486)
        call.final()
        self.gone("after 486")
        self.passes(False, "after 486")

    # -- (k) forks

    def test_fork_of_three_keeps_the_winner_alone(self):
        self.ends(0)
        call, taken = self.border.call(body=self.inside())
        second = self.port("out", self.base + 20, self.stranger)
        third = self.port("out", self.base + 30)
        tags = ("one", "two", "three")
        answers = (self.outside(), self.describe(self.stranger, self.base + 20),
                   self.describe(self.b, self.base + 30, ["a=rtcp-mux"]))
        for taken.tag, answer in zip(tags, answers, strict=True):
            taken.respond(183, answer)
            call.wait(183)
        for far in (self.there[0], second, third):
            self.one_way(True, f"early, from port {far.port}", far, self.here[0])
            self.one_way(True, f"early, to port {far.port}", self.here[0], far)
        taken.tag = "two"
        taken.local = f"{taken.invite.get('To')};tag=two"
        taken.respond(200, answers[1])
        call.answered()
        taken.next_request("ACK")
        self.one_way(True, "the winner", second, self.here[0])
        processes.until(lambda: len(self.border.elements()) == 4, "the losers' flows closed", 2)
        for far in (self.there[0], third):
            self.one_way(False, f"to a loser, port {far.port}", self.here[0], far)
        self.one_way(False, "from a loser", self.there[0], self.here[0])
        taken.tag = "one"
        taken.respond(200, answers[0])
        for method in ("ACK", "BYE"):
            found = taken.next_request(method)
            self.assertEqual("one", message.param(found.get("To"), "tag"))
        taken.reply(found, 200)
        self.one_way(True, "the winner, after another accepted", second, self.here[0])
        self.end(call, taken)

    # -- one dialog after another

    def test_a_call_that_replaces_another_has_pinholes_of_its_own(self):
        """RFC 3891: the new dialog is another group, and the callee ends the old one."""
        self.ends(0, 4)
        first, taken = self.border.talk(self.inside(), self.outside())
        tags = [message.param(value, "tag") for value in (first.remote, first.local)]
        replaces = f"{first.call_id};to-tag={tags[0]};from-tag={tags[1]}"
        second, met = self.border.talk(self.inside(4), self.outside(4),
                                       extra=[("Replaces", replaces)])
        self.assertEqual(replaces, met.invite.get("Replaces"), "what the callee was told")
        self.assertEqual(taken.call_id, first.call_id, "the dialog that it names")
        self.passes(True, "in the first, until it ends")
        self.passes(True, "in the second", 4, 4)
        answers = taken.agent.ask(taken.connection, taken.make("BYE"))
        first.reply(first.next_request("BYE"), 200)
        self.assertEqual(200, answers.get(timeout=15).status)
        processes.until(lambda: len(self.border.elements()) == 4, "the first's flows closed", 2)
        self.passes(False, "in the first, after its BYE")
        self.passes(True, "in the second, after that", 4, 4)
        self.end(second, met)

    def test_a_redirected_call_leaves_nothing_and_its_next_try_opens(self):
        self.ends(0, 4)
        call, taken = self.border.call(body=self.inside())
        taken.respond(183, self.outside())
        call.expect(183)
        self.passes(True, "while it rings")
        taken.respond(302)
        self.assertEqual(302, call.final().status)
        self.gone("after 302")
        call, taken = self.border.talk(self.inside(4), self.outside(4))
        self.passes(True, "in the next", 4, 4)
        self.passes(False, "where the first would have been")
        self.end(call, taken)

    # -- changes

    def again(self, call, taken, body, status=200, answer=None):
        """A re-INVITE: what the caller got; the ACK is sent."""
        invite = call.make("INVITE", extra=[("Contact", call.agent.contact())], body=body)
        answers = call.agent.ask(call.connection, invite)
        seen = taken.next_request("INVITE")
        self.at_offer()
        made = reply(seen, status, body=answer)
        made.headers.insert(-1, ("Contact", taken.agent.contact()))
        taken.connection.send(made)
        while (found := answers.get(timeout=15)).status < 200:
            pass
        ack = call.make("ACK", cseq=invite.cseq[0])
        if found.status >= 300:
            ack.set("Via", invite.get("Via"))
        call.connection.send(ack)
        return found

    def at_offer(self):
        """What a test looks at when a new offer has arrived."""

    def test_hold_and_resume(self):
        self.ends(0, 1)
        call, taken = self.border.talk(self.inside(), self.outside())
        self.passes(True, "before hold")
        held = self.describe(self.a, self.base, ["a=inactive"])
        back = self.describe(self.b, self.base + 10, ["a=inactive"])
        self.assertEqual(200, self.again(call, taken, held, answer=back).status)
        taken.next_request("ACK")
        processes.until(lambda: len(self.border.elements()) == 2, "RTCP alone is open", 2)
        self.passes(False, "on hold")
        self.passes(True, "RTCP on hold", 1, 1)
        answer = self.again(call, taken, self.inside(), answer=self.outside())
        self.assertEqual(200, answer.status)
        self.passes(True, "after resume")
        self.end(call, taken)

    def test_refused_reinvite_leaves_what_was_agreed(self):
        self.ends(0, 4)
        call, taken = self.border.talk(self.inside(), self.outside())
        self.passes(True, "before")
        looked = []

        def at_offer():
            self.one_way(True, "to the new address at the offer", self.there[0], self.here[4])
            self.passes(True, "to the old one as well")
            looked.append(True)

        self.at_offer = at_offer
        self.assertEqual(488, self.again(call, taken, self.inside(4), 488).status)
        self.assertEqual([True], looked)
        processes.until(lambda: len(self.border.elements()) == 4, "the new flows closed", 2)
        self.passes(True, "after 488")
        self.one_way(False, "to the address that was refused", self.there[0], self.here[4])
        self.end(call, taken)

    def test_moved_media_leaves_nothing_where_it_was(self):
        self.ends(0, 4)
        call, taken = self.border.talk(self.inside(), self.outside())
        found = self.again(call, taken, self.inside(4), answer=self.outside(4))
        self.assertEqual(200, found.status)
        taken.next_request("ACK")
        self.passes(True, "where it moved to", 4, 4)
        processes.until(lambda: len(self.border.elements()) == 4, "the old flows closed", 2)
        self.passes(False, "where it was")
        self.end(call, taken)

    # -- (n) a description for the callee alone

    def test_description_for_the_callee_alone_then_for_us_too(self):
        self.ends(0)
        keys = self.border.keys
        text = sdp.offer(self.a, self.base)
        hidden = bodies.shape("N1", text, [keys.bob[0]])
        call = Call(self.border.alice, self.border.line, self.border.alice.request(
            "INVITE", self.border.bob.aor, body=hidden))
        self.assertEqual(496, call.final().status)
        self.passes(False, "after 496")
        shown = bodies.shape("N1", text, [keys.bob[0], keys.reader[0]])
        call, taken = self.border.talk(shown, self.outside())
        self.passes(True, "when we could read it")
        self.end(call, taken)


class Ipv4(Case):
    """IPv4."""


class Ipv6(Case):
    """IPv6."""

    family = 6


del Case
