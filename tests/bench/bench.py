"""The measurement as a suite: it counts that no call fails; the figures of
`tests/bench/run`, which takes its time, are the ones to read."""

import os
import sys
import unittest
from pathlib import Path

from lib import suite

sys.path.insert(0, str(Path(__file__).parent))


class Bench(unittest.TestCase):
    """One run."""

    def test_no_call_fails_under_load(self):
        suite.needs("kamailio", "java")
        import measure
        asked = os.environ.get("SUREHOP_BENCH_RATE")
        rate = int(asked or "100")
        figures = measure.measure(rate) if asked else measure.measure(rate, 1, 3, (4, 8))
        print(measure.table(figures, rate), flush=True)
        for name, found in figures.items():
            self.assertEqual(0, found["failed"], f"failed calls of {name}: {found['why']}")
            self.assertGreater(found["done"], 100, f"calls of {name}")

    def test_what_a_shared_body_costs(self):
        import opening
        asked = os.environ.get("SUREHOP_BENCH_RATE")
        found = opening.measure() if asked else opening.measure(300)
        print(opening.table(found), flush=True)
        for title, ours, theirs in found:
            self.assertGreater(ours, 0, title)
            self.assertGreater(theirs, 0, title)

    def test_what_pinholes_cost_among_25000(self):
        import firewall
        found = firewall.measure(rounds=500, foreign=20_000)
        print(firewall.table(found), flush=True)
        self.assertEqual(25_000, found["look.flows"], "rules resident after the measurement")
        for name in ("open.p99.us", "close.p99.us"):
            self.assertLess(found[name], 1e6, name)
