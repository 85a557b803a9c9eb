"""What tests along the chain ask: the journals of the gateways, the caller, and the wire."""

import functools
import os
import unittest

from . import capture, chain, processes, suite
from .chain import host
from ua import assurance


def hosts(*names):
    return {host(name) for name in names}


@functools.cache
def running():
    """One chain for all of these tests; the suite ends its processes."""
    return chain.Chain().start()


class Case(unittest.TestCase):
    """Calls along the chain with something at ps3."""

    third, options = "compliant", {}

    @classmethod
    def setUpClass(cls):
        suite.needs("kamailio")
        cls.chain = running()
        cls.alice, cls.bob = cls.chain.alice, cls.chain.bob
        cls.chain.third(cls.third, **cls.options)
        cls.alice.notifies.clear()

    # -- what the places say

    def judged(self, name, call_id, kind="e2e-sec.verdict", timeout=20):
        """(level, reason, details) in the journal of a gateway."""
        event = self.chain.gateways[name].event(kind, call_id, timeout=timeout)
        return event["details"]["verdict"], event["reason"], event["details"]

    def assert_verdict(self, name, call_id, level, reason=None):
        got = self.judged(name, call_id)
        self.assertEqual((level, reason or got[1]), got[:2], f"at {name}: {got}")
        return got[2]

    def reports(self, call_id):
        return [(found, report) for _, _, found, report in list(self.alice.notifies)
                if found.call_id == call_id]

    def report(self, call_id):
        """The one NOTIFY that the caller has got for its request."""
        processes.until(lambda: self.reports(call_id), "a NOTIFY at the caller", 20)
        got = self.reports(call_id)
        self.assertEqual(1, len(got), "POL-51: one combined NOTIFY")
        return got[0][1]

    def own(self, ok):
        """What the caller makes of the 200 and of the NOTIFY."""
        mine = [f"127.0.0.1:{self.alice.port}"]
        return assurance.verdict(
            ok.status, assurance.read_hop_record(ok), [self.report(ok.call_id)], mine)

    def finish(self, call, taken):
        self.assertEqual(200, self.chain.end(call, taken).status)

    def nobody_is_assured(self, call_id, *names):
        for name in names:
            levels = [e["details"]["verdict"] for kind in ("verdict", "verdict-changed")
                      for e in self.chain.gateways[name].events(f"e2e-sec.{kind}", call_id)]
            self.assertNotIn("ASSURED", levels, f"at {name}")


class Watched:
    """A capture during one test, read at its end: without root the test is not run to its end."""

    def watch(self):
        self.wire = None
        if os.geteuid() != 0:
            return
        suite.needs("tcpdump", "tshark")
        ports = [*self.chain.all_ports(), self.chain.clear_port, self.chain.deaf.port]
        self.wire = capture.Capture(
            suite.place(), what=" or ".join(f"tcp port {p}" for p in ports))

    def assert_clear(self, *ports, words=("SIP/2.0",)):
        """The watch is over: SIP ran in clear on these ports, and nowhere else."""
        if self.wire is None:
            raise unittest.SkipTest("all but the capture is as it should be, which needs root")
        self.wire.end()
        for port in ports:
            self.assertGreater(self.in_clear("SIP/2.0", [port]), 0, f"SIP in clear on {port}")
        for word in words:
            self.assertEqual(0, self.in_clear(word, self.chain.all_ports()), f"{word} in clear")

    def in_clear(self, word, ports):
        where = " || ".join(f"tcp.port == {p}" for p in ports)
        return self.wire.count(f'tcp.payload contains "{word}" && ({where})')
