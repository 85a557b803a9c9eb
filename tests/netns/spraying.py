"""Strangers who send all the time, and 200 calls at once, in the namespaces of pinholes.py.

RTP bleed, RTP inject and CVE-2025-53399 are one idea: to send to a port of media before, during or
after a call, from a place that is not the other party's, and to be taken for it. Here every packet of
such a stranger is dropped by the kernel, and nothing of the call goes to him.
"""

import threading
import time
import unittest

from lib import processes, suite
from netns.pinholes import Middle
from ua import bodies, media, sdp

CALLS = 200


class Sprayer:
    """Sends to all ports of media from many sockets until it is told to stop."""

    def __init__(self, sockets, targets):
        self.sockets, self.targets, self.rounds = sockets, targets, 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.spray, daemon=True)
        self.thread.start()

    def spray(self):
        while not self.stopping.wait(0.01):
            for one in self.sockets:
                for address, port in self.targets:
                    one.send(address, port)
            self.rounds += 1

    def some(self):
        """Waits for a few more rounds."""
        until = self.rounds + 10
        processes.until(lambda: self.rounds >= until, "rounds of the sprayer", 10)

    def stop(self):
        self.stopping.set()
        self.thread.join(5)


class Case(unittest.TestCase):
    """The same tests for both address families."""

    family = 4

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        cls.border = Middle(cls.family, **{
            "source": "addr+port", "max-rules-per-user": 4 * CALLS, "lifetime": "5m"})
        cls.inside = cls.border.spaces.caller.inside
        cls.outside = cls.border.spaces.callee.inside
        cls.a, cls.b = cls.border.users
        cls.stranger = cls.b[:-1] + "3"

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def port(self, place, address, number=0):
        made = media.Port(address, number, place)
        self.addCleanup(made.close)
        return made

    def describe(self, address, port):
        return bodies.sdp_body(sdp.offer(address, port))

    def test_strangers_reach_nobody_before_during_and_after_a_call(self):
        mine = {n: self.port(self.inside, self.a, 20000 + n) for n in (0, 1)}
        theirs = {n: self.port(self.outside, self.b, 21000 + n) for n in (0, 1)}
        # Another host, with the ports of the party too, and other ports of the party's own host.
        strangers = [self.port(self.outside, self.stranger, n) for n in (0, 21000, 21001)]
        strangers += [self.port(self.outside, self.b) for _ in range(2)]
        sprayer = Sprayer(strangers, [(self.a, 20000), (self.a, 20001)])
        self.addCleanup(sprayer.stop)
        sprayer.some()
        call, taken = self.border.call(body=self.describe(self.a, 20000))
        taken.respond(180)
        call.expect(180)
        sprayer.some()
        taken.respond(200, self.describe(self.b, 21000))
        call.answered()
        taken.next_request("ACK")
        sprayer.some()
        heard = {"good": 0, "bad": []}
        for _ in range(20):
            for n in (0, 1):
                theirs[n].send(self.a, 20000 + n)
                mine[n].send(self.b, 21000 + n)
            self.listen(mine, heard)
        self.assertGreater(heard["good"], 30, "packets of the other party, of 40")
        self.assertEqual(200, self.border.end(call, taken).status)
        sprayer.some()
        time_of_bye = time.monotonic()
        theirs[0].send(self.a, 20000)
        self.listen(mine, heard)
        sprayer.some()
        sprayer.stop()
        self.listen(mine, heard)
        self.assertEqual([], heard["bad"], "what strangers got through")
        self.assertGreater(sprayer.rounds, 40)
        self.assertGreater(time.monotonic(), time_of_bye)
        bled = [s.address for s in strangers if s.received(0)]
        self.assertEqual([], bled, "strangers who got media of the call")

    def listen(self, mine, heard):
        for end in mine.values():
            for _, (address, port) in end.received(0.01):
                if (address, port) in ((self.b, 21000), (self.b, 21001)):
                    heard["good"] += 1
                else:
                    heard["bad"].append((address, port))

    def test_200_calls_at_once(self):
        began = time.monotonic()
        calls = [self.border.talk(self.describe(self.a, 22000 + 2 * n),
                                  self.describe(self.b, 23000 + 2 * n)) for n in range(CALLS)]
        opened = time.monotonic()
        self.assertEqual(4 * CALLS, len(self.border.elements()))
        for n in (0, 77, CALLS - 1):
            near = self.port(self.inside, self.a, 22000 + 2 * n)
            far = self.port(self.outside, self.b, 23000 + 2 * n)
            self.assertEqual(5, media.passes(far, near), f"inwards, call {n}")
            self.assertEqual(5, media.passes(near, far), f"outwards, call {n}")
            other = self.port(self.outside, self.b, 23000 + 2 * CALLS + n)
            self.assertEqual(0, media.passes(other, near), f"from elsewhere, call {n}")
        closing = time.monotonic()
        for call, taken in calls:
            self.assertEqual(200, self.border.end(call, taken).status)
        closed = time.monotonic()
        processes.until(lambda: not self.border.elements(), "no element a second after the last", 1)
        print(f"{CALLS} calls at once: set up {CALLS / (opened - began):.0f} and ended"
              f" {CALLS / (closed - closing):.0f} a second, with both user agents", flush=True)


class Ipv4(Case):
    """IPv4."""


class Ipv6(Case):
    """IPv6."""

    family = 6


del Case
