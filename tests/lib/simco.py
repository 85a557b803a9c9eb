"""An agent of SIMCO 3.0 (RFC 4540) of its own: it shares no code and no table with the gateway."""

import contextlib
import socket
import ssl
import struct

REQUEST, POSITIVE, NEGATIVE, NOTIFICATION = 1, 2, 3, 4
SE, SA, ST, PRR, PER, PEA, PDR, PLC, PRD = 1, 2, 3, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16
PRS, PRL, PES = 0x21, 0x22, 0x23
BFM, AST, ARE = 1, 2, 3
(VERSION, CHALLENGE, TOKEN, CAPABILITIES, RULE, GROUP, LIFETIME, OWNER, TUPLE, PRR_SET,
 PER_SET) = range(1, 12)
INTERNAL, INSIDE, OUTSIDE, EXTERNAL = range(4)
IN, OUT, BOTH = 1, 2, 3
UDP, TCP = 17, 6


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value


def number(kind, value):
    return attribute(kind, struct.pack("!I", value))


def tuple_of(place, address, port, protocol=UDP, prefix=None, ports=1):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    octets = socket.inet_pton(family, address)
    prefix = len(octets) * 8 if prefix is None else prefix
    head = struct.pack("!BBBBHH", 2 if len(octets) == 16 else 1, prefix, protocol, place, port,
                       ports)
    return attribute(TUPLE, head + octets)


def enable_set(direction=IN, parity=0):
    return attribute(PER_SET, struct.pack("!BBH", parity, direction, 0))


def reserve_set(mode=1, parity=0, outside=1, protocol=UDP, ports=1):
    """RFC 4540 figure 13: NM, PP, IPi, IPo, transport protocol, port range."""
    return attribute(PRR_SET, struct.pack("!BBH", mode << 6 | parity << 4 | outside, protocol,
                                          ports))


class Message:
    def __init__(self, octets, payload):
        self.basic, self.sub, self.length, self.transaction = struct.unpack("!BBHI", octets)
        self.all = []
        while payload:
            kind, size = struct.unpack("!HH", payload[:4])
            self.all.append((kind, payload[4:4 + size]))
            payload = payload[4 + size:]

    def values(self, kind):
        return [v for k, v in self.all if k == kind]

    def number(self, kind):
        return struct.unpack("!I", self.values(kind)[0])[0]

    def kinds(self):
        return [k for k, _ in self.all]

    def __repr__(self):
        return f"{self.basic}/{self.sub:#x} {self.transaction} {self.all}"


class SimcoAgent:
    """One connection; requests wait for their replies, notifications are kept."""

    def __init__(self, identity, address, port, place=contextlib.nullcontext, opened=True):
        self.notified, self.last = [], 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(identity.trust)
        if identity.cert:
            context.load_cert_chain(identity.cert, identity.key)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with place():
            raw = socket.socket(family, socket.SOCK_STREAM)
        raw.settimeout(10)
        raw.connect((address, port))
        self.sock = context.wrap_socket(raw, server_hostname="gw.example")
        if opened:
            reply = self.ask(SE, attribute(VERSION, b"\3\0\0\0"))
            assert reply.basic == POSITIVE, reply
            self.welcome = reply

    def send(self, sub, *attributes, basic=REQUEST, transaction=None):
        self.last += 1
        name = self.last if transaction is None else transaction
        payload = b"".join(attributes)
        self.sock.sendall(struct.pack("!BBHI", basic, sub, len(payload), name) + payload)
        return name

    def ask(self, sub, *attributes, **options):
        name = self.send(sub, *attributes, **options)
        while True:
            came = self.read()
            if came.basic == NOTIFICATION:
                self.notified.append(came)
            elif came.transaction == name:
                return came

    def read(self):
        head = self.exactly(8)
        return Message(head, self.exactly(struct.unpack("!H", head[2:4])[0]))

    def exactly(self, count):
        octets = b""
        while len(octets) < count:
            more = self.sock.recv(count - len(octets))
            if not more:
                raise ConnectionError("closed")
            octets += more
        return octets

    def notification(self, timeout=10):
        if self.notified:
            return self.notified.pop(0)
        self.sock.settimeout(timeout)
        return self.read()

    def enable(self, inside, outside, life=60, *more, direction=IN, sub=PER):
        return self.ask(sub, enable_set(direction), tuple_of(INTERNAL, *inside),
                        tuple_of(EXTERNAL, *outside), number(LIFETIME, life), *more)

    def delete(self, rule):
        """PLC with a lifetime of 0, which a PRD answers (RFC 4540 §8.5)."""
        return self.ask(PLC, number(RULE, rule), number(LIFETIME, 0))

    def closed(self):
        """Whether the other end has closed."""
        with contextlib.suppress(OSError):
            self.sock.settimeout(5)
            return self.sock.recv(1) == b""
        return True

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.close()
