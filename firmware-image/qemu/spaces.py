"""Where the box stands in a test: a caller behind its lan1, a callee beyond its wan0, each in a namespace.

      caller                      box (QEMU)                       callee
    192.168.77.2  --- tap --- lan1 192.168.77.1 | wan0 203.0.113.10 --- tap ---  203.0.113.1
"""

import fcntl
import os
import struct

from lib import netns

CALLER, CALLEE = "192.168.77.2", "203.0.113.1"
BOX_INSIDE, BOX_OUTSIDE = "192.168.77.1", "203.0.113.10"


TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000


def tap(space):
    """A tap named tap0 in that namespace, as a descriptor that QEMU inherits."""
    with space.inside():
        descriptor = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", b"tap0", IFF_TAP | IFF_NO_PI))
    os.set_inheritable(descriptor, True)
    return descriptor


class Spaces:
    """Two namespaces, each with one tap that QEMU opens."""

    def __init__(self):
        self.caller, self.callee = netns.Namespace("caller"), netns.Namespace("callee")
        self.taps = {}
        for space, address in ((self.caller, CALLER), (self.callee, CALLEE)):
            self.taps[space] = tap(space)
            space.ip("addr", "add", address + "/24", "dev", "tap0")
            space.ip("link", "set", "tap0", "up")
        self.caller.ip("route", "add", "default", "via", BOX_INSIDE)
        self.callee.ip("route", "add", "192.168.77.0/24", "via", BOX_OUTSIDE)

    def order(self):
        """The taps as the box counts its ports: wan0, then lan1."""
        return [self.taps[self.callee], self.taps[self.caller]]

    def remove(self):
        for descriptor in self.taps.values():
            os.close(descriptor)
        self.caller.remove()
        self.callee.remove()
