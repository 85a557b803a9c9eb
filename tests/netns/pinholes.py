"""Packets through a real kernel during whole calls, in three network namespaces.

      caller                      gateway                       callee
    10.77.1.2  --- inside ---  10.77.1.1 | 198.18.0.1  --- outside ---  198.18.0.2
    10.77.1.3 (a neighbour)         forwards, nftables               198.18.0.3 (a stranger)
    fd00:77:1::2, ::3          fd00:77:1::1 | 2001:db8:77::1        2001:db8:77::2, ::3

The gateway process runs in the middle one. The operator's own table accepts established flows, as
most do: a pinhole must close all the same.

SUREHOP_LIFETIME says how long a pinhole lives (6 s), SUREHOP_TALK how long the call of the refreshes
lasts (13.2 s): ten minutes of 60 s are SUREHOP_LIFETIME=60 SUREHOP_TALK=600 tests/run pinholes.
"""

import contextlib
import json
import os
import socket
import time
import unittest

from lib import gateway, netns, processes, suite
from lib.gateway import INSIDE, NAME, OUTSIDE, Border, peer
from ua import bodies, media, sdp
from ua.agent import Agent

LIFETIME = int(os.environ.get("SUREHOP_LIFETIME", "6"))
TALK = float(os.environ.get("SUREHOP_TALK", 2.2 * LIFETIME))
OPERATOR = """
table inet operator {
    chain forward {
        type filter hook forward priority filter + 10; policy accept;
        ct state established,related accept
    }
}
"""


def datagram(family):
    """A UDP-Lite socket: the same ports, another protocol."""
    return socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM,
                         socket.IPPROTO_UDPLITE)


class Spaces:
    """The three namespaces and their two cables."""

    def __init__(self):
        self.caller, self.middle, self.callee = (
            netns.Namespace(n) for n in ("caller", "gw", "callee"))
        netns.cable(self.caller, self.middle, ("eth0", "inside"), (
            ["10.77.1.2/24", "10.77.1.3/24", "fd00:77:1::2/64", "fd00:77:1::3/64"],
            ["10.77.1.1/24", "fd00:77:1::1/64"]))
        netns.cable(self.callee, self.middle, ("eth0", "outside"), (
            ["198.18.0.2/24", "198.18.0.3/24", "2001:db8:77::2/64", "2001:db8:77::3/64"],
            ["198.18.0.1/24", "2001:db8:77::1/64"]))
        for space, four, six in ((self.caller, "10.77.1.1", "fd00:77:1::1"),
                                 (self.callee, "198.18.0.1", "2001:db8:77::1")):
            space.ip("route", "add", "default", "via", four)
            space.ip("-6", "route", "add", "default", "via", six)
        self.middle.run("sysctl", "-qw", "net.ipv4.ip_forward=1",
                        "net.ipv6.conf.all.forwarding=1")
        self.settle()
        self.middle.run("nft", "-f", "-", octets=OPERATOR)

    def settle(self):
        """Waits until the plain network carries packets: a later drop is the firewall's doing."""
        for a, b in (("10.77.1.2", "198.18.0.2"), ("fd00:77:1::2", "2001:db8:77::2")):
            one, two = (media.Port(a, 0, self.caller.inside), media.Port(b, 0, self.callee.inside))
            processes.until(lambda one=one, two=two: media.passes(one, two) == 5
                            and media.passes(two, one) == 5, f"{a} and {b} reach each other")
            one.close()
            two.close()

    def remove(self):
        for space in (self.caller, self.middle, self.callee):
            space.remove()


