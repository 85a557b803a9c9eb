"""What may come in and what may go out when e2e-sec is asked (POL-20 to POL-28)."""

import unittest

from lib import gateway
from ua import sdp
from ua.bodies import sdp_body


def clear_listener(side="inside"):
    def change(tree, border):
        border.ports["clear"] = gateway.free_port()
        tree["listeners"].append(
            {"name": "clear", "address": "127.0.0.1", "port": border.ports["clear"], "side": side,
             "transport": "tcp", "client-certificate": "none"})
    return change


def accepting(tree, border):
    clear_listener()(tree, border)
    tree["path"] = {"accept-unassured": True}
    for peer in tree["peers"]:
        # All stand on the loopback here: who calls from a peer's address must show its certificate.
        peer["require-certificate"] = False


class ClearIngress(unittest.TestCase):
    """A listener in clear tells callers why they are refused (POL-28)."""

    change = staticmethod(clear_listener())

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway
        cls.clear = cls.alice.connect("127.0.0.1", cls.border.ports["clear"], tls=False)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def event(self, request):
        return self.gateway.event("e2e-sec.ingress-not-secure", request.call_id,
                                  "ingress-not-secure")


class Refused(ClearIngress):
    """The default."""

    def test_e2e_sec_in_clear_is_420_with_its_cause(self):
        for method in ("INVITE", "OPTIONS", "MESSAGE"):
            with self.subTest(method=method):
                request = self.alice.request(method, self.bob.aor)
                answer = self.alice.exchange(self.clear, request)
                self.assertEqual(420, answer.status, str(answer))
                self.assertEqual(["e2e-sec"], answer.tokens("Unsupported"))
                self.assertIn("e2e-sec: ingress-not-secure", answer.get("Warning"))
                self.assertEqual("420", self.event(request)["details"]["status"])
        self.assertTrue(self.bob.incoming.empty(), "nothing goes on")

    def test_without_the_tag_it_is_403(self):
        request = self.alice.request("INVITE", self.bob.aor, e2e=False)
        answer = self.alice.exchange(self.clear, request)
        self.assertEqual(403, answer.status, str(answer))
        self.assertIn("ingress-not-secure", answer.get("Warning"))
        self.event(request)
        self.assertTrue(self.bob.incoming.empty(), "nothing goes on")

    def test_a_tls_call_cannot_be_moved_to_a_connection_in_clear(self):
        call, taken = self.border.talk(sdp_body(sdp.offer("127.0.0.1", 40000)),
                                       sdp_body(sdp.offer("127.0.0.1", 50000)))
        for e2e, status in ((True, 420), (False, 403)):
            call.e2e = e2e
            answer = self.alice.exchange(self.clear, call.make("BYE"))
            self.assertEqual(status, answer.status, str(answer))
        call.e2e = True
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_a_notify_in_clear_is_refused(self):
        request = self.bob.request("NOTIFY", "sip:gw.example", e2e=False,
                                   extra=[("Event", "e2e-sec;id=1")])
        self.assertEqual(403, self.alice.exchange(self.clear, request).status)


class Accepted(ClearIngress):
    """`accept-unassured`: without the tag only."""

    change = staticmethod(accepting)

    def test_e2e_sec_in_clear_is_refused_all_the_same(self):
        request = self.alice.request("INVITE", self.bob.aor)
        self.assertEqual(420, self.alice.exchange(self.clear, request).status)

    def test_a_whole_call_without_the_tag(self):
        call = self.alice.invite(self.clear, self.bob.aor, e2e=False,
                                 body=sdp_body(sdp.offer("127.0.0.1", 40000)))
        taken = self.bob.next_call(5, call.call_id)
        self.assertEqual([], taken.invite.tokens("Proxy-Require"), "POL-92: nothing is added")
        taken.respond(200, sdp_body(sdp.offer("127.0.0.1", 50000)))
        call.answered()
        taken.next_request("ACK")
        answers = self.bob.ask(taken.connection, taken.make("BYE"))
        bye = call.next_request("BYE")
        self.assertIs(self.clear, call.connection)
        call.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)
