"""The measurement as a suite: it counts only that no call fails; the figures are for reading."""

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
        rate = int(os.environ.get("SUREHOP_BENCH_RATE", "100"))
        figures = measure.measure(rate)
        print(measure.table(figures, rate), flush=True)
        for name, found in figures.items():
            self.assertEqual(0, found["failed"], f"failed calls of {name}: {found['why']}")
            self.assertGreater(found["done"], 100, f"calls of {name}")
