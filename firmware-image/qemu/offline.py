"""What can be seen in the tree of the image without starting it: its unit, and its scripts with `rauc` and `systemctl`
replaced by what writes down how it was asked.
"""

import os
import subprocess
import unittest
from pathlib import Path

from lib import suite

HERE = Path(__file__).resolve().parents[1]
OUT = Path(os.environ.get("SUREHOP_IMAGE_OUT", HERE / "target" / "amd64"))


def built():
    """Builds the image, once in a run and not where SUREHOP_IMAGE_OUT names one; gives its version."""
    suite.needs_root()
    suite.needs("qemu-system-x86_64", "mmdebstrap", "mksquashfs", "veritysetup", "rauc", "mcopy", "sfdisk")
    mark = Path(os.environ["SUREHOP_RUN"]) / "image-is-built"
    if not mark.exists() and "SUREHOP_IMAGE_OUT" not in os.environ:
        done = subprocess.run([HERE / "build"], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError("firmware-image/build: " + (done.stderr + done.stdout).strip()[-2000:])
        mark.touch()
    return next(OUT.glob("surehop-*-amd64.raucb")).name.split("-")[1]


class InTheTree(unittest.TestCase):
    """Built, and not started."""

    def test_1_the_unit_exposes_at_most_1_6(self):
        built()
        root = OUT / "root"
        done = subprocess.run(
            ["chroot", root, "systemd-analyze", "security", "--offline=yes", "--threshold=16", "surehop.service"],
            capture_output=True, text=True)
        found = [line for line in done.stdout.splitlines() if "exposure level" in line.lower()]
        self.assertEqual(0, done.returncode, (found or [done.stdout[-300:]], done.stderr[-300:]))
        print("     ", found[-1].strip() if found else "")

    def told(self, script):
        """What a script in the tree of the image told, without times."""
        built()
        done = subprocess.run([HERE / "qemu" / "in-root", OUT / "root", script], capture_output=True, text=True)
        return done.stdout.splitlines()

    def test_2_never_confirmed_and_once_confirmed_are_told_apart(self):
        self.assertEqual([
            "update.failed never-confirmed version V in slot A: call FAILED: no answer",
            "systemctl --no-block reboot",
            "update.confirmed none version V in slot A",
            "rauc status mark-good",
            "box.health-lost once-confirmed version V was confirmed before and stays up: call FAILED: no answer",
            "rauc status mark-good"], self.told("""
                asked() { cat /data/asked; rm -f /data/asked; }
                (boot image-1 A; told; asked
                touch /data/well; boot image-1 A; told; asked
                rm /data/well; boot image-1 A; told; asked) | sed "s/version [0-9.]* /version V /" """))

    def test_3_an_image_that_failed_is_remembered_and_refused(self):
        self.assertEqual([
            "update.installing none version 9.9.9",
            "update.rolled-back never-confirmed version 9.9.9 was not healthy, back on V in slot A",
            "update.confirmed none version V in slot A",
            "1 update-failed-before version 9.9.9 was tried on this box and was not healthy",
            "1 update-too-old version 9.9.9 has security version 1, this box requires 5"], self.told("""
                before() { RAUC_BUNDLE_MOUNT_POINT=/tmp /usr/lib/surehop/before-install; }
                printf 'version=9.9.9\ndescription=security-version 1\n' >/tmp/manifest.raucm
                echo 'rauc.slot=A' >/tmp/cmdline; before; told
                : >/data/rauc/rebooted; touch /data/well
                boot image-1 A; told | sed "s/back on [0-9.]*/back on V/; s/version [0-8][0-9.]* /version V /"
                before; echo "$? $(cat /run/surehop-refused)"
                : >/data/rauc/failed; echo 5 >/data/rauc/security-version
                before; echo "$? $(cat /run/surehop-refused)" """))

    def test_4_a_request_by_snmp_is_taken_only_as_an_address_of_a_host_with_the_pinned_ca(self):
        self.assertEqual([
            "update.refused update-not-allowed the configuration names no CA for update hosts: update/ca.pem",
            "update.refused update-not-allowed the address is none of an update",
            "update.refused update-not-allowed the address is none of an update",
            "update.installed none x.raucb, restarting",
            "update.refused update-untrusted x.raucb: signature verification failed: self-signed",
            "update.refused update-unreachable x.raucb: failed to stream bundle: nbd server failed",
            "update.refused update-incompatible x.raucb: Compatible mismatch: Expected 'surehop-x86_64'",
            "rauc install --tls-ca=/run/surehop-update-ca.pem https://h.example:8443/a/x.raucb"], self.told("""
                go=/usr/lib/surehop/update-from-network url=https://h.example:8443/a/x.raucb
                ask $url; $go; told
                echo CA >/data/config/update/ca.pem
                ask 'https://h.example/$(reboot).raucb'; $go; told
                setpriv --reuid=surehop --regid=surehop --clear-groups ln -s /etc/shadow /run/surehop/update-request
                $go; told
                ask $url; $go; told
                ask $url; RAUC="signature verification failed: self-signed" $go; told
                ask $url; RAUC="failed to stream bundle: nbd server failed" $go; told
                ask $url; RAUC="Compatible mismatch: Expected 'surehop-x86_64'" $go; told
                grep install /data/asked | head -n 1 """))

    def test_5_the_daily_look_says_nothing_of_what_runs_already(self):
        self.assertEqual(["update.installed none new.raucb, restarting"], self.told("""
            echo CA >/data/config/update/ca.pem; echo https://h.example/new.raucb >/data/config/update/url
            RAUC=same /usr/lib/surehop/update-from-network; told
            /usr/lib/surehop/update-from-network; told"""))

    def test_6_a_medium_is_remembered_before_the_box_restarts(self):
        # An emulated box took one update twice: its restart had ended the script that was to remember the first.
        self.assertEqual(["systemctl --no-block reboot", "after bundle-1"], self.told("""
            SEEN=bundle-1 /usr/lib/surehop/install /run/x.raucb; tail -n 2 /data/asked"""))
