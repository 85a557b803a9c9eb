"""The gateway under test: its configuration as a file, its process, and what it reports."""

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
from pathlib import Path

from . import pki, processes, suite
from ua.agent import Agent, Identity

COMMAND = suite.ROOT / "gateway" / "bin" / "surehop"
NAME = "gw.example"
INSIDE, OUTSIDE = "inside.example", "outside.example"
JVM = {"SUREHOP_JAVA_OPTIONS": "-Xmx96m -XX:TieredStopAtLevel=1"}


def free_port(address="127.0.0.1", kind=socket.SOCK_STREAM):
    """One that no connection takes meanwhile: below those that the kernel gives by itself."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket(family, kind) as sock, contextlib.suppress(OSError):
            sock.bind((address, port))
            return port
    raise AssertionError(f"expected a free port of {address}")


class Keys:
    """One trial's certificates: the gateway's, the domains', the users'."""

    def __init__(self, place):
        self.ca = pki.Authority(place, "ca")
        self.other = pki.Authority(place, "other")
        self.trust = self.ca.cert
        self.gateway = self.ca.tls("gateway", NAME)
        self.reader = self.ca.smime("gateway-smime", NAME)
        self.rsa_reader = self.ca.smime("gateway-rsa", NAME, "rsa")
        self.signer = self.ca.signing("gateway-sign", NAME)
        self.alice = self.ca.signing("alice", f"alice@{INSIDE}")
        self.alice_reads = self.ca.smime("alice-reads", f"alice@{INSIDE}")
        self.bob = self.ca.smime("bob", f"bob@{OUTSIDE}")
        self.bob_signs = self.ca.signing("bob-signs", f"bob@{OUTSIDE}")
        self.bob_rsa = self.ca.smime("bob", f"bob@{OUTSIDE}", "rsa")

    def identity(self, domain, **options):
        cert, key = self.ca.tls(domain, domain, **options)
        return Identity(cert, key, self.trust)


def configuration(place, keys, ports, peers=(), routes=()):
    """A whole configuration as a tree; callers change what their test is about."""
    return {
        "gateway": {"id": "gw-test", "name": NAME, "port": ports["inside"]},
        "listeners": [
            {"name": "inside", "address": "127.0.0.1", "port": ports["inside"], "side": "inside",
             "client-certificate": "required"},
            {"name": "outside", "address": "127.0.0.1", "port": ports["outside"],
             "side": "outside", "client-certificate": "required"},
        ],
        "tls": {"certificate": str(keys.gateway[0]), "key": f"file:{keys.gateway[1]}",
                "trust": str(keys.trust), "minimum-version": "TLSv1.2"},
        "smime": {"certificate": str(keys.reader[0]), "key": f"file:{keys.reader[1]}",
                  "signing-certificate": str(keys.signer[0]),
                  "signing-key": f"file:{keys.signer[1]}", "trust": str(keys.trust)},
        "peers": list(peers),
        "routes": list(routes),
        "assurance": {"grace": "1s", "cap": "3s"},
        "disclosure": {"clear-sdp": True},
        "pinholes": {"driver": "memory", "inside-prefixes": ["127.0.0.0/8"],
                     "media-source": "prefixes"},
        "journal": {"path": str(place / "journal.db")},
        "snmp": {"enabled": False},
        "mqtt": {"enabled": False},
    }


class Gateway(processes.Process):
    """`surehop run` with a configuration; ready when its last listener takes connections."""

    def __init__(self, place, tree, netns=None, prefix=(), ready=True):
        place.mkdir(parents=True, exist_ok=True)
        self.tree = tree
        self.config = place / "surehop.yaml"
        self.config.write_text(json.dumps(tree, indent=1))  # JSON is YAML
        self.journal = Path(tree["journal"]["path"])
        super().__init__([*prefix, COMMAND, "run", "--config", self.config], place / "gateway.log",
                         netns, JVM)
        self.space = None
        if ready:
            self.await_ready(netns)

    def await_ready(self, netns=None):
        listener = self.tree["listeners"][-1]
        processes.until(lambda: self._listens(listener, netns), "the gateway listens", 60, 0.1)

    def _listens(self, listener, netns):
        if not self.running:
            raise AssertionError("expected the gateway to run, it ended with "
                                 f"{self.child.returncode}: {self.output()[-2000:]}")
        if netns:
            _, out, _ = processes.output_of("ip", "netns", "exec", netns, "ss", "-Hltn")
        else:
            _, out, _ = processes.output_of("ss", "-Hltn")
        return f":{listener['port']} " in out

    def take(self, change):
        """Changes the configuration of the running gateway: assurance and timers (SIGHUP)."""
        change(self.tree)
        self.config.write_text(json.dumps(self.tree, indent=1))
        before = self.output().count(": taken")
        self.signal(signal.SIGHUP)
        processes.until(lambda: self.output().count(": taken") > before,
                        f"the new configuration is taken; it said: {self.output()[-300:]}")

    def events(self, kind=None, call_id=None, reason=None):
        """What the journal holds, oldest first; `details` is a dictionary."""
        found = []
        for row in self.rows("SELECT * FROM notices ORDER BY seq"):
            row["details"] = json.loads(row["details"])
            wanted = ((kind, "kind"), (call_id, "call_id"), (reason, "reason"))
            if all(value in (None, row[column]) for value, column in wanted):
                found.append(row)
        return found

    def event(self, kind, call_id=None, reason=None, timeout=10, count=1):
        """Waits for the event; says what else was reported when it does not come."""
        def there():
            found = self.events(kind, call_id, reason)
            return found if len(found) >= count else None
        try:
            return processes.until(there, f"event {kind} {reason or ''}", timeout, 0.1)[-1]
        except AssertionError:
            told = [(e["kind"], e["reason"], e["details"]) for e in self.events()][-12:]
            raise AssertionError(f"expected event {kind} with reason {reason} for {call_id} within"
                                 f" {timeout} s; the journal ends with {told}") from None

    def status(self):
        """The status row, as `surehop status` shows it."""
        rows = self.rows("SELECT status FROM status")
        return json.loads(rows[0]["status"]) if rows else {}

    def rows(self, query, *arguments):
        journal = sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True, timeout=5)
        with contextlib.closing(journal) as base:
            base.row_factory = sqlite3.Row
            return [dict(row) for row in base.execute(query, arguments)]

    def cpu_seconds(self):
        """User and system time of the process so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peer(name, domain, address, port, **options):
    return {"name": name, "domains": [domain], "address": address, "port": port,
            "present-certificate": True, "require-certificate": True, "notify-mode": "implicit",
            **options}


