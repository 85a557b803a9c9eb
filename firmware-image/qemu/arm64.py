"""The arm64 box: built on this machine with its programs under emulation, and booted in QEMU to its open doors.
SUREHOP_ARM64_OUT names an image that was built before.
"""

import os
import shutil
import ssl
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from lib import processes, suite  # noqa: E402
from qemu import box  # noqa: E402
from qemu.case import HEALTHY  # noqa: E402

OUT = Path(os.environ.get("SUREHOP_ARM64_OUT", HERE / "target" / "arm64"))


class H_Arm64(unittest.TestCase):
    """By UEFI, as every arm64 machine with a firmware of its own starts."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("qemu-system-aarch64", "qemu-aarch64-static", "arch-test", "aarch64-linux-gnu-objcopy")
        if not Path("/usr/share/AAVMF/AAVMF_CODE.fd").exists():
            raise unittest.SkipTest("not installed: qemu-efi-aarch64")
        if subprocess.run(["arch-test", "arm64"], capture_output=True).returncode:
            raise unittest.SkipTest("this kernel runs no arm64 programs (binfmt_misc)")
        cls.place = suite.place()
        cls.box = None

    @classmethod
    def tearDownClass(cls):
        if cls.box:
            cls.box.power_cut()
        shutil.rmtree(cls.place, ignore_errors=True)

    def test_1_it_is_built_by_the_same_recipe(self):
        if "SUREHOP_ARM64_OUT" not in os.environ:
            done = subprocess.run([HERE / "build", "--arch", "arm64"], capture_output=True, text=True)
            self.assertEqual(0, done.returncode, (done.stdout + done.stderr)[-2000:])
        program = next(OUT.glob("root/usr/lib/surehop/jre/bin/java")).read_bytes()
        self.assertEqual((b"\x7fELF", 183), (program[:4], int.from_bytes(program[18:20], "little")), "an AArch64 program")

    def test_2_it_boots_to_a_healthy_gateway_that_listens(self):
        image = next(OUT.glob("surehop-*-arm64.img"))
        disk = str(self.place / "disk.img")
        subprocess.check_call(["cp", "--sparse=always", image, disk])
        machine = type(self).box = box.Box(disk, memory=512, uefi=True, forward=(5061,), arch="arm64")
        machine.wait("new identity surehop-[0-9a-f]{12}", 600)
        _, (_, line) = machine.wait(HEALTHY, 900)
        self.assertIn("slot A", line)
        print("     ", line)
        shown = ssl.get_server_certificate(("127.0.0.1", machine.ports[5061]), timeout=60)
        self.assertIn("BEGIN CERTIFICATE", shown)
        self.assertEqual([], machine.said("login:"), "lines that offer a login")
        processes.until(lambda: box.environment(disk)["A_TRY"] == "0", "the slot is confirmed on the disk", 30, 1)


if __name__ == "__main__":
    unittest.main()
