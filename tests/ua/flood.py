"""A flood in a process of its own, so that it costs the good callers of a test none of their
interpreter's time: python3 -m ua.flood PORT NAME TRUST MESSAGE COUNT CONNECTIONS.

MESSAGE is a file with one request; each `@N@` in it becomes a number of its own. Prints how many
were answered with which status."""

import os
import sys
import threading
from collections import Counter
from pathlib import Path

from . import transport
from .agent import Identity

WINDOW = 25  # requests of one connection that wait for their answer


class Pour:
    """One connection's part of the flood."""

    def __init__(self, sock, message, numbers):
        self.sock, self.message, self.numbers = sock, message, numbers
        self.statuses, self.rest = Counter(), b""

    def run(self):
        for first in range(self.numbers.start, self.numbers.stop, WINDOW):
            batch = range(first, min(first + WINDOW, self.numbers.stop))
            self.sock.sendall(b"".join(self.message.replace(b"@N@", str(n).encode())
                                       for n in batch))
            if not self.hear(self.statuses.total() + len(batch)):
                return

    def hear(self, expected):
        """Counts status lines until there are so many."""
        while self.statuses.total() < expected:
            octets = self.sock.recv(65536)
            if not octets:
                return False
            *whole, self.rest = (self.rest + octets).split(b"\r\n")
            self.statuses.update(line.split(b" ")[1].decode() for line in whole
                                 if line.startswith(b"SIP/2.0 "))
        return True


def main(port, name, trust, message, count, connections):
    os.nice(10)
    context = transport.client_context(Identity(None, None, trust))
    octets, share = Path(message).read_bytes(), int(count) // int(connections)
    pours = [Pour(transport.tls_connect(("127.0.0.1", int(port)), context, name), octets,
                  range(share * n, share * (n + 1))) for n in range(int(connections))]
    threads = [threading.Thread(target=p.run) for p in pours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for status, number in sorted(sum((p.statuses for p in pours), Counter()).items()):
        print(status, number)


if __name__ == "__main__":
    main(*sys.argv[1:])
