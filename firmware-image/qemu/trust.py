"""Whose updates the box believes, asked of RAUC and the scripts in the tree of the image: dates, revocation, another CA."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from lib import suite

from .offline import HERE, OUT, built

SCRIPT = """
verdict() { for b in "$@"; do
    said=$(rauc info /tmp/given/$b.raucb 2>&1)
    echo "$b: $(printf '%s\\n' "$said" | sed -n 's/.*Verify error: *//p; s/^Compatible.*/taken/p' | head -n 1)"; done; }
offer() { /usr/lib/surehop/keyring /tmp/given/$1.cms; told; }
keyring() { /usr/lib/surehop/keyring "$@"; }
"""


class Trust(unittest.TestCase):
    """Built, and not started."""

    @classmethod
    def setUpClass(cls):
        built()
        cls.place = suite.place()
        for script in ("refused", "rollover"):
            done = subprocess.run([HERE / "qemu" / script, cls.place], capture_output=True, text=True)
            if done.returncode:
                raise AssertionError(f"{script}: {done.stderr[-500:]}")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.place, ignore_errors=True)

    def seen(self, script):
        done = subprocess.run([HERE / "qemu" / "in-root", OUT / "root", SCRIPT + script], capture_output=True, text=True,
                              env={**os.environ, "REAL": "rauc", "GIVEN": str(self.place)})
        return done.stdout.splitlines()

    def test_1_a_signer_counts_between_his_dates_and_until_he_is_taken_back(self):
        self.assertEqual([
            "own: taken", "expired: certificate has expired", "not-yet: certificate is not yet valid",
            "revoked: certificate revoked"], self.seen("keyring; verdict own expired not-yet revoked"))

    def test_2_another_ca_is_believed_after_the_one_that_is_believed_already_said_so(self):
        self.assertEqual([
            "own: taken", "next: unable to get local issuer certificate",
            "update.keyring none number 2 is in force, 1 was",
            "own: certificate revoked", "next: taken",
            "after a restart", "own: certificate revoked", "next: taken"], self.seen("""
                keyring; verdict own next; offer keyring-2; verdict own next
                rm /run/surehop-keyring.pem; keyring; echo after a restart; verdict own next"""))

    def test_3_a_keyring_that_nobody_vouches_for_or_that_is_older_changes_nothing(self):
        self.assertEqual([
            "update.refused update-untrusted keyring: unable to get local issuer certificate",
            "update.refused update-untrusted keyring: it carries no signature that this box believes",
            "update.keyring none number 2 is in force, 1 was",
            "update.refused update-too-old keyring: number 1, and 2 is in force",
            "update.refused update-damaged keyring: it needs a CA and its revocation list",
            "surehop-keyring 2"], self.seen("""
                keyring; offer foreign; cp /tmp/given/text /data/plain; /usr/lib/surehop/keyring /data/plain; told
                offer keyring-2; offer keyring-2; offer keyring-1; offer listless
                keyring; head -n 1 /run/surehop-keyring.pem"""))

    def test_4_what_a_healthy_image_brought_holds_in_the_other_slot_too(self):
        # The way back to the older slot would have been the way back to the stolen key.
        self.assertEqual([
            "tried: certificate revoked", "never confirmed: taken", "confirmed: certificate revoked"], self.seen("""
                { echo surehop-keyring 2; cat /tmp/given/old/ca.pem /tmp/given/old/crl.pem; } >/tmp/two.pem
                own() { echo "$1: $(verdict own | cut -d' ' -f2-)"; }
                KEYRING_OF_IMAGE=/tmp/two.pem keyring; own tried
                keyring; own "never confirmed"
                KEYRING_OF_IMAGE=/tmp/two.pem keyring --keep
                keyring; own confirmed"""))

    def test_5_the_clock_is_never_earlier_than_what_the_image_knows(self):
        # A box without a battery counted from the day of the source, when its own trial signer was not yet valid.
        keys = Path(os.environ.get("SUREHOP_TRIAL_KEYS", HERE / "target" / "trial-keys"))
        newest = int(subprocess.check_output(
            [HERE / "root/usr/lib/surehop/newest-date", keys / "ca.pem", keys / "crl.pem", keys / "bundle.pem"], text=True))
        self.assertGreaterEqual(int((OUT / "root/usr/lib/clock-epoch").stat().st_mtime), newest)
        listed = int(subprocess.check_output(
            [HERE / "root/usr/lib/surehop/newest-date", keys / "ca.pem", keys / "crl.pem"], text=True))
        self.assertEqual([f"date -s @{listed}", "not again"], self.seen("""
            echo 1577836800 >/data/now; keyring; cat /data/asked
            echo 4000000000 >/data/now; rm /data/asked; keyring; [ -e /data/asked ] || echo not again"""))

    def test_6_a_box_with_release_keys_takes_nothing_of_a_trial(self):
        self.assertEqual(["own: unable to get local issuer certificate", "next: taken"], self.seen("""
            { echo surehop-keyring 1; cat /tmp/given/next/ca.pem /tmp/given/next/crl.pem; } >/tmp/release.pem
            KEYRING_OF_IMAGE=/tmp/release.pem keyring; verdict own next"""))
