"""A factory reset in the initramfs of the image, on a loop device in place of the data partition: what it keeps, what it leaves,
and a power failure at each step.
"""

import os
import shutil
import subprocess
import unittest

from lib import suite

from .offline import HERE, OUT, built

BEGIN = """
DATA=$1; say() { echo "$*"; }
mkdir -p /sysroot/data /keep /sys/class/block
"""
# Power fails at one of the calls of dd: the first MiB of what it would have erased is erased then, and whatever runs beside it
# ends, too: a part of a pipe that lived on once wrote after the failure.
CUT = """
dd() { until mkdir /tmp/counting 2>/dev/null; do :; done # both ends of a pipe count
    LEFT=$(($(cat /tmp/left) - 1)); echo $LEFT >/tmp/left; /bin/busybox rmdir /tmp/counting
    [ $LEFT -ge 0 ] || { case "$*" in if=/dev/zero*) /bin/busybox dd "$@" count=1 2>/dev/null ;; esac; kill -9 0; }
    /bin/busybox dd "$@"; }
"""
OWNED = """
make_data; mkdir -p /sysroot/data/identity /sysroot/data/rauc /sysroot/data/config; echo box-1 >/sysroot/data/identity/id
for f in security-version failed confirmed keyring.pem seen; do echo $f >/sysroot/data/rauc/$f; done
echo secret-of-the-owner >/sysroot/data/config/tls.key; sync; umount /sysroot/data
"""
LOOK = """
cat /sysroot/data/identity/id; cd /sysroot/data/rauc; echo *; cd /; umount /sysroot/data
"""
KEPT = ["box-1", "confirmed failed keyring.pem security-version was-reset"]


class Reset(unittest.TestCase):
    """Not started: the words of the initramfs, run by its own shell."""

    @classmethod
    def setUpClass(cls):
        built()
        cls.place = suite.place()
        text = (HERE / "boot" / "init").read_text()
        begin, block, end = (text.index(words) for words in (
            "mount_data() {", 'if [ -n "$DATA" ]; then', "if ! grep -q ' /sysroot/data '"))
        cls.functions, cls.start = text[begin:block], text[block:end]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place, ignore_errors=True)

    def setUp(self):
        self.disk = self.place / "data.img"
        with open(self.disk, "wb") as image:
            image.truncate(24 << 20)
        self.loop = subprocess.check_output(["losetup", "-f", "--show", self.disk], text=True).strip()
        self.run_in_it(OWNED)

    def tearDown(self):
        subprocess.run(["losetup", "-d", self.loop], check=True)

    def run_in_it(self, script, before=""):
        inside = """R=$1; shift; mount -t tmpfs tmpfs $R/tmp 2>/dev/null || { mkdir -p $R/tmp; mount -t tmpfs tmpfs $R/tmp; }
            for d in sysroot keep; do mkdir -p $R/$d; mount -t tmpfs tmpfs $R/$d; done
            mount --bind /dev $R/dev; mount --bind /proc $R/proc; mount --bind /sys $R/sys
            exec chroot $R /bin/sh -c "$2" sh "$1" """
        words = BEGIN + before + self.functions + script
        done = subprocess.run(["unshare", "-m", "bash", "-c", inside, "sh", OUT / "work" / "initramfs", self.loop, words],
                              capture_output=True, text=True, check=False, start_new_session=True)
        return done.stdout.splitlines()

    def octets(self):
        os.sync()
        return self.disk.read_bytes()

    def test_1_keeps_who_the_box_is_and_what_it_must_refuse_and_nothing_else(self):
        self.assertIn(b"secret-of-the-owner", self.octets())
        said = self.run_in_it("RESET=1\n" + self.start + LOOK)
        self.assertEqual(["factory reset", "reset: erasing", "reset: making the data partition", "reset: done", *KEPT], said)
        self.assertNotIn(b"secret-of-the-owner", self.octets())
        self.assertNotIn(b"surehop-reset ", self.octets())
        self.assertEqual(KEPT, self.run_in_it(self.start + LOOK), "another start")

    def test_2_a_power_failure_at_any_step_is_gone_on_from(self):
        # What is kept was in memory only while the partition was overwritten.
        outcomes = []
        for left in range(40):
            self.run_in_it(OWNED)
            first = self.run_in_it("RESET=1\n" + self.start, CUT + f"echo {left} >/tmp/left\n")
            self.assertTrue(self.octets().strip(b"\0"), "nothing at all is left")
            said = self.run_in_it(self.start + LOOK)
            outcomes.append(said[0])
            if "reset: done" in first:
                break
            if said[0] != "box-1":  # it was neither before the reset had begun nor after its end
                self.assertEqual(["a reset was cut off: going on with it", "reset: erasing", "reset: making the data partition",
                                  "reset: done", *KEPT], said)
                self.assertNotIn(b"secret-of-the-owner", self.octets(), left)
        self.assertGreaterEqual(outcomes.count("a reset was cut off: going on with it"), 3, outcomes)
        self.assertEqual("box-1", outcomes[-1], "the last one was not cut off")

    def test_3_a_fault_of_the_disk_does_not_pass_for_a_blank_one(self):
        self.assertEqual(["box-1", "confirmed failed keyring.pem security-version seen"], self.run_in_it(self.start + LOOK))
