"""The appliance from its first power-on to a failed update, in QEMU: build, boot, a call through it
with its real pinholes, an update that is not well and is rolled back with nobody there.
"""

import contextlib
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from lib import processes, suite  # noqa: E402
from lib.gateway import INSIDE, NAME, OUTSIDE, Keys  # noqa: E402
from qemu import box, medium, spaces  # noqa: E402
from qemu.case import HEALTHY  # noqa: E402
from qemu.offline import OUT, built  # noqa: E402
from ua import bodies, media, sdp  # noqa: E402
from ua.agent import WAIT, Agent  # noqa: E402


class Appliance(unittest.TestCase):
    """One box through its first day; the tests run in the order of their numbers."""

    @classmethod
    def setUpClass(cls):
        cls.version = built()
        cls.place = suite.place()
        cls.keys = Keys(cls.place)
        cls.disk = str(cls.place / "disk.img")
        subprocess.check_call(["cp", "--sparse=always", OUT / f"surehop-{cls.version}-amd64.img", cls.disk])
        cls.spaces = spaces.Spaces()
        cls.box = None
        cls.bad = cls.place / "bad.raucb"
        subprocess.run([HERE / "qemu" / "variant", "ill", "0.99.0", cls.bad], check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        if cls.box:
            cls.box.power_cut()
        cls.spaces.remove()
        shutil.rmtree(cls.place, ignore_errors=True)

    def test_1_first_power_on_makes_an_identity_takes_a_configuration_and_carries_a_call(self):
        """The next update is in its other port already: it is installed while the call goes on."""
        stick = box.medium(str(self.place / "cfg.img"), "SUREHOPCFG", medium.files(self.place, self.keys))
        update = box.medium(str(self.place / "upd.img"), "SUREHOPUPD", {"bad.raucb": str(self.bad)})
        machine = type(self).box = box.Box(self.disk, memory=384, drives=(stick, update), taps=self.spaces.order())
        machine.wait("new identity surehop-[0-9a-f]{12}")
        machine.wait("configuration taken from medium")
        _, (_, line) = machine.wait(HEALTHY)
        self.assertIn(f"version {self.version}, slot A", line)
        self.assertEqual([], machine.said("login:"), "lines that offer a login")
        self.assertEqual("0", box.environment(self.disk)["A_TRY"], "A_TRY after the slot is confirmed")
        self.call()

    def call(self):
        alice = Agent("alice", INSIDE, self.keys.identity(INSIDE), spaces.CALLER, self.spaces.caller.inside)
        bob = Agent("bob", OUTSIDE, self.keys.identity(OUTSIDE), spaces.CALLEE, self.spaces.callee.inside)
        inside = media.Port(spaces.CALLER, 20000, self.spaces.caller.inside)
        outside = media.Port(spaces.CALLEE, 30000, self.spaces.callee.inside)
        try:
            alice.listen(5071)
            bob.listen(5071)
            self.assertEqual(0, media.passes(outside, inside), "packets before the call")
            line = self.connected(alice)
            call = alice.invite(line, bob.aor, body=bodies.sdp_body(sdp.offer(spaces.CALLER, 20000)))
            taken = bob.next_call(call_id=call.call_id)
            taken.respond(200, bodies.sdp_body(sdp.offer(spaces.CALLEE, 30000)))
            call.answered()
            taken.next_request("ACK")
            self.assertEqual(5, media.passes(outside, inside), "packets during the call, inwards")
            self.assertEqual(5, media.passes(inside, outside), "packets during the call, outwards")
            bye = alice.ask(call.connection, call.make("BYE"))
            taken.reply(taken.next_request("BYE"), 200)
            self.assertEqual(200, bye.get(timeout=WAIT).status)
            processes.until(lambda: media.passes(outside, inside) == 0, "no packet after BYE", 10)
        finally:
            for each in (alice, bob, inside, outside):
                each.close()

    def connected(self, alice):
        """The box may be healthy a moment before its inner port has its address."""
        found = []

        def connect():
            with contextlib.suppress(OSError):
                found.append(alice.connect(spaces.BOX_INSIDE, 5061, NAME))
            return bool(found)

        processes.until(connect, "the inner port answers", 10)
        return found[0]

    def test_2_an_update_that_is_not_well_is_rolled_back(self):
        machine = self.box
        at, _ = machine.wait(r"update\.installed")
        at, _ = machine.wait(r"slot B version 0\.99\.0", since=at)
        at, _ = machine.wait(r"update\.failed: version 0\.99\.0 in slot B", since=at)
        at, _ = machine.wait(rf"update\.rolled-back: version 0\.99\.0 .* back on {self.version} in slot A", since=at)
        machine.wait(HEALTHY, since=at)
        self.assertEqual(1, len(machine.said("new identity")), "identities that were made")
        self.call()


if __name__ == "__main__":
    unittest.main()
