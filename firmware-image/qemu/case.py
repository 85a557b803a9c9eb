"""What the tests of a whole box share: a disk for each class, media, changed images."""

import os
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from lib import suite

from . import box
from .offline import HERE, OUT, built

HEALTHY = r"surehop-firmware: healthy, version (\S+), slot ([AB])"
STARTS = r"surehop-firmware: starting version (\S+), slot ([AB])"


class Case(unittest.TestCase):
    """A disk of its own for each class, and at most one machine at a time."""

    @classmethod
    def setUpClass(cls):
        cls.version = built()
        cls.place = suite.place()
        cls.disk = str(cls.place / "disk.img")
        cls.factory(cls.disk)
        cls.box = None

    @classmethod
    def factory(cls, disk):
        subprocess.check_call(["cp", "--sparse=always", OUT / f"surehop-{cls.version}-amd64.img", disk])

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
        disk = options.pop("disk", cls.disk)
        cls.box = box.Box(disk, **{"memory": 384, **options}, drives=drives)
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


def whole_slot(disk, slot, place):
    """Signatures and verity tree of a slot as GRUB and the kernel would find them; CalledProcessError else."""
    boot, tree, root = (str(place / f"{part}-of-slot") for part in ("boot", "tree", "root"))
    cut_out(disk, f"boot-{slot}", boot)
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["unsquashfs", "-q", "-n", "-d", tree, boot], check=True, capture_output=True)
    for file in ("vmlinuz", "initrd", "slot.cfg"):
        subprocess.run(["gpgv", "-q", "--keyring", HERE / "target/trial-keys/boot.gpg", f"{tree}/{file}.sig", f"{tree}/{file}"],
                       check=True, capture_output=True)
    blocks, _, _, digest = Path(tree, "slot.cfg").read_text().split("surehop_verity=")[1].split()[0].split(":")
    cut_out(disk, f"root-{slot}", root)
    subprocess.run(["veritysetup", "verify", f"--hash-offset={int(blocks) * 4096}", root, root, digest], check=True,
                   capture_output=True)


def choose(machine, down):
    """The entry of GRUB's menu that lies so many below the first."""
    machine.wait(r"Surehop, slot A|GNU GRUB", 60)
    for key in ["\x1b[B"] * down + ["\r"]:
        machine.type(key)
        time.sleep(0.2)
