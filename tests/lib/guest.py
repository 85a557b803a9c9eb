"""Another kernel, for what this machine's kernel cannot do: Debian's own, booted in QEMU without
acceleration, with the files of this machine as its root. Nothing is installed for it here: the
kernel's package is fetched and unpacked below the test directory.
"""

import os
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

from . import processes, suite

BOOT = ("9p", "9pnet_virtio", "virtio_pci", "virtio_rng")
INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc
for module in /modules/*; do /bin/busybox insmod $module; done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose host /root \\
    || /bin/busybox poweroff -f
exec /bin/busybox switch_root /root /bin/sh %s
"""
# /run is the guest's own, so namespaces and the database of a journal are, too.
START = """export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root PYTHONDONTWRITEBYTECODE=1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/shm
mount -t tmpfs run /run
mkdir -p /run/netns /run/work
ip link set lo up
for module in %(modules)s; do modprobe -d %(tree)s $module || echo "no module $module"; done
%(exports)s
cd %(cwd)s
( %(command)s ) > %(out)s 2>&1 < /dev/null
echo $? > %(code)s
sync
echo o > /proc/sysrq-trigger
while :; do sleep 1; done
"""


class Guest:
    """One kernel with its modules, and commands that it runs."""

    def __init__(self, place):
        suite.needs_root()
        suite.needs("qemu-system-x86_64", "busybox", "cpio", "apt-get", "dpkg-deb", "depmod")
        self.place = Path(place)
        self.tree = self.place / "kernel"
        self._fetch()
        self.version = next((self.tree / "lib" / "modules").iterdir()).name
        self._ramdisk()

    def _fetch(self):
        """The package that Debian's linux-image-amd64 stands for."""
        _, text, _ = processes.output_of("apt-cache", "depends", "linux-image-amd64")
        names = [w for w in text.split() if w.startswith("linux-image-") and w[12:13].isdigit()]
        if not names:
            raise unittest.SkipTest("no kernel package is known to apt")
        code, _, err = processes.output_of("apt-get", "-qq", "download", names[0], timeout=300,
                                           cwd=self.place)
        if code:
            raise unittest.SkipTest(f"no kernel could be fetched: {err.strip()[-200:]}")
        package = next(self.place.glob("linux-image-*.deb"))
        subprocess.run(["dpkg-deb", "-x", package, self.tree], check=True)
        package.unlink()

    def _ramdisk(self):
        inside = self.place / "initrd"
        for part in ("bin", "modules", "root"):
            (inside / part).mkdir(parents=True)
        shutil.copy("/bin/busybox", inside / "bin")
        subprocess.run(["depmod", "-b", self.tree, self.version], check=True)
        wanted = []
        for module in BOOT:
            _, text, _ = processes.output_of("modprobe", "-d", self.tree, "-S", self.version,
                                             "--show-depends", module)
            wanted += [row.split()[1] for row in text.splitlines() if row.startswith("insmod")]
        for number, file in enumerate(dict.fromkeys(wanted)):
            shutil.copy(file, inside / "modules" / f"{number:02}-{Path(file).name}")
        (inside / "init").write_text(INIT % (self.place / "start.sh"))
        (inside / "init").chmod(0o755)
        made = subprocess.run("find . | cpio -o -H newc --quiet | gzip -1", shell=True, cwd=inside,
                              check=True, stdout=subprocess.PIPE).stdout
        (self.place / "initrd.gz").write_bytes(made)

    def run(self, command, modules, exports, timeout=1500):
        """(exit code, output) of a command; the code is None when the guest did not get there."""
        out, code = self.place / "out.txt", self.place / "code.txt"
        for file in (out, code):
            file.unlink(missing_ok=True)
        words = "\n".join(f"export {k}={shlex.quote(v)}" for k, v in exports.items())
        (self.place / "start.sh").write_text(START % {
            "modules": " ".join(modules), "tree": self.tree, "exports": words,
            "cwd": shlex.quote(os.getcwd()), "command": command, "out": out, "code": code})
        kernel = next((self.tree / "boot").glob("vmlinuz-*"))
        machine = processes.Process(
            ["qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
             "-m", "1200", "-nodefaults", "-nographic", "-serial", "stdio", "-no-reboot",
             "-kernel", kernel, "-initrd", self.place / "initrd.gz",
             "-append", "console=ttyS0 quiet panic=-1 random.trust_cpu=on",
             "-fsdev", "local,id=root,path=/,security_model=none,multidevs=remap",
             "-device", "virtio-9p-pci,fsdev=root,mount_tag=host",
             "-object", "rng-random,id=rng,filename=/dev/urandom",
             "-device", "virtio-rng-pci,rng=rng"], self.place / "console.txt")
        try:
            processes.until(lambda: not machine.running, "the guest ends", timeout, 0.5)
        finally:
            machine.end(1)
        if not code.exists():
            return None, machine.output()[-3000:]
        return int(code.read_text()), out.read_text(errors="replace")
