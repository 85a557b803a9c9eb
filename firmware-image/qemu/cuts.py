"""Updates that are cut off, one that stays, and then what may go wrong with it: services, kernel, octets on the disk."""

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from . import box
from .case import HEALTHY, STARTS, Case, cut_out, edit, whole_slot
from .offline import OUT


class C_PowerCuts(Case):
    """Updates that are cut off, one that stays, and then what may go wrong with it."""

    def test_1_a_power_cut_at_any_point_leaves_a_slot_that_starts(self):
        """The points lie at chance octets of what one install writes, so that they cover it however fast the machine
        is; at each the disk is kept as a pulled plug would leave it, and then each of these disks is started."""
        seed = int(os.environ.get("SUREHOP_SEED", time.time_ns() % 1_000_000))
        cuts, chance = int(os.environ.get("SUREHOP_CUTS", "20")), random.Random(seed)
        print(f"      {cuts} power cuts, SUREHOP_SEED={seed}", flush=True)
        stick = type(self).update = self.stick("SUREHOPUPD", lab__raucb=self.bundle("lab", "0.98.0"))
        whole = sum((OUT / name).stat().st_size for name in ("root.img", "boot.img"))
        points = sorted(chance.uniform(0, 0.995 * whole) for _ in range(cuts))
        last = ""
        for number, (disk, octets, ended) in enumerate(self.cut_off(stick, points), 1):
            state = box.environment(disk)
            slot = state["ORDER"][0] if ended and state[state["ORDER"][0] + "_OK"] == "1" else "A"
            self.assertEqual("1", state[slot + "_OK"], state)
            whole_slot(disk, slot.lower(), self.place)
            machine = self.on(disk=disk)
            _, (took, line) = machine.wait(STARTS, 300)
            self.assertRegex(line, "slot [AB]" if ended else "slot A")
            print(f"      cut {number} after {octets / 1e6:.1f} MB{' (installed)' if ended else ''}: "
                  f"{line.split(': ')[1]}, {took:.0f} s after power-on", flush=True)
            self.off()
            if last:
                os.remove(last)
            last = disk
        os.replace(last, self.disk)

    def cut_off(self, stick, points):
        """One install on this disk; for each point the disk as it was then, what was written, whether it had ended."""
        machine = self.on(stick)
        at = self.slot(machine, "A")
        machine.wait(r"update\.installing", 240, at)
        begin, end, kept = machine.written(), time.monotonic() + 1800, []
        for point in points:
            while machine.written() - begin < point and not machine.said(r"update\.installed"):
                self.assertLess(time.monotonic(), end, machine.tail())
                time.sleep(0.01)
            octets, ended = machine.written() - begin, bool(machine.said(r"update\.installed"))
            disk = machine.as_cut_off_now(str(self.place / f"cut-{len(kept)}.img"))
            kept.append((disk, octets, ended))
        self.off()
        return kept

    def test_2_an_update_is_confirmed_in_the_other_slot(self):
        # On the last of the cut disks: what was cut off is tried again, from the same medium.
        machine = self.on(self.update)
        at, _ = machine.wait(r"update\.installed|slot B version 0\.98\.0", 400)
        at, _ = machine.wait(r"slot B version 0\.98\.0", 120, at)
        machine.wait(r"update\.confirmed: version 0\.98\.0 in slot B", 400, at)
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
            "echo 0 >/proc/sys/kernel/panic; echo 'lab: now it hangs'; sync; sleep 1; echo c >/proc/sysrq-trigger"),
            watchdog=True)
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