class Border:
    """Alice inside, Bob outside, the gateway between them, all on the loopback."""

    def __init__(self, change=None, start=True):
        self.place = suite.place()
        self.keys = Keys(self.place)
        self.alice = Agent("alice", INSIDE, self.keys.identity(INSIDE))
        self.bob = Agent("bob", OUTSIDE, self.keys.identity(OUTSIDE))
        self.alice.listen()
        self.bob.listen()
        self.ports = {"inside": free_port(), "outside": free_port()}
        peers = [peer("inside", INSIDE, "127.0.0.1", self.alice.port),
                 peer("outside", OUTSIDE, "127.0.0.1", self.bob.port)]
        routes = [{"domain": INSIDE, "to": "inside", "side": "inside"},
                  {"domain": OUTSIDE, "to": "outside", "side": "outside"}]
        self.tree = configuration(self.place, self.keys, self.ports, peers, routes)
        if change:
            change(self.tree, self)
        self.gateway = None
        if start:
            self.start()

    def start(self):
        self.gateway = Gateway(self.place / "gateway", self.tree)
        self.line = self.alice.connect("127.0.0.1", self.ports["inside"], NAME)
        return self

    def call(self, **options):
        """Alice calls Bob: both ends as far as the INVITE."""
        call = self.alice.invite(self.line, self.bob.aor, **options)
        try:
            return call, self.bob.next_call(5 * processes.PATIENCE, call.call_id)
        except AssertionError as missing:
            seen = []
            while not call.answers.empty():
                seen.append(str(call.answers.get()))
            raise AssertionError(f"{missing}; the caller got {seen or 'nothing'}") from None

    def talk(self, offer=None, answer=None, **options):
        """An established call: INVITE, 180, 200, ACK."""
        call, taken = self.call(body=offer, **options)
        taken.respond(180)
        call.expect(180)
        taken.respond(200, answer)
        call.answered()
        taken.next_request("ACK")
        return call, taken

    def end(self, call, taken):
        answers = call.agent.ask(call.connection, call.make("BYE"))
        taken.reply(taken.next_request("BYE"), 200)
        return answers.get(timeout=10)

    def close(self):
        if self.gateway:
            self.gateway.end()
        self.alice.close()
        self.bob.close()
