"""What the quick test leaves out, in QEMU: UEFI and 256 MB, what must be refused, power cuts, damage, watchdogs, reset,
backup, updates over the network with their reports. One box at a time; the tests run in the order of their numbers.

SUREHOP_CUTS    how many power cuts (default 20)      SUREHOP_SEED  of the chance in them (printed)
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

from lib import pki, processes  # noqa: E402
from lib.gateway import Keys  # noqa: E402
from qemu import box, medium, spaces  # noqa: E402
from qemu.case import HEALTHY, Case, choose, cut_out  # noqa: E402
from qemu.cuts import C_PowerCuts  # noqa: E402, F401
from qemu.lasting import F_Lasting  # noqa: E402, F401
from qemu.offline import OUT, built  # noqa: E402
from qemu.release import A_ReleaseKeys  # noqa: E402, F401

MARK = "the-mark-of-the-operator.example"


class A_Builds(unittest.TestCase):
    """What needs no machine but time."""

    def test_1_two_builds_are_bit_identical(self):
        version = built()
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
        names = ["expired", "not-yet", "payload", "revoked", "signature", "too-old", "wrong-box", "wrong-ca"]
        stick = self.stick("SUREHOPUPD", **{n.replace("-", "_") + "__raucb": str(self.place / (n + ".raucb"))
                                            for n in names}, zz_good__raucb=self.bundle("lab", "0.98.0"))
        # Its clock is years behind: it counts from what the image knows of the time.
        machine = self.on(stick, memory=256, clock="2020-01-01T00:00:00")
        for name, reason in (("expired", "untrusted"), ("not_yet", "untrusted"), ("payload", "damaged"),
                             ("revoked", "untrusted"), ("signature", "untrusted"), ("too_old", "too-old"),
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
        choose(machine, 3)
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
        processes.until(self.broker, "the broker listens", 20)
        type(self).messages = self.start(
            "messages", "mosquitto_sub", "-h", spaces.CALLER, "-p", "8883", "--insecure", "--cafile", keys.trust,
            "-V", "mqttv5", "-t", "surehop/#", "-F", "%t %p")
        traps = self.place / "snmptrapd.conf"
        traps.write_text("createUser monitor SHA-256 auth-passphrase-1 AES priv-passphrase-1\nauthUser log monitor priv\n")
        (self.place / "traps").write_text("")
        self.start("snmptrapd", "env", f"SNMP_PERSISTENT_DIR={self.place}/state", "snmptrapd", "-f", "-Lf",
                   self.place / "traps", "-C", "-c", traps, "-M", HERE.parent / "mibs", "-m", "ALL",
                   "-x", f"unix:{self.place}/agentx", f"udp:{spaces.CALLER}:1162")

    def broker(self):
        with self.spaces.caller.inside(), contextlib.suppress(OSError):
            return socket.create_connection((spaces.CALLER, 8883), timeout=2).close() is None
        return False

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
