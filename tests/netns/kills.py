"""kill -9 at random points of calls with media, in three network namespaces.

SUREHOP_KILLS says how often (12), SUREHOP_SEED repeats a run. After each kill the kernel alone keeps
the pinholes: none may outlive its lifetime. When the gateway is back, nothing of before is open.
"""

import os
import random
import stat
import time
import unittest

from lib import gateway, netns, processes, suite
from netns.pinholes import Middle
from ua import bodies, media, sdp

KILLS = int(os.environ.get("SUREHOP_KILLS", "12"))
SEED = int(os.environ.get("SUREHOP_SEED", str(random.randrange(1 << 30))))
LIFETIME = 3
EARLY = 4


class Kills(unittest.TestCase):
    """A gateway that dies in the middle of anything."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        print(f"seed {SEED}, {KILLS} kills: SUREHOP_SEED={SEED} SUREHOP_KILLS={KILLS}", flush=True)
        cls.chance = random.Random(SEED)
        cls.border = Middle(4, **{"lifetime": f"{LIFETIME}s", "early-lifetime": f"{EARLY}s"})

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def test_no_element_and_no_media_outlives_a_killed_gateway(self):
        spaces = self.border.spaces
        worst_element, worst_media, open_at_kill = 0.0, 0.0, 0
        for number in range(KILLS):
            base = 20000 + 4 * number
            a = media.Port(self.border.users[0], base, spaces.caller.inside)
            b = media.Port(self.border.users[1], base + 1000, spaces.callee.inside)
            self.kill_somewhere(base)
            killed = time.monotonic()
            elements = self.border.elements()
            open_at_kill += bool(elements)
            back = number % 2 == 1  # half of the times the gateway comes back before the end
            if back:
                self.border.start()
                returned = time.monotonic()
                self.assertEqual([], self.border.elements(), "elements after the restart")
            ended, last = self.spray(a, b, killed, returned if back else 0.0)
            if back:
                worst_media = max(worst_media, last - returned)
                self.assertLess(last - returned, 1.0, f"media after the restart, kill {number}")
            else:
                worst_element = max(worst_element, ended - killed)
                self.assertLess(ended - killed, EARLY + 2.0, f"element after kill {number}")
                self.assertLess(last - ended, 1.0, f"media after the last element, kill {number}")
                self.border.start()
            a.close()
            b.close()
        print(f"kills {KILLS}, with open pinholes {open_at_kill}; last element after"
              f" {worst_element:.1f} s, last packet {max(0, worst_media):.2f} s after the restart",
              flush=True)

    def kill_somewhere(self, base):
        """A call goes on until a moment that chance has chosen; none of its steps has to succeed."""
        chosen = time.monotonic() + self.chance.choice((0.3, 2.0, 4.0)) * self.chance.random()
        a, b = self.border.users
        offer = bodies.sdp_body(sdp.offer(a, base))
        answer = bodies.sdp_body(sdp.offer(b, base + 1000))
        steps = [lambda: self.border.call(body=offer),
                 lambda: self.taken.respond(180), lambda: self.taken.respond(200, answer),
                 lambda: self.call.answered(), lambda: self.taken.next_request("ACK"),
                 lambda: time.sleep(max(0, min(0.5, chosen - time.monotonic()))),
                 lambda: self.border.end(self.call, self.taken)]
        for step in steps[:self.chance.randrange(1, len(steps) + 1)]:
            if time.monotonic() > chosen and step is not steps[0]:
                break
            done = step()
            if step is steps[0]:
                self.call, self.taken = done
        time.sleep(max(0, min(0.05, chosen - time.monotonic())))
        self.border.gateway.kill()

    def spray(self, a, b, killed, returned):
        """Media in both directions; gives when the last element was there and the last packet."""
        ended = last = 0.0
        end = (returned or killed) + (1.6 if returned else EARLY + 2.5)
        while time.monotonic() < end:
            now = time.monotonic()
            a.send(b.address, b.port)
            b.send(a.address, a.port)
            if a.received(0.02) or b.received(0.02):
                last = now
            if not returned and self.border.elements():
                ended = now
            elif not returned and ended < now - 1.2:
                break
        return ended or killed, last

    def test_nothing_is_open_at_boot(self):
        """Power loss: the kernel's tables are new, and the gateway opens nothing by itself."""
        space = netns.Namespace("boot")
        try:
            space.ip("addr", "add", "10.77.1.1/24", "dev", "lo")
            space.ip("addr", "add", "198.18.0.1/24", "dev", "lo")
            fresh = gateway.Gateway(self.border.place / "boot", {
                **self.border.tree,
                "journal": {"path": str(self.border.place / "boot.db")}}, space.name)
            try:
                listed = space.run("nft", "list", "ruleset")
                self.assertIn("table inet surehop_test", listed)
                self.assertNotIn("expires", listed)
            finally:
                fresh.kill()
        finally:
            space.remove()


class Privilege(unittest.TestCase):
    """One capability, and none (MID-34)."""

    def test_an_ordinary_user_with_cap_net_admin_is_enough(self):
        suite.needs_root()
        suite.needs("nft", "setpriv", "ip")
        border = Middle(4)
        try:
            border.gateway.kill()
            status = self.status(border, "--bounding-set=-all,+net_admin",
                                 "--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin")
            self.assertRegex(status, r"CapEff:\s+0000000000001000")
            code, _, said = self.attempt(border, "--bounding-set=-all", "--inh-caps=-all")
            self.assertNotEqual(0, code)
            self.assertIn("CAP_NET_ADMIN", said)
            self.assertIn("pinholes.driver", said)
        finally:
            border.close()

    def ordinary(self, border, capabilities):
        processes.output_of("chown", "-R", "65534:65534", border.place)
        for above in border.place.parents:  # in a lane there are two of ours above it
            if not above.stat().st_mode & stat.S_IXOTH:
                processes.output_of("chmod", "a+x", above)
        return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs",
                *capabilities]

    def status(self, border, *capabilities):
        running = gateway.Gateway(border.place / "gateway", border.tree, border.spaces.middle.name,
                                  self.ordinary(border, capabilities))
        try:
            self.assertIn("table inet surehop_test",
                          border.spaces.middle.run("nft", "list", "ruleset"))
            with open(f"/proc/{running.pid}/status", encoding="ascii") as file:
                return file.read()
        finally:
            running.kill()

    def attempt(self, border, *capabilities):
        return processes.output_of(
            "ip", "netns", "exec", border.spaces.middle.name, *self.ordinary(border, capabilities),
            gateway.COMMAND, "run", "--config", border.gateway.config, timeout=60,
            env={**os.environ, **gateway.JVM})
