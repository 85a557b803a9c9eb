"""The appliance in QEMU: one machine, its serial console as stamped lines, its disk as files."""
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

PATIENCE = float(os.environ.get("SUREHOP_PATIENCE", "1"))
# Without what only slows an emulator down: its walks through five levels of pages, and a new translation after each stac and clac.
CPU = "max,la57=off,smap=off,smep=off,umip=off"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Box:
    """A machine from power-on to power-off. Software emulation, always: /dev/kvm may open and then hang.

    A reset of the guest ends QEMU, and another one goes on with the same disk and the same console: in one that stays, the
    kernel comes up at half the speed after a reset."""

    def __init__(self, disk, memory=512, uefi=False, drives=(), taps=(), forward=(), name="box", writable=False,
                 extra=(), arch="amd64", clock=None, watchdog=False):
        self.disk, self.lines, self.new = disk, [], threading.Condition()
        self.ports = {inside: free_port() for inside in forward}
        self.directory = tempfile.mkdtemp(prefix="surehop-qemu-")
        kind = {"amd64": ["qemu-system-x86_64", "-machine", "q35,smm=off", "-cpu", CPU],
                "arm64": ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"]}[arch]
        command = [*kind, "-name", name, "-accel", "tcg,thread=multi", "-smp", "2", "-m", str(memory), "-display", "none", "-serial", "stdio",
                   "-action", "reboot=shutdown",
                   "-monitor", f"unix:{self.directory}/monitor,server,nowait",
                   "-drive", f"file={disk},format=raw,if=virtio,cache=unsafe",
                   "-object", "rng-random,filename=/dev/urandom,id=rng", "-device", "virtio-rng-pci,rng=rng"]
        if watchdog:  # only where it is tested: on a busy host an emulated box may do nothing for half a minute
            command += ["-device", "i6300esb", "-action", "watchdog=reset"]
        if clock:
            command += ["-rtc", f"base={clock}"]
        command += extra
        if uefi:
            code, blank = {"amd64": ("OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd"),
                           "arm64": ("AAVMF/AAVMF_CODE.fd", "AAVMF/AAVMF_VARS.fd")}[arch]
            variables = f"{self.directory}/vars.fd"
            shutil.copy(f"/usr/share/{blank}", variables)
            command += ["-drive", f"if=pflash,format=raw,readonly=on,file=/usr/share/{code}",
                        "-drive", f"if=pflash,format=raw,file={variables}"]
        for drive in drives:
            command += ["-drive", f"file={drive},format=raw,if=virtio,readonly={'off' if writable else 'on'}"]
        for number, tap in enumerate(taps):
            command += ["-netdev", f"tap,id=net{number},fd={tap}",
                        "-device", f"virtio-net-pci,netdev=net{number}"]
        if not taps:
            doors = "".join(f",hostfwd=tcp:127.0.0.1:{out}-:{door}" for door, out in self.ports.items())
            command += ["-netdev", "user,id=net0,restrict=on" + doors,
                        "-device", "virtio-net-pci,netdev=net0"]
        self.begin, self.command, self.taps = time.monotonic(), command, taps
        self.is_on, self.switch = True, threading.Lock()
        self._power_on()
        threading.Thread(target=self._read, daemon=True).start()

    def _power_on(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, pass_fds=self.taps)

    def _read(self):
        again = True
        while again:
            for raw in self.process.stdout:
                self._line(raw)
            # 0 is a reset; whatever else ended it says why on the console.
            with self.switch:
                again = self.process.wait() == 0 and self.is_on
                if again:
                    self._power_on()
        self.is_on = False
        with self.new:
            self.new.notify_all()

    def _line(self, raw):
        line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", raw.decode(errors="replace")).strip()
        self._keep(line)
        with self.new:
            self.lines.append((time.monotonic() - self.begin, line))
            self.new.notify_all()

    def _keep(self, line):
        """Where SUREHOP_CONSOLE names a file, the console can be watched there."""
        if "SUREHOP_CONSOLE" in os.environ:
            with open(os.environ["SUREHOP_CONSOLE"], "a") as log:
                log.write(f"[{time.monotonic() - self.begin:7.2f}] {line}\n")

    def wait(self, pattern, seconds=300, since=0):
        """The first line from number `since` on that matches; AssertionError with the console's end otherwise."""
        seconds *= max(1.0, PATIENCE / 3)
        end, at, wanted = time.monotonic() + seconds, since, re.compile(pattern)
        with self.new:
            while True:
                while at < len(self.lines):
                    if wanted.search(self.lines[at][1]):
                        return at, self.lines[at]
                    at += 1
                if not self.is_on or time.monotonic() > end:
                    raise AssertionError(f"the console never said {pattern!r}:\n" + self.tail())
                self.new.wait(min(1.0, max(0.0, end - time.monotonic())))

    def type(self, keys):
        self.process.stdin.write(keys.encode())
        self.process.stdin.flush()

    def said(self, pattern):
        return [line for _, line in list(self.lines) if re.search(pattern, line)]

    def tail(self, count=40):
        return "\n".join(f"[{at:7.2f}] {line}" for at, line in self.lines[-count:])

    def monitor(self, command):
        """What QEMU answers to a command of its monitor."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(f"{self.directory}/monitor")
            said = b""
            for words in ("", command + "\n"):
                s.sendall(words.encode())
                begin = len(said)
                while not said[begin:].endswith(b"(qemu) "):
                    piece = s.recv(65536)
                    if not piece:
                        raise AssertionError(f"the monitor ended after {said[-200:]!r}")
                    said += piece
            return said.decode(errors="replace")

    def written(self):
        """Octets that the box has written to its disk since power-on."""
        return int(re.search(r"wr_bytes=(\d+)", self.monitor("info blockstats"))[1])

    def as_cut_off_now(self, path):
        """A copy of the disk as it would be had the plug been pulled at this moment."""
        self.monitor("stop")
        try:
            subprocess.check_call(["cp", "--sparse=always", self.disk, path])
        finally:
            self.monitor("cont")
        return path

    def power_cut(self):
        """No orderly end: what a pulled plug leaves is what is on the disk."""
        with self.switch:
            self.is_on = False
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.power_cut()


def partition(disk, name):
    """Offset and length in octets of the partition of that name."""
    table = json.loads(subprocess.check_output(["sfdisk", "-J", disk]))["partitiontable"]
    found, = [p for p in table["partitions"] if p.get("name") == name]
    return found["start"] * 512, found["size"] * 512


def environment(disk):
    """GRUB's variables, read from the ESP without a mount."""
    offset, _ = partition(disk, "esp")
    with tempfile.TemporaryDirectory() as d:
        subprocess.check_call(["mcopy", "-o", "-i", f"{disk}@@{offset}", "::grub/grubenv", d + "/env"])
        listed = subprocess.check_output(["grub-editenv", d + "/env", "list"], text=True)
    return dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)


def medium(path, label, files):
    """A FAT medium with these files (name on the medium -> path here)."""
    size = sum(os.path.getsize(f) for f in files.values()) // 1048576 + 34
    with open(path, "wb") as image:
        image.truncate(size << 20)
    subprocess.check_call(["mkfs.fat", "-n", label, path], stdout=subprocess.DEVNULL)
    for directory in sorted({os.path.dirname(name) for name in files} - {""}):
        subprocess.check_call(["mmd", "-i", path, "::" + directory])
    for name, source in files.items():
        subprocess.check_call(["mcopy", "-o", "-i", path, source, "::" + name])
    return path
