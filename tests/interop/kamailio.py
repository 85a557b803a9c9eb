"""Debian's Kamailio between gateway and callee: it knows nothing of e2e-sec and says nothing."""

import unittest

from lib import gateway, kamailio, suite
from lib.gateway import INSIDE, NAME, OUTSIDE, peer
from ua import sdp
from ua.bodies import sdp_body

MIDDLE = "middle.example"


class Proxied(gateway.Border):
    """alice -> gateway -> Kamailio -> bob."""

    def __init__(self, transport, strip=False):
        super().__init__(start=False)
        if transport == "tcp":
            self.bob.close()
            self.bob = gateway.Agent("bob", OUTSIDE, self.keys.identity("clear.example"))
            self.bob.listen(tls=False)
        self.proxy = kamailio.Kamailio(
            self.place / "kamailio", MIDDLE, self.keys.identity(MIDDLE),
            ("127.0.0.1", self.bob.port), (NAME, "127.0.0.1", self.ports["outside"]),
            transport, strip)
        self.tree["peers"] = [peer("inside", INSIDE, "127.0.0.1", self.alice.port),
                              peer("middle", MIDDLE, "127.0.0.1", self.proxy.port)]
        self.tree["routes"] = [{"domain": INSIDE, "to": "inside", "side": "inside"},
                               {"domain": "*", "to": "middle", "side": "outside"}]
        self.start()

    def close(self):
        super().close()
        self.proxy.end()


class Case(unittest.TestCase):
    """A call through Kamailio."""

    transport, strip = "tls", False

    @classmethod
    def setUpClass(cls):
        suite.needs("kamailio")
        cls.border = Proxied(cls.transport, cls.strip)
        cls.hop = f"{MIDDLE}:{cls.border.proxy.port}"

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def talk(self, **options):
        return self.border.talk(sdp_body(sdp.offer("127.0.0.1", 40200)),
                                sdp_body(sdp.offer("127.0.0.1", 50200)), **options)

    def verdict(self, call):
        return self.border.gateway.event("e2e-sec.verdict", call.call_id)


class OverTls(Case):
    """TLS on every hop, but one hop is silent."""

    def test_call_passes_and_the_verdict_names_the_silent_hop(self):
        call, taken = self.talk()
        self.assertEqual(2, len(taken.invite.tokens("Via")), str(taken.invite))
        self.assertEqual(["e2e-sec"], taken.invite.tokens("Proxy-Require"))
        event = self.verdict(call)
        self.assertEqual(("MISMATCH", "silent-hop"),
                         (event["details"].get("verdict"), event["reason"]), event)
        self.assertIn(self.hop, str(event["details"]))
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_callee_ends_the_call(self):
        call, taken = self.talk()
        answers = taken.agent.ask(taken.connection, taken.make("BYE"))
        bye = call.next_request("BYE")
        call.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)

    def test_cancel_passes(self):
        call, taken = self.border.call()
        taken.respond(180)
        call.expect(180)
        call.cancel()
        taken.reply(taken.next_request("CANCEL"), 200)
        taken.respond(487)
        self.assertEqual(487, call.final().status)


class OverTcp(Case):
    """Kamailio forwards in clear: whatever the callee says, the call is never assured."""

    transport = "tcp"

    def test_never_assured(self):
        call, taken = self.talk()
        self.assertIn("SIP/2.0/TCP", str(taken.invite.get("Via")), str(taken.invite))
        event = self.verdict(call)
        self.assertNotEqual("ASSURED", event["details"].get("verdict"), event)
        self.assertEqual(200, self.border.end(call, taken).status)


class Stripped(Case):
    """POL-100: Kamailio takes the tag away and forwards in clear."""

    transport, strip = "tcp", True

    def test_never_assured(self):
        call, taken = self.talk()
        self.assertEqual([], taken.invite.tokens("Proxy-Require"))
        event = self.verdict(call)
        self.assertEqual("UNVERIFIED", event["details"].get("verdict"), event)
        self.assertEqual(200, self.border.end(call, taken).status)


del Case