class Middle(Border):
    """The border with its parts in namespaces."""

    def __init__(self, family, disclosure=None, **pinholes):
        self.spaces = Spaces()
        super().__init__(start=False)
        self.alice.close()
        self.bob.close()
        own = {4: ("10.77.1.1", "198.18.0.1"), 6: ("fd00:77:1::1", "2001:db8:77::1")}[family]
        users = {4: ("10.77.1.2", "198.18.0.2"), 6: ("fd00:77:1::2", "2001:db8:77::2")}[family]
        self.own, self.users = own, users
        self.alice = Agent("alice", INSIDE, self.alice.identity, users[0],
                           self.spaces.caller.inside)
        self.bob = Agent("bob", OUTSIDE, self.bob.identity, users[1], self.spaces.callee.inside)
        self.alice.listen(5071)
        self.bob.listen(5071)
        self.tree["gateway"]["port"] = 5061
        self.tree["listeners"] = [
            {"name": "inside", "address": own[0], "port": 5061, "side": "inside",
             "client-certificate": "required"},
            {"name": "outside", "address": own[1], "port": 5061, "side": "outside",
             "client-certificate": "required"}]
        self.tree["peers"] = [peer("inside", INSIDE, users[0], 5071),
                              peer("outside", OUTSIDE, users[1], 5071)]
        self.tree["pinholes"] = {
            "driver": "nftables", "table": "surehop_test",
            "inside-prefixes": ["10.77.0.0/16", "fd00:77::/32"], "media-source": "ua", **pinholes}
        self.tree["disclosure"] = {"clear-sdp": True, **(disclosure or {})}
        self.start()

    def start(self):
        self.gateway = gateway.Gateway(self.place / "gateway", self.tree, self.spaces.middle.name)
        self.line = self.alice.connect(self.own[0], 5061, NAME)
        return self

    def close(self):
        try:
            super().close()
        finally:
            self.spaces.remove()

    def elements(self):
        """All elements of our table's sets that have a timeout, as the kernel lists them."""
        listed = json.loads(self.spaces.middle.run("nft", "-j", "list", "ruleset"))["nftables"]
        found = []
        for entry in listed:
            table = entry.get("set", {})
            if table.get("table") == "surehop_test" and "timeout" in table.get("flags", []):
                found += [str(e) for e in table.get("elem", [])]
        return found

    def tracked(self, port):
        """Connection tracking entries that name the port."""
        with contextlib.suppress(RuntimeError):
            listed = self.spaces.middle.run("conntrack", "-L", "-p", "udp")
            return [row for row in listed.splitlines() if f"port={port} " in row]
        return []


