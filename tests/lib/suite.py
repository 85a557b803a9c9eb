"""Runs one file of tests and prints its one summary line: python3 -m lib.suite NAME FILE COUNTS."""

import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unittest
from pathlib import Path

from . import netns, processes

ROOT = Path(__file__).resolve().parents[2]


def place():
    """A new temporary directory, gone at the end of the suite."""
    return Path(tempfile.mkdtemp(dir=os.environ["SUREHOP_TEST_DIR"]))


def needs_root():
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root")


def needs(*commands):
    missing = [c for c in commands if not shutil.which(c)]
    if missing:
        raise unittest.SkipTest("not installed: " + ", ".join(missing))


class Lines(unittest.TestResult):
    """One line for each test; a failure says what was expected and what came."""

    def __init__(self):
        super().__init__()
        self.passed, self.began, self.reasons = 0, 0, []

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def addSuccess(self, test):
        self.passed += 1
        self._say("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say("FAILED", test, self._words(err))

    def addError(self, test, err):
        super().addError(test, err)
        self._say("FAILED", test, self._words(err))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        count = getattr(test, "countTestCases", lambda: 1)()
        self.reasons.append((reason, count))
        self._say("not run", test, reason)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.failures.append((subtest, ""))
            self._say("FAILED", subtest, self._words(err))

    @property
    def failed(self):
        return len(self.failures) + len(self.errors) + len(self.unexpectedSuccesses)

    @staticmethod
    def _words(err):
        frames = traceback.extract_tb(err[2])
        ours = [f for f in frames if f.filename.startswith(str(ROOT))]
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(ours[-4:]))
        kind = "" if issubclass(err[0], AssertionError) else err[0].__name__ + ": "
        return f"{kind}{err[1]} ({where})"

    def _say(self, word, test, why=""):
        name = str(test).split(" ")[0].removeprefix("test_").replace("_", " ")
        if "params" in dir(test) or "(" in str(test) and "=" in str(test):
            name += " " + str(test)[str(test).rfind("("):]
        took = time.monotonic() - self.began if self.began else 0
        text = "\n      ".join(str(why).strip().splitlines())
        print(f"  {word:7} {name} ({took:.1f} s){': ' + text if text else ''}", flush=True)


def load(file):
    spec = importlib.util.spec_from_file_location("judged", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loader = unittest.TestLoader()
    loader.sortTestMethodsUsing = None
    return loader.loadTestsFromModule(module)


def main(name, file, counts):
    def stop(*_):
        sys.exit(130)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    result = Lines()
    ended = False
    try:
        tests = load(file)
        wanted = os.environ.get("SUREHOP_TEST_ONLY")
        if wanted:
            tests = unittest.TestSuite(t for c in tests for t in c if wanted in t.id())
        tests.run(result)
        ended = True
    finally:
        processes.end_all()
        netns.remove_all()
        if ended:
            report(name, result, counts)
    return 1 if result.failed else 0


def report(name, result, counts):
    skipped = sum(count for _, count in result.reasons)
    why = "; ".join(sorted({reason for reason, _ in result.reasons}))
    print(f"{name}: {result.passed} passed, {result.failed} failed, {skipped} not run"
          + (f" ({why})" if why else ""), flush=True)
    Path(counts).write_text(f"{result.passed} {result.failed} {skipped}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
