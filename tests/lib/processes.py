"""Processes that a suite starts, and only those, ended by their own pid whatever happens."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

STARTED = []
PATIENCE = float(os.environ.get("SUREHOP_PATIENCE", "1"))  # more where everything is slower
PR_SET_PDEATHSIG = 1


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """A child with its output in a file; `end` is gentle first, then firm."""

    def __init__(self, arguments, log, netns=None, env=None, cwd=None):
        if netns:
            arguments = ["ip", "netns", "exec", netns, *arguments]
        self.arguments = [str(a) for a in arguments]
        self.log = Path(log)
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd,
                env={**os.environ, **(env or {})}, start_new_session=True,
                preexec_fn=_die_with_parent)
        self.pid = self.child.pid
        STARTED.append(self)

    @property
    def running(self):
        return self.child.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def end(self, grace=8):
        if self in STARTED:
            STARTED.remove(self)
        self.signal(signal.SIGTERM)
        try:
            self.child.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.child.returncode

    def kill(self):
        self.signal(signal.SIGKILL)
        self.child.wait(10)

    def signal(self, number):
        """To the session that this child leads: its pid is the group's number."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)


def end_all():
    for process in list(STARTED):
        with contextlib.suppress(Exception):
            process.end(3)


def until(condition, what, timeout=15, every=0.05):
    """Waits for a condition; says what was waited for when it does not come."""
    timeout *= PATIENCE
    end = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"expected within {timeout} s: {what}; got: {found!r}")
        time.sleep(every)


def output_of(*arguments, timeout=60, **options):
    """(exit code, stdout, stderr) of a command that ends by itself."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True,
                          errors="replace", timeout=timeout, stdin=subprocess.DEVNULL, **options)
    return done.returncode, done.stdout, done.stderr