class Case(unittest.TestCase):
    """The same tests for both address families."""

    family = 4

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        cls.border = Middle(cls.family, **{"lifetime": f"{LIFETIME}s", "early-lifetime": "10s"})
        cls.inside, cls.outside = cls.border.spaces.caller.inside, cls.border.spaces.callee.inside

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
        place, own = ((self.inside, self.border.users[0]) if side == "in"
                      else (self.outside, self.border.users[1]))
        made = media.Port(address or own, number, place)
        self.open.append(made)
        return made

    def ends(self, base):
        """RTP and RTCP ports of audio and video on both sides."""
        self.a = {n: self.port("in", base + n) for n in range(4)}
        self.b = {n: self.port("out", base + 1000 + n) for n in range(4)}
        a, b = self.border.users
        return (bodies.sdp_body(sdp.offer(a, base, base + 2)),
                bodies.sdp_body(sdp.offer(b, base + 1000, base + 1002)))

    def assert_passes(self, sender, receiver, wanted, what, **options):
        came = media.passes(sender, receiver, **options)
        self.assertEqual(5 if wanted else 0, came,
                         f"packets of 5 that arrive: {what}; kernel: {self.border.elements()}")

    def assert_all(self, wanted, what):
        for n in range(4):
            self.assert_passes(self.b[n], self.a[n], wanted, f"{what}, callee to caller, port {n}")
            self.assert_passes(self.a[n], self.b[n], wanted, f"{what}, caller to callee, port {n}")

    def test_closed_open_exact_closed(self):
        offer, answer = self.ends(20000)
        self.assert_all(False, "before the call")
        call, taken = self.border.call(body=offer)
        self.assert_all(False, "after the offer")
        taken.respond(180)
        call.expect(180)
        self.assert_all(False, "while it rings")
        taken.respond(200, answer)
        call.answered()
        taken.next_request("ACK")
        self.assert_all(True, "after the answer")
        self.neighbours()
        self.assertEqual(200, self.border.end(call, taken).status)
        processes.until(lambda: not self.border.elements(), "no element a second after BYE", 1)
        self.assert_all(False, "after BYE")
        self.assertEqual([], self.border.elements(), "elements in the kernel after BYE")
        processes.until(lambda: not self.border.tracked(20000), "no conntrack entries after BYE", 1)

    def neighbours(self):
        stranger = self.border.users[1][:-1] + "3"
        beside = self.border.users[0][:-1] + "3"
        other = self.port("out", 21000, stranger)
        self.assert_passes(other, self.a[0], False, "from another outside address")
        self.assert_passes(self.a[0], other, False, "to another outside address")
        away = self.port("in", 20000, beside)
        self.assert_passes(self.b[0], away, False, "to another inside address")
        self.assert_passes(away, self.b[0], False, "from another inside address")
        for number in (19999, 20004, 20005):
            near = self.port("in", number)
            self.assert_passes(self.b[0], near, False, f"to the neighbour port {number}")
        self.assertFalse(self.lite(20000), "UDP-Lite to a pinhole for UDP")

    def lite(self, number):
        """Whether a UDP-Lite datagram from the callee's address and port gets to that port."""
        with self.inside():
            receiver = datagram(self.family)
        with self.outside():
            sender = datagram(self.family)
        with sender, receiver:
            receiver.bind((self.border.users[0], number))
            receiver.settimeout(0.5)
            sender.bind((self.border.users[1], number + 1000))
            sender.sendto(b"lite", receiver.getsockname())
            try:
                return receiver.recv(10) == b"lite"
            except TimeoutError:
                return False

    def test_established_media_stops_within_a_second_of_bye(self):
        offer, answer = self.ends(22000)
        call, taken = self.border.talk(offer, answer)
        self.assert_all(True, "during the call")
        answers = taken.agent.ask(taken.connection, taken.make("BYE"))
        call.reply(call.next_request("BYE"), 200)
        ended = time.monotonic()
        last = {"in": ended, "out": ended}
        while time.monotonic() < ended + 2.5:
            self.b[0].send(self.a[0].address, self.a[0].port)
            self.a[0].send(self.b[0].address, self.b[0].port)
            for side, end in (("in", self.a[0]), ("out", self.b[0])):
                if end.received(0.01):
                    last[side] = time.monotonic()
        self.assertEqual(200, answers.get(timeout=5).status)
        for side, moment in last.items():
            self.assertLess(moment - ended, 1.0, f"seconds after BYE with media arriving {side}")

    def test_encrypted_sdp_opens_the_same(self):
        keys = self.border.keys
        self.ends(24000)
        a, b = self.border.users
        offer = bodies.shape("N3", sdp.offer(a, 24000), [keys.bob[0], keys.reader[0]],
                             keys.alice[0], key=keys.alice[1])
        answer = bodies.shape("N1", sdp.offer(b, 25000), [keys.alice_reads[0], keys.reader[0]])
        call, taken = self.border.talk(offer, answer)
        self.assert_passes(self.b[0], self.a[0], True, "RTP by encrypted SDP")
        self.assert_passes(self.b[1], self.a[1], True, "RTCP by encrypted SDP")
        self.assert_passes(self.b[2], self.a[2], False, "a stream that nobody offered")
        self.border.end(call, taken)
        self.assert_passes(self.b[0], self.a[0], False, "after BYE")

    def test_refresh_holds_longer_than_a_lifetime(self):
        offer, answer = self.ends(26000)
        call, taken = self.border.talk(offer, answer)
        began, sent, came = time.monotonic(), {}, set()
        while time.monotonic() < began + TALK:
            sent[self.b[0].send(self.a[0].address, self.a[0].port)] = time.monotonic() - began
            came |= {number for number, _ in self.a[0].received(0.02)}
        came |= {number for number, _ in self.a[0].received(0.3)}
        lost = {number: round(at, 2) for number, at in sent.items() if number not in came}
        self.assertEqual(200, self.border.end(call, taken).status)
        self.assertEqual({}, lost, f"packets of {len(sent)} that were lost, and when they were sent")

    def test_firewall_list_and_explain(self):
        offer, answer = self.ends(36000)
        call, taken = self.border.talk(offer, answer)
        self.border.gateway.event("pinhole.open", call.call_id)
        listed = self.firewall("list", "--json")
        rows = [json.loads(row) for row in listed.splitlines()]
        self.assertEqual({call.call_id}, {row["callId"] for row in rows})
        self.assertIn(36000, {row["port"] for row in rows})
        self.assertTrue(all(0 <= row["endsInSeconds"] <= LIFETIME for row in rows), listed)
        said = self.firewall("explain", self.border.users[0], "36000")
        self.assertIn("call " + call.call_id, said)
        self.assertIn("group ", said)
        self.border.end(call, taken)
        processes.until(lambda: not self.border.elements(), "no element a second after BYE", 1)
        self.border.gateway.event("pinhole.close", call.call_id)
        said = self.firewall("explain", self.border.users[0], "36000", code=1)
        self.assertIn("nothing is open", said)
        self.assertIn("pinhole.close", said)

    def firewall(self, *arguments, code=0):
        found, out, err = processes.output_of(
            "ip", "netns", "exec", self.border.spaces.middle.name, gateway.COMMAND, "firewall",
            *arguments[:1], "--config", self.border.gateway.config, *arguments[1:], timeout=90,
            env={**os.environ, **gateway.JVM})
        self.assertEqual(code, found, out + err)
        return out

    def test_refused_and_cancelled_calls_leave_nothing(self):
        for base, status in ((28000, 486), (28200, 487)):
            offer, _ = self.ends(base)
            call, taken = self.border.call(body=offer)
            taken.respond(180)
            call.expect(180)
            if status == 487:
                call.cancel()
                taken.reply(taken.next_request("CANCEL"), 200)
            taken.respond(status)
            call.final()
            processes.until(lambda: not self.border.elements(), f"no element after {status}", 1)
            self.assert_all(False, f"after {status}")
            self.assertEqual([], self.border.elements(), f"elements in the kernel after {status}")

    @contextlib.contextmanager
    def without_refresh(self):
        """A gateway of its own whose pinholes outlive the test: no refresh makes a table again."""
        kind, before = type(self), (self.border, self.inside, self.outside)
        kind.border = Middle(self.family, **{"lifetime": "5m", "early-lifetime": "3m"})
        spaces = kind.border.spaces
        kind.inside, kind.outside = spaces.caller.inside, spaces.callee.inside
        try:
            yield
        finally:
            kind.border.close()
            kind.border, kind.inside, kind.outside = before

    def test_table_that_somebody_removed_comes_back_and_calls_on_it_end(self):
        """Without our table media passed unasked, and no call found a firewall until a restart."""
        with self.without_refresh():
            self.table_removed_and_flushed()

    def table_removed_and_flushed(self):
        """A call that begins right after the fault may find the table whole again and go on, so
        each fault comes in the middle of one."""
        for base, command in ((32000, "delete"), (34000, "flush")):
            offer, answer = self.ends(base)
            call, taken = self.border.talk(offer, answer)
            self.assert_all(True, f"before the {command}")
            self.border.spaces.middle.run("nft", command, "table", "inet", "surehop_test")
            for dialog in (call, taken):
                bye = dialog.next_request("BYE", 15)
                dialog.reply(bye, 200)
            self.border.gateway.event("pinhole.expired", call.call_id)
            self.assert_all(False, f"after the {command}")
        call, taken = self.border.talk(offer, answer)
        self.assert_all(True, "in a new call")
        self.border.end(call, taken)

    def test_zz_kill_leaves_only_what_ends_by_itself(self):
        """The last one: it kills the gateway in the middle of a call."""
        offer, answer = self.ends(30000)
        self.border.talk(offer, answer)
        self.assert_all(True, "during the call")
        self.border.gateway.kill()
        self.assertNotEqual([], self.border.elements(), "elements right after kill -9")
        killed = time.monotonic()
        processes.until(lambda: not self.border.elements(), "no element left", LIFETIME + 3, 0.2)
        self.assertLess(time.monotonic() - killed, LIFETIME + 2, "seconds until the kernel closed")
        self.assert_all(False, "after the lifetime")


class Ipv4(Case):
    """IPv4."""


class Ipv6(Case):
    """IPv6."""

    family = 6


del Case
