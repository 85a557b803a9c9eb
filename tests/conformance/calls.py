"""Calls through the gateway: what each side sees of the other, message by message."""

import time
import unittest

from lib import gateway
from lib.gateway import NAME
from ua import message, sdp
from ua.agent import final
from ua.bodies import sdp_body

E2E = ["e2e-sec"]


class Calls(unittest.TestCase):
    """One gateway for all."""

    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border()
        cls.alice, cls.bob, cls.line = cls.border.alice, cls.border.bob, cls.border.line

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def offer(self):
        return sdp_body(sdp.offer("127.0.0.1", 40000))

    def answer(self):
        return sdp_body(sdp.offer("127.0.0.1", 50000))

    def both_headers(self, found):
        self.assertEqual((E2E, E2E), (found.tokens("Require"), found.tokens("Proxy-Require")),
                         f"Require and Proxy-Require of {found}")

    def refused(self, status, request):
        answer = self.alice.exchange(self.line, request)
        if request.method == "INVITE":
            self.acknowledge(request, answer)
        self.assertEqual(status, answer.status, f"status of {answer}")
        return answer

    def acknowledge(self, invite, answer):
        ack = message.Message(f"ACK {invite.uri} SIP/2.0", [
            (k, v) for k, v in invite.headers if k in ("Via", "From", "Call-ID", "Max-Forwards")])
        ack.headers += [("To", answer.get("To")), ("CSeq", f"{invite.cseq[0]} ACK"),
                        ("Content-Length", "0")]
        self.line.send(ack)

    # -- a whole call

    def test_assured_call_carries_both_headers_on_both_legs(self):
        call, taken = self.border.call(body=self.offer())
        self.both_headers(taken.invite)
        taken.respond(180)
        call.expect(180)
        taken.respond(200, self.answer())
        call.answered()
        self.both_headers(taken.next_request("ACK"))
        answers = self.alice.ask(self.line, call.make("BYE"))
        bye = taken.next_request("BYE")
        self.both_headers(bye)
        taken.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)

    def test_callee_ends_the_call_with_both_headers(self):
        call, taken = self.border.talk(self.offer(), self.answer())
        answers = self.bob.ask(taken.connection, taken.make("BYE"))
        bye = call.next_request("BYE")
        self.both_headers(bye)
        call.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)

    def test_a_tag_in_one_header_is_put_into_both(self):
        for row in ("Require", "Proxy-Require"):
            with self.subTest(row=row):
                call, taken = self.border.call(e2e=False, extra=[(row, "E2E-Sec")])
                self.both_headers(taken.invite)
                taken.respond(486)
                self.assertEqual(486, call.final().status)
                taken.next_request("ACK")

    def test_a_call_without_the_tag_passes_without_it(self):
        call, taken = self.border.call(e2e=False, body=self.offer())
        self.assertEqual([], taken.invite.tokens("Proxy-Require"), str(taken.invite))
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_kept_and_changed_headers(self):
        call, taken = self.border.call(
            body=self.offer(), extra=[("Subject", "one"), ("X-Own", "2")])
        sent, got = call.invite, taken.invite
        for name in ("From", "To", "Call-ID", "CSeq", "Date", "Subject", "X-Own", "Content-Type"):
            self.assertEqual(sent.get(name), got.get(name), f"{name} of {got}")
        self.assertEqual(sent.body, got.body)
        self.assertEqual(int(sent.get("Max-Forwards")) - 1, int(got.get("Max-Forwards")))
        self.assertEqual(1, len(got.tokens("Via")), f"one Via, our own: {got}")
        self.assertTrue(message.sent_by(got.get("Via")).startswith(NAME), got.get("Via"))
        self.assertIn(NAME, got.get("Contact"))
        taken.respond(180)
        ringing = call.expect(180)
        self.assertEqual(taken.tag, message.param(ringing.get("To"), "tag"))
        ok = taken.respond(200, self.answer())
        came = call.answered()
        self.assertEqual(ok.get("To"), came.get("To"))
        self.assertEqual(ok.body, came.body)
        self.assertIn(NAME, came.get("Contact"))
        self.assertEqual([call.invite.get("Via").split(";")[0]],
                         [v.split(";")[0] for v in came.tokens("Via")])
        taken.next_request("ACK")
        self.border.end(call, taken)

    def test_no_inside_address_outside(self):
        """The whole outside wire of a call, looked through for what stands inside."""
        secret = "192.0.2.77"
        call = self.alice.invite(
            self.line, self.bob.aor, Contact=f"<sip:alice@{secret}:5071>",
            Via=f"SIP/2.0/TLS {secret}:5071;branch=z9hG4bKinside{time.time_ns()}",
            extra=[("Record-Route", f"<sip:{secret};lr>")])
        taken = self.bob.next_call(call_id=call.call_id)
        taken.respond(180)
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        self.border.end(call, taken)
        wire = bytes(taken.connection.received)
        self.assertIn(call.call_id.encode(), wire)
        self.assertNotIn(b"transport=tls", wire, "EDG-2: it is never emitted")
        for word in (secret.encode(), f":{self.alice.port}".encode()):
            at = wire.find(word)
            self.assertEqual(-1, at, f"{word!r} in {wire[max(0, at - 200):at + 60]!r}")

    # -- ends of calls

    def test_cancel_reaches_the_callee_and_the_caller_gets_487(self):
        call, taken = self.border.call()
        taken.respond(180)
        call.expect(180)
        self.assertEqual(200, call.cancel().status)
        cancel = taken.next_request("CANCEL")
        self.assertEqual(([], []), (cancel.tokens("Require"), cancel.tokens("Proxy-Require")),
                         f"POL-11 in {cancel}")
        self.assertEqual(taken.invite.get("Via"), cancel.get("Via"))
        taken.reply(cancel, 200)
        taken.respond(487)
        self.assertEqual(487, call.final().status)
        ack = taken.next_request("ACK")
        self.assertEqual([], ack.tokens("Proxy-Require"), f"POL-11 in {ack}")

    def test_busy_reaches_the_caller(self):
        call, taken = self.border.call()
        taken.respond(486)
        self.assertEqual(486, call.final().status)
        taken.next_request("ACK")

    def test_redirection_and_decline_reach_the_caller(self):
        for status in (302, 404, 603):
            with self.subTest(status=status):
                call, taken = self.border.call()
                taken.respond(status)
                self.assertEqual(status, call.final().status)
                taken.next_request("ACK")

    def test_requests_inside_the_call_are_relayed_both_ways(self):
        call, taken = self.border.talk(self.offer(), self.answer())
        for method in ("INFO", "MESSAGE", "OPTIONS"):
            for here, there in ((call, taken), (taken, call)):
                with self.subTest(method=method, sender=here.agent.user):
                    body = ([("Content-Type", "text/plain")], b"ping \x00\r\n pong")
                    answers = here.agent.ask(here.connection, here.make(method, body=body))
                    found = there.next_request(method)
                    self.both_headers(found)
                    self.assertEqual(body[1], found.body)
                    there.reply(found, 200, extra=[("X-Answer", method)])
                    got = answers.get(timeout=10)
                    self.assertEqual((200, method), (got.status, got.get("X-Answer")))
        self.border.end(call, taken)

    def test_unknown_dialog_is_481(self):
        call, taken = self.border.talk()
        self.border.end(call, taken)
        again = call.exchange("BYE")
        self.assertEqual(481, again.status, str(again))

    def test_options_to_the_gateway_tells_what_it_supports(self):
        answer = self.alice.exchange(self.line, self.alice.request("OPTIONS", f"sip:{NAME}"))
        self.assertEqual(200, answer.status, str(answer))
        self.assertIn("e2e-sec", answer.tokens("Supported"), str(answer))
        self.assertIn("e2e-sec", answer.tokens("Allow-Events"), str(answer))
        self.assertIn("INVITE", answer.tokens("Allow"), str(answer))

    # -- refusals

    def test_max_forwards_zero_is_483(self):
        invite = self.alice.request("INVITE", self.bob.aor, Max_Forwards="0")
        self.refused(483, invite)

    def test_loop_is_482(self):
        """The far side sends the INVITE back to where it came from (RFC 3261 section 8.2.2.2)."""
        call, taken = self.border.call(From="<sip:carol@roaming.example>;tag=1")
        back = message.Message(taken.invite.start, list(taken.invite.headers), taken.invite.body)
        back.headers.insert(0, ("Via", self.bob.via()))
        answer = self.bob.exchange(taken.connection, back)
        self.assertEqual(482, answer.status, str(answer))
        self.assertEqual(2, len(answer.tokens("Via")), str(answer))
        taken.respond(486)
        self.assertEqual(486, call.final().status)
        taken.next_request("ACK")

    def test_nobody_outside_speaks_for_the_inside(self):
        """R-SEC-8: a From of the inside domain needs the certificate of the inside domain."""
        invite = self.alice.request("INVITE", self.alice.aor)
        line = self.bob.connect("127.0.0.1", self.border.ports["outside"], NAME)
        self.assertEqual(403, self.bob.exchange(line, invite).status)

    def test_unknown_tags_are_all_listed(self):
        invite = self.alice.request(
            "INVITE", self.bob.aor, e2e=False,
            extra=[("Require", "nothingSupportsThis, nothingSupportsThisEither"),
                   ("Proxy-Require", "noProxiesSupportThis, norDoAnyProxiesSupportThis"),
                   ("Proxy-Require", "e2e-sec")])
        answer = self.refused(420, invite)
        self.assertEqual(
            ["noproxiessupportthis", "nordoanyproxiessupportthis", "nothingsupportsthis",
             "nothingsupportsthiseither"],
            sorted(t.lower() for t in answer.tokens("Unsupported")))

    def test_no_tls_next_hop_is_420_with_cause(self):
        for target in ("sip:bob@192.0.2.9:5060;transport=tcp",
                       "sip:bob@outside.example;transport=udp"):
            with self.subTest(target=target):
                answer = self.refused(420, self.alice.request("INVITE", target))
                self.assertEqual(E2E, answer.tokens("Unsupported"), str(answer))
                warning = answer.get("Warning", "")
                self.assertTrue(warning.startswith(f'399 {NAME} "e2e-sec: no-tls-target'), warning)

    def test_next_hop_without_tls_is_420_with_cause(self):
        """Bob's port is closed for a moment: nobody to shake hands with."""
        other = gateway.Border()
        try:
            other.bob.close()
            invite = other.alice.request("INVITE", other.bob.aor)
            answer = other.alice.exchange(other.line, invite)
            self.assertEqual(420, answer.status, str(answer))
            self.assertEqual(E2E, answer.tokens("Unsupported"))
            self.assertRegex(answer.get("Warning", ""), f'^399 {NAME} "e2e-sec: ')
        finally:
            other.close()

    def test_420_from_the_callee_is_relayed_with_its_tags(self):
        call, taken = self.border.call()
        taken.respond(420, extra=[("Unsupported", "e2e-sec")])
        answer = call.final()
        self.assertEqual((420, E2E), (answer.status, answer.tokens("Unsupported")), str(answer))
        self.assertIn("next-hop-rejected", answer.get("Warning", ""), str(answer))
        taken.next_request("ACK")

    def test_unknown_domain_is_refused(self):
        answer = self.alice.exchange(
            self.line, self.alice.request("INVITE", "sip:eve@nowhere.example"))
        self.assertIn(answer.status, (404, 420), str(answer))


