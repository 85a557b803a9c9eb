"""What the quick test leaves out, in QEMU: UEFI and 256 MB, what must be refused, power cuts, damage, watchdogs, reset,
backup, updates over the network with their reports. One box at a time; the tests run in the order of their numbers.

SUREHOP_CUTS  how many power cuts (default 20)      SUREHOP_SEED  of the chance in them (printed)
"""

import os
import random
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from lib import pki, processes, suite  # noqa: E402
from lib.gateway import Keys  # noqa: E402
from qemu import box, medium, quick, spaces  # noqa: E402

OUT, HEALTHY = quick.OUT, quick.HEALTHY
MARK = "the-mark-of-the-operator.example"


class Case(unittest.TestCase):
    """A disk of its own for each class, and at most one machine at a time."""

    @classmethod
    def setUpClass(cls):
        cls.version = quick.built()
        cls.place = suite.place()
        cls.disk = str(cls.place / "disk.img")
        subprocess.check_call(["cp", "--sparse=always", OUT / f"surehop-{cls.version}-amd64.img", cls.disk])
        cls.box = None

    @classmethod
    def tearDownClass(cls):
        cls.off()
        shutil.rmtree(cls.place, ignore_errors=True)

    @classmethod
    def off(cls):
        if cls.box:
            cls.box.power_cut()
            cls.box = None

    @classmethod
    def on(cls, *drives, **options):
        cls.off()
        cls.box = box.Box(cls.disk, **{"memory": 384, **options}, drives=drives)
        return cls.box

    @classmethod
    def bundle(cls, kind, version):
        """A changed image, made once in a run."""
        made = Path(os.environ["SUREHOP_TEST_DIR"]) / f"{kind}-{version}.raucb"
        if not made.exists():
            subprocess.run([HERE / "qemu" / "variant", kind, version, made], check=True, capture_output=True)
        return str(made)

    @classmethod
    def stick(cls, label, **files):
        path = str(cls.place / f"{label.lower()}-{len(list(cls.place.iterdir()))}.img")
        return box.medium(path, label, {n.replace("__", "."): f for n, f in files.items()})

    def lab(self, text):
        """A medium whose script the lab image runs once, after it has confirmed itself."""
        script = self.place / f"lab-{time.monotonic_ns()}.sh"
        done = f"/data/lab-{script.stem[-12:]}"
        script.write_text(f"[ ! -e {done} ] || exit 0\ntouch {done}; sync\n{text}\n")
        return self.stick("SUREHOPLAB", lab__sh=str(script))

    def slot(self, machine, slot, since=0, seconds=400):
        at, (_, line) = machine.wait(HEALTHY, seconds, since)
        self.assertIn(f"slot {slot}", line)
        return at


def edit(disk, partition, offset, octets):
    """Overwrites octets of a partition; `offset` counts from its begin."""
    begin, _ = box.partition(disk, partition)
    with open(disk, "r+b") as file:
        file.seek(begin + offset)
        file.write(octets)


def cut_out(disk, partition, path):
    begin, size = box.partition(disk, partition)
    with open(disk, "rb") as file, open(path, "wb") as out:
        file.seek(begin)
        for _ in range(size >> 20):
            piece = file.read(1 << 20)
            out.write(piece) if any(piece) else out.seek(len(piece), 1)
        out.truncate(size)
    return path


class A_Builds(unittest.TestCase):
    """What needs no machine but time."""

    def test_1_two_builds_are_bit_identical(self):
        version = quick.built()
        again = Path(os.environ["SUREHOP_TEST_DIR"]) / "again"
        done = subprocess.run([HERE / "build", "--out", again], capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr[-2000:])
        try:
            for name in ("root.img", "boot.img", f"surehop-{version}-amd64.img"):
                same = subprocess.run(["cmp", OUT / name, again / name], capture_output=True, text=True)
                self.assertEqual("", same.stdout.strip(), name)
        finally:
            shutil.rmtree(again, ignore_errors=True)


