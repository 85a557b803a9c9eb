"""Pinholes that a box upstream must open, too (RFC 6887), packet by packet.

      caller             gateway                    upstream box              callee
    10.77.1.2  ---  10.77.1.1 | 198.18.0.1  ---  198.18.0.254 | 203.0.113.1  ---  203.0.113.2
    fd00:77:1::2    fd00:77:1::1 | 2001:db8:77::1  2001:db8:77::fe | 2001:db8:88::1  2001:db8:88::2

The box drops what comes from outside but for SIP and what PCP has opened. For IPv4 it is a server
of our own that does what a test says; for IPv6 it is Debian's miniupnpd as a firewall.
"""

import time
import unittest

from lib import capture, gateway, netns, pcp, processes, suite
from lib.gateway import INSIDE, NAME, OUTSIDE, Border, peer
from ua import bodies, media, sdp
from ua.agent import Agent

MINIUPNPD = """
ext_ifname=wan
ext_ifname6=wan
listening_ip=lan
port=0
enable_upnp=no
enable_natpmp=yes
pcp_allow_thirdparty=yes
secure_mode=no
ipv6_disable=no
uuid=00000000-0000-0000-0000-000000000000
allow 1024-65535 0.0.0.0/0 1024-65535
upnp_table_name=miniupnpd
upnp_nat_table_name=miniupnpd
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
"""
CHAINS = """
table inet miniupnpd {
    chain forward {
        type filter hook forward priority 0; policy drop;
        tcp dport { 5061, 5071 } accept
        tcp sport { 5061, 5071 } accept
        iifname "lan" accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        jump miniupnpd
    }
    chain miniupnpd {}
    chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
    chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; }
    chain prerouting_miniupnpd {}
    chain postrouting_miniupnpd {}
}
"""
BOX = {4: "198.18.0.254", 6: "2001:db8:77::fe"}
OWN = {4: ("10.77.1.1", "198.18.0.1"), 6: ("fd00:77:1::1", "2001:db8:77::1")}
USERS = {4: ("10.77.1.2", "203.0.113.2"), 6: ("fd00:77:1::2", "2001:db8:88::2")}


class Spaces:
    """Four namespaces in a row."""

    def __init__(self):
        self.caller, self.middle, self.box, self.callee = (
            netns.Namespace(n) for n in ("caller", "gw", "box", "callee"))
        netns.cable(self.caller, self.middle, ("eth0", "inside"),
                    (["10.77.1.2/24", "fd00:77:1::2/64"], ["10.77.1.1/24", "fd00:77:1::1/64"]))
        netns.cable(self.middle, self.box, ("outside", "lan"),
                    (["198.18.0.1/24", "2001:db8:77::1/64"],
                     ["198.18.0.254/24", "2001:db8:77::fe/64"]))
        netns.cable(self.box, self.callee, ("wan", "eth0"),
                    (["203.0.113.1/24", "2001:db8:88::1/64"],
                     ["203.0.113.2/24", "203.0.113.3/24", "2001:db8:88::2/64"]))
        for space, target, four, six in (
                (self.caller, "default", "10.77.1.1", "fd00:77:1::1"),
                (self.middle, "default", "198.18.0.254", "2001:db8:77::fe"),
                (self.callee, "default", "203.0.113.1", "2001:db8:88::1")):
            space.ip("route", "add", target, "via", four)
            space.ip("-6", "route", "add", target, "via", six)
        self.box.ip("route", "add", "10.77.0.0/16", "via", "198.18.0.1")
        self.box.ip("-6", "route", "add", "fd00:77::/32", "via", "2001:db8:77::1")
        for space in (self.middle, self.box):
            space.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")

    def remove(self):
        for space in (self.caller, self.middle, self.box, self.callee):
            space.remove()


