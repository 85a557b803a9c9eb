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

    def test_caller_preferences_pass_unchanged(self):
        """POL-9: e2e-sec and RFC 3841 have nothing to do with each other."""
        sent = [("Accept-Contact", '*;mobility="mobile";methods="INVITE,MESSAGE";require'),
                ("Accept-Contact", "*;audio;explicit, *;description=\"<a, b>\""),
                ("Reject-Contact", '*;class="personal";actor="msg-taker"'),
                ("Request-Disposition", "proxy, no-fork")]
        for method in ("INVITE", "MESSAGE", "OPTIONS"):
            for e2e in (True, False):
                with self.subTest(method=method, e2e=e2e):
                    made = self.alice.request(method, self.bob.aor, e2e=e2e, extra=sent)
                    waiting = self.alice.ask(self.line, made)
                    connection, seen = self.bob.next_incoming()
                    self.assertEqual(sent, [(k, v) for k, v in seen.headers if k in dict(sent)])
                    connection.send(message_reply(seen, 486))
                    self.assertEqual(486, agent.final(waiting, 10, made.start).status)
                    if method == "INVITE":
                        self.acknowledge(made, connection, seen)

    def acknowledge(self, invite, connection, seen):
        ack = message.Message(f"ACK {invite.uri} SIP/2.0", [
            (k, v) for k, v in invite.headers if k in ("Via", "From", "Call-ID", "Max-Forwards")])
        ack.headers += [("To", f"{invite.get('To')};tag=bobs-tag"),
                        ("CSeq", f"{invite.cseq[0]} ACK"), ("Content-Length", "0")]
        self.line.send(ack)
        while (found := self.bob.next_incoming()[1]).call_id != seen.call_id:
            pass
        self.assertEqual(("ACK", []), (found.method, found.tokens("Proxy-Require")), "POL-11")

    def test_every_second_try_keeps_the_tag_and_has_its_own_verdict(self):
        """POL-26: what the far side asks for passes; CSeq tells the tries apart."""
        asked = {401: ("WWW-Authenticate", 'Digest realm="x", nonce="y", algorithm=SHA-256'),
                 422: ("Min-SE", "3600"), 423: ("Min-Expires", "7200"),
                 302: ("Contact", f"<sip:bob@{gateway.OUTSIDE};method=now>")}
        for status, row in asked.items():
            with self.subTest(status=status):
                made = self.alice.request("MESSAGE", self.bob.aor)
                _, _, _, got = self.cross(made, status, [row] if status != 302 else ())
                self.assertEqual(status, got.status, str(got))
                if status != 302:
                    self.assertEqual(row[1], got.get(row[0]))
                again = self.alice.request("MESSAGE", self.bob.aor, cseq=2)
                for name in ("From", "Call-ID"):
                    again.set(name, made.get(name))
                self.assertEqual(200, self.cross(again, extra=[("Hop-Record", "")])[3].status)
                self.border.gateway.event("e2e-sec.verdict", made.call_id, count=2)
                told = self.border.gateway.events("e2e-sec.verdict", made.call_id)
                self.assertEqual(["FAILED", "ASSURED"], [e["details"]["verdict"] for e in told])

    def test_where_a_call_is_sent_on_to_is_checked_anew(self):
        """POL-27: the place that a 302 names has no way by TLS."""
        made = self.alice.request("MESSAGE", self.bob.aor)
        _, _, answer, got = self.cross(made, 302)
        self.assertEqual((302, answer.get("Contact")), (got.status, got.get("Contact")))
        for uri, status in ((f"sip:bob@{gateway.OUTSIDE};transport=tcp", 420),
                            (f"sip:bob@{gateway.OUTSIDE};transport=udp", 420)):
            again = self.alice.request("MESSAGE", uri, cseq=2)
            for name in ("From", "Call-ID"):
                again.set(name, made.get(name))
            got = self.alice.exchange(self.line, again)
            self.assertEqual((status, E2E), (got.status, got.tokens("Unsupported")), str(got))
            self.assertIn("e2e-sec: no-tls-target", got.get("Warning"))


def message_reply(request, status, extra=()):
    return agent.reply(request, status, tag="bobs-tag", extra=extra)


if __name__ == "__main__":
    unittest.main()