class B_Refusals(Case):
    """UEFI and 256 MB of memory; bundles that no box may take; a backup; an update that stays."""

    def test_1_uefi_and_256_mb(self):
        machine = self.on(uefi=True, memory=256)
        self.slot(machine, "A")
        print("     ", machine.said(HEALTHY)[-1])

    def test_2_what_no_box_may_take_is_refused_and_what_it_may_is_taken(self):
        subprocess.run([HERE / "qemu" / "refused", self.place], check=True, capture_output=True)
        names = ["payload", "signature", "too-old", "wrong-box", "wrong-ca"]
        stick = self.stick("SUREHOPUPD", **{n.replace("-", "_") + "__raucb": str(self.place / (n + ".raucb"))
                                            for n in names}, zz_good__raucb=self.bundle("lab", "0.98.0"))
        machine = self.on(stick)
        for name, reason in (("payload", "damaged"), ("signature", "untrusted"), ("too_old", "too-old"),
                             ("wrong_box", "incompatible"), ("wrong_ca", "untrusted")):
            at, (_, line) = machine.wait(rf"update\.refused: {name}\.raucb: ", 300)
            self.assertIn(f"(update-{reason})", line)
            print("     ", line, flush=True)
        at, _ = machine.wait(r"update\.installed: zz_good", 400, at)
        at, _ = machine.wait(r"slot B version 0\.98\.0", 120, at)
        machine.wait(r"update\.confirmed: version 0\.98\.0 in slot B", 300, at)
        self.slot(machine, "B", at)
        self.off()
        state = box.environment(self.disk)
        self.assertEqual(("B", "1", "1", "0"), (state["ORDER"][0], state["A_OK"], state["B_OK"], state["B_TRY"]), state)

    def test_3_a_backup_is_for_its_owner_and_is_a_configuration_again(self):
        cert, key = str(self.place / "backup.pem"), str(self.place / "backup.key")
        pki.run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3", "-subj", "/CN=backup",
                "-keyout", key, "-out", cert)
        stick = self.stick("SUREHOPBAK", backup__pem=cert)
        machine = box.Box(self.disk, memory=256, drives=[stick], writable=True)
        type(self).box = machine
        _, (_, line) = machine.wait(r"backup written: (\S+\.cms)", 240)
        name = line.split()[-1]
        machine.wait(HEALTHY)
        self.off()
        backup = str(self.place / name)
        subprocess.check_call(["mcopy", "-i", stick, "::" + name, backup])
        self.assertNotIn(b"PRIVATE KEY", Path(backup).read_bytes())
        restored = str(self.place / "restored.img")
        subprocess.check_call([HERE / "restore", backup, key, cert, restored], stdout=subprocess.DEVNULL)
        machine = self.on(restored)
        machine.wait("configuration taken from medium", 240)
        machine.wait(HEALTHY)


class C_PowerCuts(Case):
    """Updates that are cut off, one that stays, and then what may go wrong with it."""

    def test_1_a_power_cut_at_any_point_leaves_a_slot_that_starts(self):
        seed = int(os.environ.get("SUREHOP_SEED", time.time_ns() % 1_000_000))
        cuts, chance = int(os.environ.get("SUREHOP_CUTS", "20")), random.Random(seed)
        print(f"      {cuts} power cuts, SUREHOP_SEED={seed}", flush=True)
        stick = type(self).update = self.stick("SUREHOPUPD", lab__raucb=self.bundle("lab", "0.98.0"))
        span = 40.0
        for number in range(cuts):
            machine = self.on(stick)
            at = self.slot(machine, "A")
            at, (begin, _) = machine.wait(r"update\.installing", 120, at)
            wanted = chance.uniform(0, span)
            end = time.monotonic() + wanted
            while time.monotonic() < end and not machine.said(r"slot B version"):
                time.sleep(0.05)
            ended = machine.said(r"update\.installed") or machine.said(r"slot B version")
            self.off()
            if ended:  # it came after the end: the next cuts fall within
                span = min(span, wanted)
                self.undo()
            print(f"      cut {number + 1}: {wanted:.1f} s after the begin"
                  + (" (it was installed)" if ended else ""), flush=True)
        machine = self.on()
        machine.wait(HEALTHY)

    def undo(self):
        """A new disk: the update was whole before the cut."""
        subprocess.check_call(["cp", "--sparse=always", OUT / f"surehop-{self.version}-amd64.img", self.disk])

    def test_2_an_update_is_confirmed_in_the_other_slot(self):
        machine = self.on(self.update)
        at, _ = machine.wait(r"update\.installed", 400)
        at, _ = machine.wait(r"slot B version 0\.98\.0", 120, at)
        machine.wait(r"update\.confirmed: version 0\.98\.0 in slot B", 300, at)
        self.slot(machine, "B", at)

    def test_3_a_gateway_that_hangs_is_started_anew(self):
        machine = self.on(self.lab("""
            pid=$(systemctl show -p MainPID --value surehop.service)
            kill -STOP $pid; echo "lab: stopped $pid"
            for i in $(seq 1 40); do
                sleep 3
                now=$(systemctl show -p MainPID --value surehop.service)
                [ "$now" = "$pid" ] || [ "$now" = 0 ] || ! systemctl -q is-active surehop.service || break
            done
            for i in 1 2 3 4 5 6; do /usr/lib/surehop/health && echo "lab: healthy again, $(systemctl show -p NRestarts --value surehop.service) restart" && break; sleep 5; done"""))
        at, _ = machine.wait(r"lab: stopped", 300)
        machine.wait(r"lab: healthy again, [1-9]", 240, at)

    def test_4_a_kernel_that_hangs_is_reset_by_the_watchdog(self):
        machine = self.on(self.lab(
            "echo 0 >/proc/sys/kernel/panic; echo 'lab: now it hangs'; sync; sleep 1; echo c >/proc/sysrq-trigger"))
        at, _ = machine.wait(r"lab: now it hangs", 300)
        at, _ = machine.wait(r"slot [AB] version", 150, at)
        machine.wait(HEALTHY, 300, at)

    def test_5_an_edited_slot_cfg_is_refused_and_the_other_slot_starts(self):
        keep = self.disk + ".keep"
        self.off()
        subprocess.check_call(["cp", "--sparse=always", self.disk, keep])
        active = box.environment(self.disk)["ORDER"][0].lower()
        other = "b" if active == "a" else "a"
        boot, tree, new = (str(self.place / n) for n in ("boot.img", "boot-tree", "boot-new.img"))
        cut_out(self.disk, f"boot-{active}", boot)
        subprocess.run(["unsquashfs", "-q", "-n", "-f", "-d", tree, boot], check=True, stdout=subprocess.DEVNULL)
        config = Path(tree, "slot.cfg")
        config.write_text(config.read_text().replace("surehop_version=", "surehop_version=9."))
        subprocess.run(["mksquashfs", tree, new, "-noappend", "-no-progress", "-quiet", "-comp", "gzip"], check=True)
        edit(self.disk, f"boot-{active}", 0, Path(new).read_bytes())
        machine = self.on()
        at, _ = machine.wait(rf"slot {active.upper()} refused", 120)
        self.slot(machine, other.upper(), at)
        self.off()
        os.replace(keep, self.disk)

    def test_6_a_damaged_block_of_the_root_brings_the_other_slot(self):
        self.off()
        state = box.environment(self.disk)
        active = state["ORDER"][0].lower()
        other = "b" if active == "a" else "a"
        begin, size = box.partition(self.disk, f"root-{active}")
        # Every third of many blocks where the programs of the start lie: one of them will be read.
        for block in range(64, 18000, 97):
            edit(self.disk, f"root-{active}", block * 4096, b"\xa5" * 64)
        machine = self.on()
        at, _ = machine.wait(r"verity|panic|FATAL", 200)
        at, _ = machine.wait(rf"slot {other.upper()} version", 200, at)
        self.slot(machine, other.upper(), at)