class Behind(Border):
    """The border behind a box upstream."""

    def __init__(self, spaces, family, lifetime="5m"):
        super().__init__(start=False)
        self.spaces, self.users = spaces, USERS[family]
        self.alice.close()
        self.bob.close()
        self.alice = Agent("alice", INSIDE, self.alice.identity, self.users[0],
                           spaces.caller.inside)
        self.bob = Agent("bob", OUTSIDE, self.bob.identity, self.users[1], spaces.callee.inside)
        self.alice.listen(5071)
        self.bob.listen(5071)
        own = OWN[family]
        self.tree["gateway"]["port"] = 5061
        self.tree["listeners"] = [
            {"name": "inside", "address": own[0], "port": 5061, "side": "inside",
             "client-certificate": "required"},
            {"name": "outside", "address": own[1], "port": 5061, "side": "outside",
             "client-certificate": "required"}]
        self.tree["peers"] = [peer("inside", INSIDE, self.users[0], 5071),
                              peer("outside", OUTSIDE, self.users[1], 5071)]
        self.tree["pinholes"] = {
            "driver": "nftables", "table": "surehop_test",
            "inside-prefixes": ["10.77.0.0/16", "fd00:77::/32"], "media-source": "ua",
            "lifetime": lifetime, "early-lifetime": lifetime,
            "upstream": {"server": BOX[family], "source": own[1]}}
        self.tree["timers"] = {"work": "2s"}
        self.gateway = gateway.Gateway(self.place / "gateway", self.tree, spaces.middle.name)
        self.line = self.alice.connect(own[0], 5061, NAME)

    def elements(self):
        """What our own table lets through, as the kernel lists it."""
        listed = self.spaces.middle.run("nft", "list", "table", "inet", "surehop_test")
        return [row for row in listed.splitlines() if "expires" in row]


class Case(unittest.TestCase):
    """What both boxes have in common."""

    family = 4

    def setUp(self):
        self.open = []

    def tearDown(self):
        for port in self.open:
            port.close()

    def port(self, side, number, address=None):
        spaces = self.border.spaces
        place, own = ((spaces.caller.inside, self.border.users[0]) if side == "in"
                      else (spaces.callee.inside, self.border.users[1]))
        made = media.Port(address or own, number, place)
        self.open.append(made)
        return made

    def ends(self, base):
        """RTP and RTCP ports on both sides, and the two descriptions."""
        self.a = [self.port("in", base), self.port("in", base + 1)]
        self.b = [self.port("out", base + 1000), self.port("out", base + 1001)]
        a, b = self.border.users
        return (bodies.sdp_body(sdp.offer(a, base)), bodies.sdp_body(sdp.offer(b, base + 1000)))

    def assert_media(self, wanted, what):
        for n, name in enumerate(("RTP", "RTCP")):
            self.assertEqual(5 if wanted else 0, media.passes(self.b[n], self.a[n]),
                             f"{name} packets of 5 that come in {what}")

    def refused(self, offer, answer, reason):
        """The callee accepts, the change is refused: the caller hears no 200."""
        call, taken = self.border.call(body=offer)
        taken.respond(200, answer)
        final = call.final()
        self.assertGreaterEqual(final.status, 400)
        self.assertIn(reason, str(final))
        processes.until(lambda: not self.border.elements(), "our own table is as before", 3)
        self.assert_media(False, f"after {reason}")
        return final


