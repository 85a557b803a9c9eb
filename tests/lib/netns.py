"""Network namespaces with a name that only this run has, and sockets inside them.

A socket stays in the namespace it was made in, so a thread may step in, make it, and step out.
"""

import contextlib
import ctypes
import itertools
import os
import subprocess

CLONE_NEWNET = 0x40000000
PREFIX = os.environ.get("SUREHOP_NETNS", f"shtest{os.getpid()}")
MADE = []
NUMBERS = itertools.count(1)


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """One namespace with its loopback up."""

    def __init__(self, name):
        self.name = f"{PREFIX}-{next(NUMBERS)}-{name}"
        ip("netns", "add", self.name)
        MADE.append(self)
        self.ip("link", "set", "lo", "up")
        self.run("sysctl", "-qw", "net.ipv6.conf.default.dad_transmits=0",
                 "net.ipv6.conf.default.accept_dad=0")  # addresses work at once

    def ip(self, *arguments):
        return ip("-n", self.name, *arguments)

    def run(self, *arguments, octets=None):
        done = subprocess.run(["ip", "netns", "exec", self.name, *arguments], input=octets,
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} in {self.name}: {done.stderr.strip()}")
        return done.stdout

    @contextlib.contextmanager
    def inside(self):
        """The calling thread is in the namespace while the block runs."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            enter(libc, there.fileno())
            try:
                yield
            finally:
                enter(libc, home.fileno())

    def remove(self):
        if self in MADE:
            MADE.remove(self)
            with contextlib.suppress(RuntimeError):
                ip("netns", "del", self.name)


def enter(libc, fd):
    if libc.setns(fd, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, "setns: " + os.strerror(number))


def remove_all():
    for namespace in list(MADE):
        namespace.remove()


def cable(a, b, names, addresses):
    """A veth pair between two namespaces; addresses are (of a, of b) lists in CIDR form."""
    ip("link", "add", names[0], "netns", a.name, "type", "veth",
       "peer", "name", names[1], "netns", b.name)
    for space, name, wanted in ((a, names[0], addresses[0]), (b, names[1], addresses[1])):
        for address in wanted:
            nodad = ["nodad"] if ":" in address else []
            space.ip("addr", "add", address, "dev", name, *nodad)
        space.ip("link", "set", name, "up")
