"""Private media addresses and their places outside, packet by packet, in three namespaces.

      caller                      gateway                        callee
    10.77.1.2  --- inside ---  10.77.1.1 | 198.18.0.1  --- outside ---  198.18.0.2, .3 (a stranger)

The callee has no route to the inside: whatever reaches it or comes from it is translated.
"""

import re
import unittest

from lib import gateway, netns, processes, suite
from lib.gateway import INSIDE, NAME, OUTSIDE, Border, peer
from ua import bodies, media, sdp
from ua.agent import Agent

PLACE = "198.18.0.1"


class Spaces:
    """Three namespaces; the callee's knows its own network alone."""

    def __init__(self):
        self.caller, self.middle, self.callee = (
            netns.Namespace(n) for n in ("caller", "gw", "callee"))
        netns.cable(self.caller, self.middle, ("eth0", "inside"),
                    (["10.77.1.2/24"], ["10.77.1.1/24"]))
        netns.cable(self.callee, self.middle, ("eth0", "outside"),
                    (["198.18.0.2/24", "198.18.0.3/24"], ["198.18.0.1/24"]))
        self.caller.ip("route", "add", "default", "via", "10.77.1.1")
        self.middle.run("sysctl", "-qw", "net.ipv4.ip_forward=1")

    def remove(self):
        for space in (self.caller, self.middle, self.callee):
            space.remove()


class Natting(Border):
    """The border with translation."""

    def __init__(self):
        self.spaces = Spaces()
        super().__init__(start=False)
        self.alice.close()
        self.bob.close()
        self.alice = Agent("alice", INSIDE, self.alice.identity, "10.77.1.2",
                           self.spaces.caller.inside)
        self.bob = Agent("bob", OUTSIDE, self.bob.identity, "198.18.0.2",
                         self.spaces.callee.inside)
        self.alice.listen(5071)
        self.bob.listen(5071)
        self.tree["gateway"]["port"] = 5061
        self.tree["listeners"] = [
            {"name": side, "address": own, "port": 5061, "side": side,
             "client-certificate": "required"}
            for side, own in (("inside", "10.77.1.1"), ("outside", PLACE))]
        self.tree["peers"] = [peer("inside", INSIDE, "10.77.1.2", 5071),
                              peer("outside", OUTSIDE, "198.18.0.2", 5071)]
        self.tree["pinholes"] = {
            "driver": "nftables", "table": "surehop_test", "inside-prefixes": ["10.77.0.0/16"],
            "media-source": "ua", "lifetime": "6s", "early-lifetime": "6s",
            "nat": {"outside": PLACE, "lowest-port": 20000, "highest-port": 20099}}
        self.gateway = gateway.Gateway(self.place / "gateway", self.tree, self.spaces.middle.name)
        self.line = self.alice.connect("10.77.1.1", 5061, NAME)

    def maps(self):
        """The translations that the kernel holds."""
        listed = self.spaces.middle.run("nft", "list", "table", "ip", "surehop_test_nat")
        return re.findall(r"[\d.]+ \. \d+ counter", listed)

    def close(self):
        try:
            super().close()
        finally:
            self.spaces.remove()


def place(body):
    """Where a description takes its first medium: address and port."""
    text = body.decode() if isinstance(body, bytes) else str(body)
    port = int(re.search(r"^m=\S+ (\d+)", text, re.M)[1])
    return re.findall(r"^c=IN IP4 (\S+)", text, re.M)[-1].strip(), port


class Nat(unittest.TestCase):
    """Calls in both directions."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "ip", "conntrack")
        cls.border = Natting()

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def setUp(self):
        self.open = []

    def tearDown(self):
        for port in self.open:
            port.close()

    def port(self, side, number, address=None):
        spaces = self.border.spaces
        where, own = ((spaces.caller.inside, "10.77.1.2") if side == "in"
                      else (spaces.callee.inside, "198.18.0.2"))
        made = media.Port(address or own, number, where)
        self.open.append(made)
        return made

    def ends(self, base):
        self.a = [self.port("in", base), self.port("in", base + 1)]
        self.b = [self.port("out", base + 1000), self.port("out", base + 1001)]
        return (bodies.sdp_body(sdp.offer("10.77.1.2", base)),
                bodies.sdp_body(sdp.offer("198.18.0.2", base + 1000)))

    def assert_media(self, outside, wanted, what):
        """RTP and RTCP both ways; the callee sees and uses the outside place only."""
        for n, name in enumerate(("RTP", "RTCP")):
            came = media.passes(self.b[n], self.a[n], PLACE, outside + n)
            self.assertEqual(5 if wanted else 0, came, f"{name} packets of 5 inward {what}")
            self.b[n].received(0)
            for _ in range(5):
                self.a[n].send("198.18.0.2", self.b[n].port)
            seen = self.b[n].received(0.3)
            self.assertEqual(5 if wanted else 0, len(seen), f"{name} packets outward {what}")
            self.assertLessEqual({sender for _, sender in seen}, {(PLACE, outside + n)},
                                 f"who the callee sees {what}")

    def closed(self, outside):
        processes.until(lambda: not self.border.maps(), "no translation a second after BYE", 1)
        self.assert_media(outside, False, "after BYE")
        listed = self.border.spaces.middle.run("conntrack", "-L", "-p", "udp")
        self.assertEqual([], [r for r in listed.splitlines() if f"dport={outside} " in r
                              and "ASSURED" in r], "conntrack entries after BYE")

    def test_a_call_from_inside(self):
        offer, answer = self.ends(30000)
        call, taken = self.border.call(body=offer)
        address, outside = place(taken.invite.body)
        self.assertEqual((PLACE, 0), (address, outside % 2), "the offer as the callee sees it")
        self.assert_media(outside, False, "before the answer")
        taken.respond(200, answer)
        call.answered()
        taken.next_request("ACK")
        self.assert_media(outside, True, "during the call")
        stranger = self.port("out", 31500, "198.18.0.3")
        self.assertEqual(0, media.passes(stranger, self.a[0], PLACE, outside), "from a stranger")
        self.assertEqual(200, self.border.end(call, taken).status)
        self.closed(outside)

    def test_a_call_from_outside_and_longer_than_a_lifetime(self):
        offer, answer = self.ends(32000)
        line = self.border.bob.connect(PLACE, 5061, NAME)
        call = self.border.bob.invite(line, self.border.alice.aor, body=answer)
        taken = self.border.alice.next_call(5, call.call_id)
        taken.respond(200, offer)
        address, outside = place(call.answered().body)
        taken.next_request("ACK")
        self.assertEqual((PLACE, 0), (address, outside % 2), "the answer as the caller sees it")
        self.assert_media(outside, True, "during the call")
        processes.time.sleep(8)
        self.assert_media(outside, True, "longer than a lifetime")
        answers = call.agent.ask(call.connection, call.make("BYE"))
        taken.reply(taken.next_request("BYE"), 200)
        self.assertEqual(200, answers.get(timeout=10).status)
        self.closed(outside)

    def test_a_protected_description_is_refused(self):
        keys = self.border.keys
        offer = bodies.shape("N3", sdp.offer("10.77.1.2", 34000), [keys.bob[0], keys.reader[0]],
                             keys.alice[0], key=keys.alice[1])
        call = self.border.alice.invite(self.border.line, self.border.bob.aor, body=offer)
        final = call.final()
        self.assertEqual(488, final.status)
        self.assertIn("nat-without-ice", str(final))
        self.assertEqual([], self.border.maps())
