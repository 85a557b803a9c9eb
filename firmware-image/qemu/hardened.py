"""What the built tree and the files beside the image must be: logins, rights, logs, modules, watchdog, lists, sizes."""

import configparser
import json
import os
import re
import stat
import subprocess
import unittest

from .offline import HERE, OUT, built

NEEDED = """ahci nvme mmc_block sdhci_pci sdhci_acpi usb_storage uas xhci_pci ehci_pci sd_mod virtio_blk virtio_net e1000e igb igc ixgbe r8169
tg3 bnxt_en atlantic r8152 ax88179_178a nf_conntrack nf_conntrack_netlink nf_tables nft_ct nft_nat dm_verity squashfs ext4 vfat iTCO_wdt
i6300esb sp5100_tco esp4 esp6 xfrm_user 8021q bonding zram""".split()
UNWANTED = re.compile(r"/(sound|drivers/(gpu|media|bluetooth|infiniband|net/wireless|staging|isdn)|net/(wireless|bluetooth|mac80211))/"
                      r"|/(mlx[45]_core|cxgb4|bnx2x|ice)\.ko")


class Hardened(unittest.TestCase):
    """Built, and not started."""

    @classmethod
    def setUpClass(cls):
        cls.version = built()
        cls.root = OUT / "root"

    def settings(self, file):
        parser = configparser.ConfigParser(strict=False)
        parser.optionxform = str
        parser.read_string((self.root / file).read_text())
        return {k: v for s in parser.sections() for k, v in parser[s].items()}

    def test_1_nobody_can_log_in(self):
        for unit in ("getty@", "serial-getty@", "container-getty@", "console-getty", "debug-shell", "emergency", "rescue"):
            self.assertEqual("/dev/null", os.readlink(self.root / f"etc/systemd/system/{unit}.service"), unit)
        listed = subprocess.run(
            ["systemctl", f"--root={self.root}", "list-unit-files", "--state=enabled,generated,static", "*getty*", "ssh*"],
            capture_output=True, text=True).stdout
        self.assertNotRegex(listed, r"getty@|sshd?\.")
        self.assertEqual([], [n for n in ("ssh", "sshd", "dropbear", "telnetd", "login", "su", "sudo", "passwd")
                              for d in ("bin", "sbin") if (self.root / "usr" / d / n).exists()])
        open_words = [line.split(":")[0] for line in (self.root / "etc/shadow").read_text().splitlines()
                      if not line.split(":")[1].startswith(("!", "*"))]
        self.assertEqual([], open_words, "accounts with a password, or with none")

    def test_2_nothing_gives_rights_and_no_package_manager_is_left(self):
        found = []
        for at, _, files in os.walk(self.root):
            for name in files:
                mode = os.lstat(os.path.join(at, name)).st_mode
                if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                    found.append(os.path.join(at, name))
        self.assertEqual([], found)
        for name in ("dpkg", "apt", "apt-get", "perl", "python3", "gcc"):
            self.assertFalse((self.root / "usr/bin" / name).exists(), name)

    def test_3_logs_are_in_memory_and_the_watchdog_is_armed(self):
        journal = self.settings("etc/systemd/journald.conf.d/10-surehop.conf")
        self.assertEqual("volatile", journal["Storage"])
        manager = self.settings("etc/systemd/system.conf.d/10-surehop.conf")
        self.assertEqual(("30s", "reboot"), (manager["RuntimeWatchdogSec"], manager["CrashAction"]))
        kernel = (self.root / "etc/sysctl.d/50-surehop.conf").read_text()
        self.assertIn("kernel.panic = 10\n", kernel)
        verified = subprocess.run(["chroot", self.root, "systemd-analyze", "cat-config", "systemd/system.conf"],
                                  capture_output=True, text=True).stdout
        self.assertRegex(verified, r"(?m)^RuntimeWatchdogSec=30s")

    def test_4_the_modules_are_those_of_edge_hardware(self):
        kernel, = os.listdir(self.root / "usr/lib/modules")
        tree = self.root / "usr/lib/modules" / kernel
        there = {re.sub(r"\.ko$", "", p.name).replace("-", "_"): str(p) for p in tree.rglob("*.ko")}
        there |= {re.sub(r".*/|\.ko$", "", line).replace("-", "_"): ""
                  for line in (tree / "modules.builtin").read_text().splitlines()}
        self.assertEqual([], [m for m in NEEDED if m not in there])
        self.assertEqual([], [p for p in there.values() if UNWANTED.search(p)])

    def test_5_image_and_bundle_are_below_130_mb_and_the_readme_says_so(self):
        sizes = {name: (OUT / name).stat().st_size for name in (
            f"surehop-{self.version}-amd64.img.zst", f"surehop-{self.version}-amd64.raucb", "root.img", "boot.img")}
        for name, size in list(sizes.items())[:2]:
            self.assertLess(size, 130_000_000, name)
        said = re.search(r"prints it: (\d+) MB of image \(zstd\), (\d+) MB of bundle, of them (\d+) MB root and (\d+) MB",
                         (HERE / "README.md").read_text())
        for words, (name, size) in zip(said.groups(), sizes.items(), strict=True):
            self.assertAlmostEqual(int(words), size / 1e6, delta=3, msg=name)
        print("     ", ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sizes.items()))

    def test_6_beside_the_image_stand_its_parts_their_licences_and_sources(self):
        legal = OUT / "legal"
        packages = [line.split("\t") for line in (legal / "packages.tsv").read_text().splitlines()]
        listed = json.loads((OUT / f"surehop-{self.version}-amd64.cdx.json").read_text())
        named = {c["name"]: c["version"] for c in listed["components"]}
        self.assertEqual(("CycloneDX", "1.6"), (listed["bomFormat"], listed["specVersion"]))
        packages += [line.split("\t") for line in (legal / "packages-build.tsv").read_text().splitlines()]
        self.assertEqual([], [p[0] for p in packages if named.get(p[0]) != p[1]])
        jars = {re.sub(r"-\d.*", "", p.name) for p in (self.root / "usr/lib/surehop/lib").glob("*-[0-9]*.jar")}
        self.assertEqual(set(), jars - set(named))
        self.assertTrue(any(n.startswith("linux-image-") for n in named), "the kernel")
        self.assertTrue(any("openjdk" in n for n in named), "the Java runtime")
        sources = {tuple(line.split("\t")) for line in (legal / "sources.tsv").read_text().splitlines()}
        self.assertEqual(set(), {(p[3], p[4]) for p in packages} - sources)
        self.assertTrue({"openjdk-25", "systemd", "rauc", "busybox", "grub2"} <= {name for name, _ in sources}, sources)
        self.assertTrue(any(name.startswith("linux") for name, _ in sources), "the source of the kernel")
        held = subprocess.check_output(["tar", "tf", legal / "debian-copyright.tar.xz"], text=True)
        self.assertEqual([], [p[0] for p in packages if f"{p[0]}/copyright" not in held
                              and not (legal / "build" / f"{p[0]}-copyright").exists()])
        for name in ("kernel-copyright", "java/copyright", "gateway-licences.md", "sources-java.txt"):
            self.assertGreater((legal / name).stat().st_size, 300, name)

    def test_7_every_jvm_names_its_jars_in_the_order_of_the_archive(self):
        """By lib/* the order was that of the directory, another one in the box: no JVM there used its class archive."""
        home = self.root / "usr/lib/surehop"
        flags = (home / "java-flags").read_text().split()
        jars = sorted(f"/usr/lib/surehop/lib/{p.name}" for p in (home / "lib").glob("*.jar"))
        self.assertEqual(["-cp", ":".join(jars)], flags[-2:])

    def test_8_the_check_of_a_configuration_knows_the_places_of_the_box(self):
        """`upkeep.update-user` was refused by it, since only the unit of the gateway knew where an update is asked for."""
        printed = subprocess.check_output(
            ["sh", "-c", f"set -a; . {self.root}/usr/lib/surehop/environment; env"], text=True)
        for name in ("HEALTH_SOCKET", "BOX_EVENTS", "UPDATE_REQUEST", "ALARM"):
            self.assertIn(f"SUREHOP_{name}=/", printed)
        self.assertIn(". /usr/lib/surehop/environment", (self.root / "usr/bin/surehop").read_text())

    def test_9_nothing_is_swapped_to_a_disk(self):
        self.assertEqual("", (self.root / "etc/fstab").read_text())
        self.assertEqual(["/dev/zram0"], re.findall(r"^swapon .*?(/\S+)$", (self.root / "usr/lib/surehop/memory").read_text(), re.M))

    def test_a_what_a_closed_unit_says_on_the_console_may_be_said(self):
        """The page of the first start never came up in a kernel: its closed devices hold for the commands of root, too, and the
        one that shows the code could not open the console."""
        for unit in (self.root / "etc/systemd/system").glob("surehop*.service"):
            text = unit.read_text()
            scripts = [self.root / path for path in re.findall(r"^Exec\w+=\+/(\S+)", text, re.M)]
            speaks = any(re.search(r"/dev/console|surehop/tell", script.read_text()) for script in scripts)
            if speaks and "DevicePolicy=closed" in text:
                self.assertIn("DeviceAllow=/dev/console w", text, unit.name)
