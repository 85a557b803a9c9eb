"""A PCP server (RFC 6887) that does what a test tells it, with a real packet filter behind it."""

import contextlib
import socket
import struct
import threading
import time

MAP, ANNOUNCE = 1, 0
THIRD_PARTY, PREFER_FAILURE, FILTER = 1, 2, 3
RULES = """
table inet upstream {
    set open4 { type inet_proto . ipv4_addr . inet_service . ipv4_addr; flags timeout; }
    chain forward {
        type filter hook forward priority 0; policy drop;
        tcp dport { 5061, 5071 } accept
        tcp sport { 5061, 5071 } accept
        iifname "lan" accept
        meta l4proto . ip daddr . th dport . ip saddr @open4 accept
    }
}
"""


def address(octets):
    text = socket.inet_ntop(socket.AF_INET6, octets)
    return text.removeprefix("::ffff:") if "." in text else text


def packed(text):
    return socket.inet_pton(socket.AF_INET6, text if ":" in text else "::ffff:" + text)


class Request:
    """One request, taken apart; `octets` is as it came."""

    def __init__(self, octets):
        self.octets = octets
        self.version, self.opcode, _, self.lifetime = struct.unpack("!BBHI", octets[:8])
        self.client = address(octets[8:24])
        self.filters, self.third_party, self.prefer_failure = [], None, False
        if self.opcode == MAP:
            self.nonce = octets[24:36]
            self.protocol, self.inside_port, self.outside_port = struct.unpack(
                "!B3xHH", octets[36:44])
            self.outside = address(octets[44:60])
            self.options(octets[60:])

    def options(self, rest):
        while rest:
            code, _, length = struct.unpack("!BBH", rest[:4])
            data, rest = rest[4:4 + length], rest[4 + length:]
            if code == THIRD_PARTY:
                self.third_party = address(data)
            elif code == PREFER_FAILURE:
                self.prefer_failure = True
            elif code == FILTER:
                self.filters.append((data[1], struct.unpack("!H", data[2:4])[0],
                                     address(data[4:20])))

    @property
    def inside(self):
        return self.third_party or self.client


class Server:
    """Answers in its own thread. `codes` are given out first, one for each MAP; `silent` drops what
    comes; `outside` is given instead of the address that was asked for; `lifetime` caps what is
    granted, and `hold` is how long a refusal stands. `mappings` names what its filter lets
    through: tests that asked what had been granted sent their packets before it did."""

    def __init__(self, space, own, client):
        self.space, self.own, self.client = space, own, client
        self.codes, self.silent, self.outside, self.lifetime = [], False, None, 3600
        self.hold, self.requests, self.kept, self.applied = 1, [], {}, {}
        self.lock = threading.Lock()
        self.began = time.monotonic()
        space.run("nft", "-f", "-", octets=RULES)
        with space.inside():
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((own, 5351))
        self.sock.settimeout(0.2)
        self.running = True
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        self.running = False
        self.thread.join(5)
        self.sock.close()

    def serve(self):
        while self.running:
            with contextlib.suppress(TimeoutError):
                octets, sender = self.sock.recvfrom(2000)
                request = Request(octets)
                self.requests.append(request)
                if not self.silent:
                    self.sock.sendto(self.answer(request), sender)

    @property
    def mappings(self):
        """Those that stand in the packet filter and whose time is not out."""
        return self.living(self.applied)

    @staticmethod
    def living(mappings):
        now = time.monotonic()
        return {key: kept for key, kept in mappings.items() if kept[2] > now}

    def maps(self):
        return [r for r in self.requests if r.opcode == MAP]

    def forget(self):
        """The server begins anew: no mapping, another epoch."""
        with self.lock:
            self.kept.clear()
            self.began = time.monotonic()
            self.apply()

    def answer(self, request):
        if request.opcode == ANNOUNCE:
            return self.head(request, 0, 0)
        code = self.codes.pop(0) if self.codes else self.judge(request)
        if code:
            return self.head(request, code, self.hold) + request.octets[24:]
        with self.lock:
            if request.lifetime:
                self.grant(request)
            else:
                self.kept.pop((request.protocol, request.inside, request.inside_port), None)
            self.apply()
        lifetime = min(request.lifetime, self.lifetime)
        outside = packed(self.outside or request.outside)
        return (self.head(request, 0, lifetime) + request.octets[24:44] + outside
                + request.octets[60:])

    def head(self, request, code, lifetime):
        epoch = int(time.monotonic() - self.began)
        return struct.pack("!BBBBII12x", 2, 0x80 | request.opcode, 0, code, lifetime, epoch)

    def judge(self, request):
        """What the RFC would have a careful server refuse."""
        known = self.living(self.kept).get((request.protocol, request.inside, request.inside_port))
        if request.client != self.client:
            return 12
        if known and known[0] != request.nonce:
            return 2
        if request.third_party == request.client or len(request.octets) % 4:
            return 3
        if self.outside and request.prefer_failure and request.lifetime:
            return 11
        return 0

    def grant(self, request):
        key = (request.protocol, request.inside, request.inside_port)
        filters = set(self.living(self.kept).get(key, (None, ()))[1])
        for length, port, peer in request.filters:
            if length == 0:
                filters.clear()
            else:
                filters.add((peer, port))
        self.kept[key] = (request.nonce, filters,
                          time.monotonic() + min(request.lifetime, self.lifetime))

    def apply(self):
        names, living = {17: "udp", 6: "tcp"}, self.living(self.kept)
        elements = [f"{names[protocol]} . {inside} . {port} . {peer}"
                    for (protocol, inside, port), (_, filters, _) in living.items()
                    for peer, _ in filters]
        script = "flush set inet upstream open4\n"
        if elements:
            script += f"add element inet upstream open4 {{ {', '.join(elements)} }}\n"
        self.space.run("nft", "-f", "-", octets=script)
        self.applied = living