class D_Reset(Case):
    """A factory reset leaves the identity of the box and nothing of its owner."""

    def test_1_by_the_menu_and_then_nothing_of_the_owner_is_found(self):
        keys = Keys(self.place)
        stick = box.medium(str(self.place / "cfg.img"), "SUREHOPCFG", medium.files(
            self.place, keys, lambda tree: tree["routes"].append({"domain": MARK, "to": "refuse", "side": "outside"})))
        machine = self.on(stick, memory=384)
        _, (_, made) = machine.wait(r"new identity (\S+);", 240)
        machine.wait("configuration taken from medium", 240)
        machine.wait(HEALTHY)
        time.sleep(8)  # what ext4 holds back is written
        self.off()
        secret = Path(keys.gateway[1]).read_text().splitlines()[1].encode()
        before = Path(cut_out(self.disk, "data", str(self.place / "before"))).read_bytes()
        self.assertIn(MARK.encode(), before)
        self.assertIn(secret, before)
        machine = self.on()
        machine.wait(r"Surehop, slot A|GNU GRUB", 60)
        for _ in range(3):
            machine.process.stdin.write(b"\x1b[B")
            machine.process.stdin.flush()
            time.sleep(0.2)
        machine.process.stdin.write(b"\r")
        machine.process.stdin.flush()
        at, _ = machine.wait(r"factory reset", 120)
        machine.wait(r"box\.reset", 240, at)
        machine.wait(r"factory configuration", 240, at)
        machine.wait(HEALTHY, since=at)
        self.assertEqual([], machine.said("new identity"), "the identity must stay")
        self.off()
        after = Path(cut_out(self.disk, "data", str(self.place / "after"))).read_bytes()
        self.assertNotIn(MARK.encode(), after)
        self.assertNotIn(secret, after)
        self.assertIn(made.split("surehop-")[2][:12].encode(), after)