class OwnServer(Case):
    """Everything that a server may say, and nothing."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "ip")
        cls.spaces = Spaces()
        cls.server = pcp.Server(cls.spaces.box, BOX[4], OWN[4][1])
        cls.border = Behind(cls.spaces, 4, "8s")

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()
            cls.server.close()
            cls.spaces.remove()

    def setUp(self):
        super().setUp()
        self.server.codes, self.server.silent, self.server.outside = [], False, None
        self.server.lifetime = 3600
        processes.until(lambda: not self.server.mappings, "nothing of the test before", 15)
        self.server.requests.clear()

    def test_opens_upstream_what_it_opens_and_closes_it(self):
        offer, answer = self.ends(20000)
        self.assert_media(False, "before the call")
        call, taken = self.border.talk(offer, answer)
        self.assert_media(True, "during the call")
        stranger = self.port("out", 21000, "203.0.113.3")
        self.assertEqual(0, media.passes(stranger, self.a[0]), "from another address")
        first = self.server.maps()[0]
        self.assertEqual(("10.77.1.2", "10.77.1.2", "198.18.0.1", True, first.inside_port),
                         (first.third_party, first.outside, first.client, first.prefer_failure,
                          first.outside_port))
        self.assertEqual([(128, 0, "203.0.113.2")], first.filters)
        self.assertEqual(2, len({m.nonce for m in self.server.maps()}), "nonces of two mappings")
        self.assertEqual(200, self.border.end(call, taken).status)
        processes.until(lambda: not self.server.mappings, "no mapping a second after BYE", 1)
        self.assert_media(False, "after BYE")

    def test_refusals_have_their_reasons_and_open_nothing(self):
        for number, (code, reason) in enumerate((
                (2, "upstream-not-authorized"), (5, "upstream-unsupported"),
                (8, "lack-of-resources"), (11, "upstream-conflict"))):
            with self.subTest(code=code):
                offer, answer = self.ends(22000 + 10 * number)
                self.server.codes = [0, code]  # RTP is granted, RTCP is not
                self.refused(offer, answer, reason)
                processes.until(lambda: not self.server.mappings, "the granted half is gone", 3)
                time.sleep(self.server.hold)  # what was refused is not asked before

    def test_another_outside_address_is_refused(self):
        offer, answer = self.ends(24000)
        self.server.outside = "203.0.113.1"
        self.refused(offer, answer, "upstream-conflict")

    def test_silence_is_a_refusal(self):
        offer, answer = self.ends(25000)
        self.server.silent = True
        self.refused(offer, answer, "upstream-unreachable")
        self.server.silent = False
        offer, answer = self.ends(25100)
        call, taken = self.border.talk(offer, answer)
        self.assert_media(True, "when the server is back")
        self.border.end(call, taken)

    def test_a_lost_request_is_sent_again(self):
        """Removals go on for as long as the mapping could live."""
        offer, answer = self.ends(26000)
        call, taken = self.border.talk(offer, answer)
        self.server.silent = True
        self.border.end(call, taken)
        processes.until(lambda: len([m for m in self.server.maps() if not m.lifetime]) >= 2,
                        "a first try of each removal", 2)
        self.server.silent = False
        processes.until(lambda: not self.server.mappings, "a second try of each removal", 5)

    def test_renews_and_recovers_when_the_server_begins_anew(self):
        offer, answer = self.ends(27000)
        self.server.lifetime = 8
        call, taken = self.border.talk(offer, answer)
        self.server.forget()
        self.assert_media(False, "right after the server forgot")
        processes.until(lambda: len(self.server.mappings) == 2, "both mappings are back", 8)
        self.assert_media(True, "after the renewal")
        granted = [m for m in self.server.maps() if m.lifetime]
        self.assertEqual(2, len({m.nonce for m in granted}), "the same nonces as before")
        time.sleep(10)
        self.assert_media(True, "longer than a lifetime")
        self.border.end(call, taken)

    def test_a_mapping_that_is_lost_ends_its_call(self):
        offer, answer = self.ends(28000)
        self.server.lifetime = 8
        call, taken = self.border.talk(offer, answer)
        self.server.silent = True
        for dialog in (call, taken):
            bye = dialog.next_request("BYE", 15)
            dialog.reply(bye, 200)
        self.border.gateway.event("pinhole.expired", call.call_id)
        self.server.silent = False


class Miniupnpd(Case):
    """Debian's miniupnpd as an IPv6 firewall; tshark looks at what is said to it. Its version 2.3.1
    finds no IPv6 mapping again to remove it (it says NOT_AUTHORIZED), so that ends by lifetime."""

    family = 6

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "ip", "miniupnpd", "tshark", "tcpdump")
        cls.spaces = Spaces()
        cls.spaces.box.run("nft", "-f", "-", octets=CHAINS)
        place = suite.place()
        (place / "miniupnpd.conf").write_text(MINIUPNPD)
        cls.daemon = processes.Process(
            ["miniupnpd", "-d", "-f", place / "miniupnpd.conf", "-P", place / "miniupnpd.pid"],
            place / "miniupnpd.log", cls.spaces.box.name)
        processes.until(lambda: ":5351" in cls.spaces.box.run("ss", "-lun"), "miniupnpd listens")
        cls.wire = capture.Capture(place, "pcp", "outside", cls.spaces.middle.name,
                                   "udp port 5351")
        cls.border = Behind(cls.spaces, 6)

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()
            cls.daemon.end()
            cls.spaces.remove()

    def test_a_call_through_it(self):
        offer, answer = self.ends(30000)
        self.assert_media(False, "before the call")
        call, taken = self.border.talk(offer, answer)
        self.assert_media(True, "during the call")
        self.assertEqual(200, self.border.end(call, taken).status)
        processes.until(lambda: self.daemon.output().count("is_fw=1") >= 2, "two removals asked")
        self.assert_media(False, "after BYE")
        self.wire.end()
        self.assertEqual(0, self.wire.count("_ws.malformed && portcontrol"))
        look = self.wire.count
        self.assertEqual(2, look("portcontrol.r == 0 && portcontrol.opcode == 1"
                                 " && portcontrol.lifetime_req == 300"))
        self.assertEqual(2, look("portcontrol.r == 0 && portcontrol.opcode == 1"
                                 " && portcontrol.lifetime_req == 0"))
        self.assertEqual(2, look("portcontrol.option.filter.prefix_length == 128"
                                 " && portcontrol.r == 0"))


del Case
