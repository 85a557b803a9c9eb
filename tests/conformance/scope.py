"""Requests other than INVITE, and the dialogs that they make, through the gateway."""

import unittest

from lib import gateway
from lib.gateway import NAME
from ua import agent, message

E2E = ["e2e-sec"]
ACTIVE = ("Subscription-State", "active;expires=600")
LAST = ("Subscription-State", "terminated;reason=timeout")
EVENT = ("Event", "dialog")


class Scope(unittest.TestCase):
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

    def cross(self, request, status=200, extra=()):
        """The request as Bob sees it, and his answer as Alice does."""
        waiting = self.alice.ask(self.line, request)
        while True:
            connection, seen = self.bob.next_incoming()
            if seen.call_id == request.call_id:
                break
        self.both_headers(seen)
        contact = f"<sip:bob@127.0.0.1:{self.bob.port}>"
        answer = message_reply(seen, status, [("Contact", contact), *extra])
        connection.send(answer)
        return connection, seen, answer, waiting.get(timeout=10)

    def test_every_method_crosses_with_the_tag(self):
        for method in ("MESSAGE", "OPTIONS", "PUBLISH", "REGISTER", "SUBSCRIBE", "REFER"):
            with self.subTest(method=method):
                made = self.alice.request(method, self.bob.aor, extra=[EVENT])
                _, _, _, got = self.cross(made, extra=[("Hop-Record", "")])
                self.assertEqual(200, got.status, str(got))
                self.assertIn("e2e-sec", got.tokens("Supported"), "POL-14")
                self.assertIn(NAME, got.get("Hop-Record"))

    def test_bindings_of_register_cross_as_they_are(self):
        rows = [("Contact", "<sip:alice@192.0.2.9>;expires=60"), ("Contact", "<sip:a@192.0.2.8>")]
        made = self.alice.request("REGISTER", self.bob.aor)
        made.drop("Contact")
        made.headers += rows
        _, seen, _, _ = self.cross(made)
        self.assertEqual([v for _, v in rows], seen.tokens("Contact"))

    def test_a_subscription_lives_is_refreshed_and_ends(self):
        made = self.alice.request(
            "SUBSCRIBE", self.bob.aor, extra=[EVENT, ("Expires", "600")])
        connection, seen, answer, got = self.cross(made, extra=[("Expires", "600")])
        self.notify(connection, seen, answer, 1, ACTIVE)
        again = self.alice.request("SUBSCRIBE", message.addr(got.get("Contact")), cseq=2,
                                   extra=[EVENT, ("Expires", "0")])
        for name in ("From", "Call-ID"):
            again.set(name, made.get(name))
        again.set("To", got.get("To"))
        self.assertEqual(200, self.cross(again, extra=[("Expires", "0")])[3].status)
        self.notify(connection, seen, answer, 2, LAST)
        late = self.in_dialog(seen, answer, 3, LAST)
        self.assertIn(self.bob.exchange(connection, late).status, (481, 489))

    def notify(self, connection, seen, answer, number, state):
        waiting = self.bob.ask(connection, self.in_dialog(seen, answer, number, state))
        line, told = self.alice.next_incoming()
        self.assertEqual("NOTIFY", told.method, str(told))
        self.both_headers(told)
        self.assertEqual(state[1], told.get("Subscription-State"))
        line.send(message_reply(told, 200))
        self.assertEqual(200, waiting.get(timeout=10).status)

    def in_dialog(self, seen, answer, number, state):
        made = self.bob.request("NOTIFY", message.addr(seen.get("Contact")), cseq=number,
                                extra=[EVENT, state])
        made.set("From", answer.get("To"))
        made.set("To", seen.get("From"))
        made.set("Call-ID", seen.get("Call-ID"))
        return made

    def test_a_challenge_passes_and_the_retry_keeps_the_tag(self):
        made = self.alice.request("MESSAGE", self.bob.aor)
        ask = 'Digest realm="x", nonce="y", algorithm=SHA-256'
        _, _, _, got = self.cross(made, 407, [("Proxy-Authenticate", ask)])
        self.assertEqual((407, ask), (got.status, got.get("Proxy-Authenticate")))
        again = self.alice.request("MESSAGE", self.bob.aor, cseq=2)
        for name in ("From", "Call-ID"):
            again.set(name, made.get(name))
        self.assertEqual(200, self.cross(again)[3].status)


def message_reply(request, status, extra=()):
    return agent.reply(request, status, tag="bobs-tag", extra=extra)


if __name__ == "__main__":
    unittest.main()