class E_Network(Case):
    """Asked by SNMP, fetched over HTTPS from a host whose CA is pinned, told by traps and MQTT."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spaces = spaces.Spaces()
        cls.started = []

    @classmethod
    def tearDownClass(cls):
        for each in cls.started:
            each.end()
        super().tearDownClass()
        cls.spaces.remove()

    def start(self, name, *command):
        self.started.append(processes.Process(command, self.place / f"{name}.log", self.spaces.caller.name))
        return self.started[-1]

    def configuration(self, keys):
        for name in ("auth", "priv"):
            (self.place / name).write_text(f"{name}-passphrase-1")

        def change(tree):
            tree["snmp"] = {"enabled": True, "address": "0.0.0.0", "port": 1161, "users": [
                {"name": "monitor", "auth-passphrase": "file:auth", "priv-passphrase": "file:priv"}],
                "receivers": [{"name": "noc", "address": spaces.CALLER, "port": 1162, "user": "monitor",
                               "inform": True}]}
            tree["mqtt"] = {"enabled": True, "uri": f"ssl://{spaces.CALLER}:8883", "trust": "ca.pem"}
            tree["upkeep"] = {"update-user": "monitor"}

        found = medium.files(self.place, keys, change)
        found |= {n: str(self.place / n) for n in ("auth", "priv")}
        found |= {"ca.pem": str(keys.trust), "update/ca.pem": str(keys.trust)}
        return found

    def test_1_an_update_by_snmp_and_https_is_told_at_each_step(self):
        keys = Keys(self.place)
        own = keys.ca.tls("station", "station.example", extra=[f"IP:{spaces.CALLER}"])
        web = self.place / "web"
        web.mkdir()
        os.link(self.bundle("lab", "0.98.0"), web / "new.raucb")
        self.receivers(keys, own)
        self.start("web", sys.executable, HERE / "qemu" / "files.py", spaces.CALLER, "8443", own[0], own[1], web)
        stick = box.medium(str(self.place / "cfg.img"), "SUREHOPCFG", self.configuration(keys))
        machine = self.on(stick, memory=384, taps=self.spaces.order())
        machine.wait("configuration taken from medium", 240)
        self.slot(machine, "A")
        self.ask("https://192.168.77.2:8444/nothing.raucb")
        at, _ = machine.wait(r"update\.refused", 120)
        self.ask(f"https://{spaces.CALLER}:8443/new.raucb")
        at, _ = machine.wait(r"update\.installed", 600, at)
        at, _ = machine.wait(r"update\.confirmed: version 0\.98\.0 in slot B", 400, at)
        for kind in ("update.requested", "update.refused", "update.installing", "update.confirmed"):
            label = kind.replace("update.", "update").replace("updatec", "updateC").replace(
                "updater", "updateR").replace("updatei", "updateI")
            processes.until(lambda k=kind: k in self.messages.output(), f"{kind} by MQTT", 30, 1)
            processes.until(lambda n=label: n in (self.place / "traps").read_text(), f"{label} by SNMP", 30, 1)

    def receivers(self, keys, own):
        config = self.place / "mosquitto.conf"
        config.write_text(f"user root\nlistener 8883 {spaces.CALLER}\ncafile {keys.trust}\ncertfile {own[0]}\n"
                          f"keyfile {own[1]}\nallow_anonymous true\n")
        self.start("mosquitto", "mosquitto", "-c", config)
        time.sleep(2)
        type(self).messages = self.start(
            "messages", "mosquitto_sub", "-h", spaces.CALLER, "-p", "8883", "--insecure", "--cafile", keys.trust,
            "-V", "mqttv5", "-t", "surehop/#", "-F", "%t %p")
        traps = self.place / "snmptrapd.conf"
        traps.write_text("createUser monitor SHA-256 auth-passphrase-1 AES priv-passphrase-1\nauthUser log monitor priv\n")
        (self.place / "traps").write_text("")
        self.start("snmptrapd", "env", f"SNMP_PERSISTENT_DIR={self.place}/state", "snmptrapd", "-f", "-Lf",
                   self.place / "traps", "-C", "-c", traps, "-M", HERE.parent / "mibs", "-m", "ALL",
                   "-x", f"unix:{self.place}/agentx", f"udp:{spaces.CALLER}:1162")

    def ask(self, address):
        def done():
            code, _, said = processes.output_of(
                "ip", "netns", "exec", self.spaces.caller.name, "snmpset", "-v3", "-l", "authPriv", "-u", "monitor",
                "-a", "SHA-256", "-A", "auth-passphrase-1", "-x", "AES", "-X", "priv-passphrase-1", "-t", "5",
                "-M", HERE.parent / "mibs", "-m", "SUREHOP-MIB", f"{spaces.BOX_INSIDE}:1161",
                "surehopUpdateRequest.0", "s", address)
            return code == 0
        processes.until(done, "the box takes the request", 60, 2)


if __name__ == "__main__":
    unittest.main()