class Reoffers(unittest.TestCase):
    """Offers within a call that stands: what cannot be is refused and the call goes on."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border()

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def talk(self, **options):
        return self.border.talk(sdp_body(sdp.offer("127.0.0.1", 40000, **options)),
                                sdp_body(sdp.offer("127.0.0.1", 50000, **options)))

    def reoffer(self, call, address="127.0.0.1", port=40200):
        invite = call.make("INVITE", body=sdp_body(sdp.offer(address, port)),
                           extra=[("Contact", call.agent.contact())])
        return call.agent.ask(call.connection, invite)

    def test_hostile_reoffer_is_488_and_the_call_goes_on(self):
        """Such an offer went on to the callee; once accepted, the whole call had to end."""
        call, taken = self.talk()
        for address, port, reason in (("224.0.0.1", 40200, "address-refused"),
                                      ("127.0.0.1", 22, "port-refused")):
            with self.subTest(reason=reason):
                answer = final(self.reoffer(call, address, port), 10, "the re-INVITE")
                self.assertEqual(488, answer.status, str(answer))
                self.assertIn(reason, answer.get("Warning", ""), str(answer))
        self.assertTrue(taken.requests.empty(), "expected no re-INVITE at the callee")
        self.assertEqual([], self.border.gateway.events("pinhole.close", call.call_id))
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_unusable_answer_within_a_call_is_acknowledged_before_the_bye(self):
        """The 2xx to a re-INVITE got a BYE and no ACK, so that it came again and again."""
        call, taken = self.talk()
        answers = self.reoffer(call)
        invite = taken.next_request("INVITE")
        taken.reply(invite, 200, body=sdp_body(sdp.offer("224.0.0.1", 50200)),
                    extra=[("Contact", taken.agent.contact())])
        self.assertEqual(488, final(answers, 10, "the re-INVITE").status)
        self.assertEqual(invite.cseq[0], taken.next_request("ACK").cseq[0])
        bye = taken.next_request("BYE")
        self.assertEqual('SIP;cause=488;text="address-refused"', bye.get("Reason"), str(bye))
        taken.reply(bye, 200)
        self.border.gateway.event("pinhole.close", call.call_id, count=4)

    def test_offer_that_no_ack_answers_opens_nothing_and_is_reported(self):
        """An INVITE without offer passed, its media met a closed firewall, and nobody was told."""
        call, taken = self.border.call()
        taken.respond(200, sdp_body(sdp.offer("127.0.0.1", 50400)))
        call.expect(200)
        call.ack()
        taken.next_request("ACK")
        event = self.border.gateway.event("pinhole.no-media", call.call_id)
        self.assertEqual({"media": "all", "why": "no-answer-in-the-ack"}, event["details"])
        self.assertEqual([], self.border.gateway.events("pinhole.open", call.call_id))
        self.border.end(call, taken)

    def test_media_without_a_pinhole_is_reported(self):
        """A protocol that nobody here knows passed, no pinhole served it, and nobody was told."""
        call, taken = self.talk(extra=["m=video 40010 UDP/QUIC x"])
        event = self.border.gateway.event("pinhole.no-media", call.call_id)
        self.assertEqual({"media": "1", "why": "protocol-not-known"}, event["details"])
        self.border.end(call, taken)


class Timeouts(unittest.TestCase):
    """Short timers: what the gateway does when nobody answers."""

    @classmethod
    def setUpClass(cls):
        def short(tree, _):
            tree["timers"] = {"t1": "50ms", "ringing": "3s"}
        cls.border = gateway.Border(short)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def test_silent_callee_is_408(self):
        call, _ = self.border.call()
        self.assertEqual(408, call.final(10).status)

    def test_ringing_for_ever_is_cancelled(self):
        call, taken = self.border.call()
        taken.respond(180)
        cancel = taken.next_request("CANCEL", 10)
        taken.reply(cancel, 200)
        taken.respond(487)
        self.assertIn(call.final().status, (408, 480, 487))

    def test_missing_ack_ends_the_call(self):
        call, taken = self.border.call()
        taken.respond(200)
        call.expect(200)
        bye = taken.next_request("BYE", 10)
        taken.reply(bye, 200)
