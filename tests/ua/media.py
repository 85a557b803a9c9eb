"""RTP-like datagrams: numbered, so that each one sent can be told arrived or dropped."""

import contextlib
import select
import socket
import struct
import time


class Port:
    """One UDP socket, perhaps in another network namespace."""

    def __init__(self, address, port=0, place=contextlib.nullcontext):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with place():
            self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.bind((address, port))
        self.sock.setblocking(False)
        self.address, self.port = self.sock.getsockname()[:2]
        self.sequence = 0

    def close(self):
        self.sock.close()

    def send(self, address, port):
        """One packet with an RTP header; gives its number."""
        self.sequence += 1
        head = struct.pack("!BBHII", 0x80, 0, self.sequence & 0xFFFF, self.sequence * 160, 0x5A5A)
        with contextlib.suppress(OSError):  # a rejecting firewall is a dropped packet too
            self.sock.sendto(head + b"\xff" * 160, (address, port))
        return self.sequence

    def received(self, timeout=0.3):
        """All numbers that came, with their senders, until `timeout` passes without one."""
        came = []
        while select.select([self.sock], [], [], timeout)[0]:
            with contextlib.suppress(OSError):
                data, sender = self.sock.recvfrom(2048)
                if len(data) >= 12:
                    came.append((struct.unpack("!BBHII", data[:12])[2], sender[:2]))
        return came


def passes(sender, receiver, address=None, port=None, count=5, wait=0.3):
    """How many of `count` packets from sender to receiver arrive."""
    receiver.received(0)
    numbers = {sender.send(address or receiver.address, port or receiver.port) & 0xFFFF
               for _ in range(count)}
    end = time.monotonic() + wait
    arrived = set()
    while time.monotonic() < end and arrived != numbers:
        arrived |= {n for n, who in receiver.received(0.05) if n in numbers}
    return len(arrived)
