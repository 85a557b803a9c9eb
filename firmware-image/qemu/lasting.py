"""What must last: a box starts whatever its slots and its boot environment say, keeps who it is through a reset that is
cut off, and goes on with what a newer version has left behind."""

import sqlite3
import subprocess
import time
from pathlib import Path

from lib.gateway import Keys

from . import box, medium
from .case import HEALTHY, STARTS, Case, choose, cut_out, edit


def change_environment(disk, *settings):
    """Sets GRUB's variables in the ESP; without any the environment is gone."""
    offset, _ = box.partition(disk, "esp")
    where = f"{disk}@@{offset}"
    if not settings:
        subprocess.check_call(["mdel", "-i", where, "::grub/grubenv"])
        return
    file = disk + ".env"
    subprocess.check_call(["mcopy", "-o", "-i", where, "::grub/grubenv", file])
    subprocess.check_call(["grub-editenv", file, "set", *settings])
    subprocess.check_call(["mcopy", "-o", "-i", where, file, "::grub/grubenv"])


class F_Lasting(Case):
    """One box, in the order of the numbers."""

    def test_1_when_every_slot_has_spent_its_try_each_gets_another(self):
        change_environment(self.disk, "A_TRY=1", "B_TRY=1", "B_OK=1", "ORDER=B A")
        boot = cut_out(self.disk, "boot-a", str(self.place / "boot-a"))
        edit(self.disk, "boot-a", 0, b"\0" * 4096)
        machine = self.on()
        at = 0
        for slot in ("B", "A", "B", "A"):  # B is empty; A is damaged: the box goes on trying
            at, _ = machine.wait(rf"slot {slot} refused", 120, at)
            at += 1
        self.off()
        edit(self.disk, "boot-a", 0, Path(boot).read_bytes()[:4096])
        machine = self.on()
        self.slot(machine, "A")

    def test_2_a_box_whose_boot_environment_is_lost_starts_and_makes_it_anew(self):
        self.off()
        change_environment(self.disk)
        machine = self.on()
        at, (_, line) = machine.wait(STARTS, 300)
        self.assertIn("slot A", line)
        self.slot(machine, "A", at)
        self.off()
        self.assertEqual("1", box.environment(self.disk)["A_OK"])

    def test_3_a_reset_that_is_cut_off_is_gone_on_with_and_the_box_stays_who_it_is(self):
        # What a reset keeps was in memory only while the partition was overwritten: a power failure left a box with another
        # name, other keys and no memory of what it must refuse.
        keys = Keys(self.place)
        stick = box.medium(str(self.place / "cfg.img"), "SUREHOPCFG", medium.files(self.place, keys))
        machine = self.on(stick)
        machine.wait("configuration taken from medium", 240)
        machine.wait(HEALTHY)
        time.sleep(8)  # what ext4 holds back is written
        self.off()
        secret = Path(keys.gateway[1]).read_text().splitlines()[1].encode()
        whole = str(self.place / "whole.img")
        subprocess.check_call(["cp", "--sparse=always", self.disk, whole])
        machine = self.on()
        choose(machine, 3)
        cut = []
        for number, words in enumerate(("factory reset", "reset: erasing", "reset: making the data")):
            machine.wait(words, 120)
            cut.append(machine.as_cut_off_now(str(self.place / f"cut-{number}.img")))
        _, (_, name) = machine.wait("factory configuration, name ", 240)
        machine.wait(HEALTHY)
        name = name.split()[-1]
        for disk in cut[1:]:
            machine = self.on(disk=disk)
            at, _ = machine.wait("a reset was cut off: going on with it", 240)
            at, _ = machine.wait("reset: done", 120, at)
            machine.wait(r"box\.reset", 240, at)
            self.assertEqual([], machine.said("new identity"))
            self.assertIn(name, machine.wait("factory configuration, name ", 240, at)[1][1])
            self.off()
            after = Path(cut_out(disk, "data", str(self.place / "after"))).read_bytes()
            self.assertNotIn(secret, after)
            self.assertNotIn(b"surehop-reset ", after[-(1 << 20):])

    def test_4_the_older_slot_goes_on_with_what_a_newer_one_left(self):
        # It refused the journal and the configuration of the newer one, stayed up, confirmed as it was, and carried no call.
        self.off()
        self.factory(self.disk)
        machine = self.on(self.stick("SUREHOPUPD", lab__raucb=self.bundle("lab", "0.98.0")))
        at, _ = machine.wait(r"update\.installed", 400, self.slot(machine, "A"))
        machine.wait(r"update\.confirmed: version 0\.98\.0 in slot B", 600, at)
        self.off()
        journal = self.place / "journal.db"
        with sqlite3.connect(journal) as newer:
            newer.executescript("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('schema', '99')")
        script = self.place / "newer.sh"
        script.write_text("""systemctl stop surehop; cp /run/lab/journal.db /var/lib/surehop/journal.db
            rm -f /var/lib/surehop/journal.db-*; chown surehop: /var/lib/surehop/journal.db
            echo 'of-a-newer-version: true' >>/data/config/surehop.yaml
            rauc status mark-bad; sync; systemctl --no-block reboot""")
        machine = self.on(self.stick("SUREHOPLAB", lab__sh=str(script), journal__db=str(journal)))
        at, _ = machine.wait(r"slot A version", 500)
        at, _ = machine.wait(r"config\.refused: this image cannot read the configuration", 400, at)
        self.slot(machine, "A", at, 500)
        self.off()
        kept = Path(cut_out(self.disk, "data", str(self.place / "data"))).read_bytes()
        self.assertIn(b"journal.db.set-aside", kept)
