"""What a dialog is held together by: tags, routes, numbers, repeated answers, lost connections."""

import time
import unittest

from lib import gateway
from lib.gateway import NAME
from ua import bodies, message, sdp
from ua.agent import reply
from ua.bodies import sdp_body

E2E = ["e2e-sec"]


class Dialogs(unittest.TestCase):
    """One gateway for all."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border()
        cls.alice, cls.bob, cls.line = cls.border.alice, cls.border.bob, cls.border.line

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def both_headers(self, found):
        self.assertEqual((E2E, E2E), (found.tokens("Require"), found.tokens("Proxy-Require")),
                         f"Require and Proxy-Require of {found}")

    def no_tags(self, found):
        self.assertEqual(([], []), (found.tokens("Require"), found.tokens("Proxy-Require")),
                         f"POL-11 in {found}")

    def answer_all(self, here, there, method, status=200, **options):
        """A request in the dialog with its answer; gives what the far side saw and the answer."""
        answers = here.agent.ask(here.connection, here.make(method, **options))
        found = there.next_request(method)
        there.reply(found, status, extra=[("Contact", there.agent.contact())])
        return found, answers.get(timeout=10)

    # -- redirection

    def test_redirection_keeps_the_place_it_points_to(self):
        """The Contact of a 302 was replaced by ours, so that the caller was sent back to us."""
        for status, rows in ((302, ["<sip:bob@elsewhere.example>"]),
                             (302, ["<sip:bob@one.example>;q=0.7", "<sip:bob@two.example>"]),
                             (485, ["<sip:bob@other.example>"])):
            with self.subTest(status=status, rows=rows):
                call, taken = self.border.call()
                taken.respond(status, extra=[("Contact", row) for row in rows])
                self.assertEqual(rows, call.final().tokens("Contact"))
                taken.next_request("ACK")

    # -- reliable provisional answers

    def test_prack_and_update_in_the_early_dialog(self):
        call, taken = self.border.call(extra=[("Supported", "100rel")])
        self.both_headers(taken.invite)
        taken.respond(183, extra=[("Require", "100rel"), ("RSeq", "77")])
        early = call.expect(183)
        self.assertEqual((["100rel"], "77"), (early.tokens("Require"), early.get("RSeq")))
        call.remote, call.target = early.get("To"), message.addr(early.get("Contact"))
        rack = f"77 {call.invite.cseq[0]} INVITE"
        prack, ok = self.answer_all(call, taken, "PRACK", extra=[("RAck", rack)])
        self.both_headers(prack)
        self.assertEqual((rack, 200), (prack.get("RAck"), ok.status))
        for here, there in ((call, taken), (taken, call)):
            update, ok = self.answer_all(here, there, "UPDATE",
                                         extra=[("Contact", here.agent.contact())])
            self.both_headers(update)
            self.assertEqual(200, ok.status)
            self.assertIn(NAME, update.get("Contact"))
            self.assertIn(NAME, ok.get("Contact"))
        taken.respond(200)
        call.answered()
        self.both_headers(taken.next_request("ACK"))
        self.border.end(call, taken)

    # -- INVITE in the dialog

    def test_second_invite_from_both_sides_and_its_refusal(self):
        call, taken = self.border.talk()
        for here, there in ((call, taken), (taken, call)):
            for status in (200, 491, 488):
                with self.subTest(sender=here.agent.user, status=status):
                    invite = here.make("INVITE", extra=[("Contact", here.agent.contact())])
                    answers = here.agent.ask(here.connection, invite)
                    found = there.next_request("INVITE")
                    self.both_headers(found)
                    there.reply(found, status, extra=[("Contact", there.agent.contact())])
                    got = self.final(answers)
                    self.assertEqual(status, got.status)
                    ack = here.make("ACK", cseq=invite.cseq[0])
                    if status != 200:
                        ack.set("Via", invite.get("Via"))
                        for name in ("Require", "Proxy-Require"):
                            ack.drop(name)
                    here.connection.send(ack)
                    came = there.next_request("ACK")
                    self.assertEqual(found.cseq[0], came.cseq[0])
                    self.both_headers(came) if status == 200 else self.no_tags(came)
        self.assertEqual(200, self.border.end(call, taken).status)

    def final(self, answers):
        while True:
            found = answers.get(timeout=10)
            if found.status >= 200:
                return found

    # -- connected identity (RFC 4916)

    def test_a_dialog_whose_from_changes_is_the_same_dialog(self):
        """AIB-3: the tags say which dialog it is, and who signs is held to the new From."""
        offer, answer = (sdp.offer("127.0.0.1", p) for p in (42100, 52100))
        keys = self.border.keys
        call, taken = self.border.talk(
            bodies.shape("N1", offer, [keys.bob[0], keys.reader[0]]),
            bodies.shape("N1", answer, [keys.alice_reads[0], keys.reader[0]]),
            extra=[("Supported", "from-change")])
        desk, cell = f"sip:desk@{gateway.OUTSIDE}", f"sip:cell@{gateway.INSIDE}"
        taken.local = taken.local.replace(self.bob.aor, desk)
        update, ok = self.answer_all(taken, call, "UPDATE",
                                     extra=[("Contact", self.bob.contact())])
        self.assertEqual((taken.local, 200), (update.get("From"), ok.status))
        call.remote = update.get("From")
        for uri, status in ((desk, 200), (self.bob.aor, 403)):
            with self.subTest(signer=uri):
                signer = keys.ca.signing(f"signs-{status}", uri.removeprefix("sip:"))
                text = sdp.offer("127.0.0.1", 52100)
                body = bodies.shape("N3", text, [keys.alice_reads[0], keys.reader[0]], signer[0],
                                    key=signer[1])
                invite = taken.make("INVITE", body=body, extra=[("Contact", self.bob.contact())])
                answers = taken.agent.ask(taken.connection, invite)
                if status == 200:
                    found = call.next_request("INVITE")
                    self.assertEqual(taken.local, found.get("From"))
                    call.reply(found, 200, extra=[("Contact", self.alice.contact())], body=(
                        bodies.shape("N1", offer, [keys.bob[0], keys.reader[0]])))
                self.assertEqual(status, self.final(answers).status)
                ack = taken.make("ACK", cseq=invite.cseq[0])
                if status == 200:
                    taken.connection.send(ack)
                    call.next_request("ACK")
        call.local = call.local.replace(self.alice.aor, cell)
        update, ok = self.answer_all(call, taken, "UPDATE",
                                     extra=[("Contact", self.alice.contact())])
        self.assertEqual((call.local, taken.local, 200),
                         (update.get("From"), update.get("To"), ok.status))
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_cancelled_second_invite_that_was_answered_keeps_the_call(self):
        """CANCEL and 200 of a re-INVITE cross: the whole call was torn down."""
        call, taken = self.border.talk()
        invite = call.make("INVITE", extra=[("Contact", self.alice.contact())])
        answers = self.alice.ask(self.line, invite)
        found = taken.next_request("INVITE")
        taken.reply(found, 180, extra=[("Contact", self.bob.contact())])
        self.assertEqual(180, [answers.get(timeout=5) for _ in range(2)][-1].status)
        cancel = message.Message(f"CANCEL {invite.uri} SIP/2.0", [
            (k, v) for k, v in invite.headers if k in ("Via", "From", "To", "Call-ID")])
        cancel.headers += [("CSeq", f"{invite.cseq[0]} CANCEL"), ("Content-Length", "0")]
        self.assertEqual(200, self.alice.exchange(self.line, cancel).status)
        self.no_tags(taken.next_request("CANCEL"))
        taken.reply(found, 200, extra=[("Contact", self.bob.contact())])
        self.assertEqual(200, self.final(answers).status)
        self.line.send(call.make("ACK", cseq=invite.cseq[0]))
        taken.next_request("ACK")
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_notify_that_is_refused_does_not_end_the_call(self):
        """RFC 5057 section 5.2: a 481 to NOTIFY ends the subscription, not the call."""
        call, taken = self.border.talk()
        notify, got = self.answer_all(taken, call, "NOTIFY", 481, extra=[
            ("Event", "refer"), ("Subscription-State", "terminated;reason=noresource"),
            ("Contact", self.bob.contact())])
        self.both_headers(notify)
        self.assertEqual(481, got.status)
        self.assertEqual(200, self.answer_all(call, taken, "INFO")[1].status)
        self.assertEqual(200, self.border.end(call, taken).status)

    # -- CANCEL

    def test_cancel_waits_for_the_first_provisional_answer(self):
        call, taken = self.border.call()
        self.assertEqual(200, call.cancel().status)
        self.assertEqual(487, call.final().status)
        with self.assertRaises(AssertionError):
            taken.next_request("CANCEL", 0.5)
        taken.respond(180)
        self.no_tags(taken.next_request("CANCEL"))
        taken.respond(487)
        self.no_tags(taken.next_request("ACK"))

    def test_cancel_that_crosses_the_answer_undoes_it(self):
        call, taken = self.border.call()
        taken.respond(180)
        call.expect(180)
        self.assertEqual(200, call.cancel().status)
        taken.next_request("CANCEL")
        taken.respond(200)
        self.both_headers(taken.next_request("ACK"))
        bye = taken.next_request("BYE")
        self.both_headers(bye)
        taken.reply(bye, 200)
        self.assertEqual(487, call.final().status)

    def test_bye_in_the_early_dialog_ends_the_invite_too(self):
        """The callee answered although BYE had come: nobody acknowledged or ended that."""
        call, taken = self.border.call()
        taken.respond(180)
        early = call.expect(180)
        call.remote, call.target = early.get("To"), message.addr(early.get("Contact"))
        answers = self.alice.ask(self.line, call.make("BYE"))
        taken.reply(taken.next_request("BYE"), 200)
        self.assertEqual(200, answers.get(timeout=5).status)
        self.assertEqual(487, call.final(5).status)
        taken.respond(200)
        taken.next_request("ACK", 5)
        bye = taken.next_request("BYE", 5)
        taken.reply(bye, 200)

    # -- repeated and forked answers

    def test_repeated_200_before_and_after_the_ack(self):
        call, taken = self.border.call()
        first = taken.respond(200)
        call.expect(200)
        taken.connection.send(first)
        self.assertEqual(200, call.expect(200).status)
        call.ack()
        taken.next_request("ACK")
        taken.connection.send(first)
        self.both_headers(taken.next_request("ACK"))
        self.border.end(call, taken)

    def test_second_fork_that_answers_is_ended(self):
        call, taken = self.border.call()
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        first, taken.tag = taken.tag, "anotherfork"
        taken.respond(200)
        self.assertEqual("anotherfork", message.param(taken.next_request("ACK").get("To"), "tag"))
        bye = taken.next_request("BYE")
        self.both_headers(bye)
        self.assertEqual("anotherfork", message.param(bye.get("To"), "tag"))
        taken.reply(bye, 200)
        taken.tag = first
        self.assertEqual(200, self.border.end(call, taken).status)
        time.sleep(1.2)
        found = self.border.gateway.events("e2e-sec.verdict", call.call_id)
        self.assertEqual(2, len(found), f"POL-68: one verdict for each 2xx, in {found}")

    # -- challenge and session timer

    def test_challenge_and_the_second_try(self):
        for status, asks, gives in ((401, "WWW-Authenticate", "Authorization"),
                                    (407, "Proxy-Authenticate", "Proxy-Authorization"),
                                    (422, "Min-SE", "Session-Expires")):
            with self.subTest(status=status):
                call, taken = self.border.call()
                taken.respond(status, extra=[(asks, '90')])
                self.assertEqual("90", call.final().get(asks))
                self.no_tags(taken.next_request("ACK"))
                again = self.alice.request(
                    "INVITE", self.bob.aor, cseq=call.invite.cseq[0] + 1,
                    extra=[(gives, "Digest x=\"y\"" if gives[0] != "S" else "90")],
                    Call_ID=call.call_id, From=call.invite.get("From"))
                call.answers = self.alice.ask(self.line, again)
                call.invite, call.cseq = again, again.cseq[0]
                taken.invite = taken.next_request("INVITE")
                self.both_headers(taken.invite)
                self.assertIsNotNone(taken.invite.get(gives))
                taken.local = f"{again.get('To')};tag={taken.tag}"
                taken.target = message.addr(taken.invite.get("Contact"))
                taken.respond(200)
                call.answered()
                taken.next_request("ACK")
                self.border.end(call, taken)

    # -- routes

    def test_record_routes_of_both_sides_are_taken_in_the_dialog(self):
        mine = ["<sip:p2.inside.example;lr>", "<sip:p1.inside.example;lr>"]
        call, taken = self.border.call(
            extra=[("Record-Route", mine[0]), ("Record-Route", mine[1])])
        self.assertEqual([], taken.invite.all("Record-Route"))
        theirs = ["<sip:q2.outside.example;lr>", "<sip:q1.outside.example;lr>"]
        taken.respond(200, extra=[("Record-Route", ", ".join(theirs))])
        ok = call.answered()
        self.assertEqual(mine, ok.tokens("Record-Route"))
        back = list(reversed(theirs))
        for found in (taken.next_request("ACK"), self.answer_all(call, taken, "INFO")[0]):
            self.assertEqual(back, found.tokens("Route"))
            self.assertEqual(message.addr(self.bob.contact()), found.uri)
        found = self.answer_all(taken, call, "INFO")[0]
        self.assertEqual(mine, found.tokens("Route"))
        self.assertEqual(message.addr(self.alice.contact()), found.uri)
        self.border.end(call, taken)

    def test_a_route_or_contact_that_names_tcp_leads_nowhere_but_over_tls(self):
        """POL-22: the dialog stays on the connection that it was made on."""
        for where in ("Record-Route", "Contact"):
            with self.subTest(where=where):
                call, taken = self.border.call()
                there = f"127.0.0.1:{self.bob.port};transport=tcp"
                if where == "Contact":
                    answer = reply(taken.invite, 200, tag=taken.tag,
                                   extra=[("Contact", f"<sip:bob@{there}>")])
                    taken.connection.send(answer)
                else:
                    taken.respond(200, extra=[("Record-Route", f"<sip:{there};lr>")])
                call.answered()
                before = list(self.bob.connections)
                taken.next_request("ACK")
                found, got = self.answer_all(call, taken, "INFO")
                self.both_headers(found)
                self.assertEqual(200, got.status)
                self.assertEqual(before, self.bob.connections, "no other connection")
                self.border.end(call, taken)

    # -- numbers

    def test_the_largest_cseq(self):
        """A BYE of ours after CSeq 2^31-1 could not be made, and the call was never ended."""
        call, taken = self.border.call(cseq=2**31 - 1)
        taken.respond(180)
        call.expect(180)
        self.assertEqual(200, call.cancel().status)
        taken.next_request("CANCEL")
        taken.respond(200)
        taken.next_request("ACK")
        self.assertEqual(487, call.final().status)
        self.assertEqual([], self.border.gateway.events("internal-error"))

    def test_ack_with_no_hops_left_goes_nowhere(self):
        call, taken = self.border.call()
        taken.respond(200)
        call.expect(200)
        call.ack(Max_Forwards="0")
        with self.assertRaises(AssertionError):
            taken.next_request("ACK", 0.5)
        call.ack()
        self.assertEqual("69", taken.next_request("ACK").get("Max-Forwards"))
        self.border.end(call, taken)
        self.assertEqual([], self.border.gateway.events("internal-error"))

    # -- lost connections

    def test_lost_connection_to_the_callee_is_made_again_by_tls(self):
        call, taken = self.border.talk()
        taken.connection.close()
        answers = self.alice.ask(self.line, call.make("INFO"))
        try:
            found = taken.next_request("INFO", 5)
        except AssertionError as e:
            raise AssertionError(f"{e}; {answers.get(timeout=5)}")
        self.both_headers(found)
        self.assertIsNotNone(taken.connection.sock.version())
        taken.reply(found, 200)
        self.assertEqual(200, answers.get(timeout=5).status)
        self.border.end(call, taken)

    def test_lost_connection_to_the_caller_is_made_again_by_tls(self):
        call, taken = self.border.talk()
        self.line.close()
        type(self).line = self.border.line = self.alice.connect(
            "127.0.0.1", self.border.ports["inside"], NAME)
        answers = self.bob.ask(taken.connection, taken.make("BYE"))
        try:
            found = call.next_request("BYE", 5)
        except AssertionError as e:
            raise AssertionError(f"{e}; {answers.get(timeout=5)}")
        self.both_headers(found)
        call.reply(found, 200)
        self.assertEqual(200, answers.get(timeout=5).status)
