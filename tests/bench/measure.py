"""Gateway and Kamailio under the same calls from the same driver, in one run, on one machine.

CPU per call is the figure to compare: it hardly depends on what else the machine does.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from lib import gateway, kamailio, pki, processes, suite
from lib.gateway import INSIDE, OUTSIDE, peer


TICK = os.sysconf("SC_CLK_TCK")
MIDDLE = "middle.example"


class Driver:
    """The Java load driver; one command, one result."""

    def __init__(self, place, keys, port):
        stores = []
        for domain in (INSIDE, OUTSIDE):
            identity = keys.identity(domain)
            store = place / f"{domain}.p12"
            pki.run("pkcs12", "-export", "-in", identity.cert, "-inkey", identity.key,
                    "-passout", "pass:driver", "-out", store)
            stores.append(store)
        java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
        self.errors = (place / "driver.log").open("w+")
        self.child = subprocess.Popen(
            [java, "-Xmx256m", "-XX:+UseSerialGC", suite.ROOT / "tests/bench/driver/Driver.java",
             *stores, keys.trust, str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            preexec_fn=processes._die_with_parent)
        ready = self.child.stdout.readline()
        if ready != "ready\n":
            self.errors.seek(0)
            raise AssertionError(f"expected the driver to be ready: {self.errors.read()}")

    def obey(self, *words):
        self.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise AssertionError(f"the driver ended: {self.errors.read()[-800:]}")
        result = dict(pair.split("=", 1) for pair in line.split())
        return {k: v if k == "why" else float(v) for k, v in result.items()}

    def end(self):
        if self.child.poll() is None:
            self.child.terminate()
            self.child.wait(10)
        for stream in (self.child.stdin, self.child.stdout, self.errors):
            stream.close()


class System:
    """One thing to measure: all processes of one session."""

    def __init__(self, name, process, port, e2e):
        self.name, self.process, self.port, self.e2e = name, process, port, e2e

    def pids(self):
        found = []
        if self.process is None:
            return found
        for entry in Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (OSError, ValueError):
                continue
            if int(fields[3]) == self.process.pid:
                found.append(entry)
        return found

    def cpu(self):
        """Seconds of user and system time so far."""
        total = 0
        for entry in self.pids():
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICK

    def warm(self, driver, at_least, at_most):
        """Loads until two windows of four seconds cost the same within a tenth, and at least and
        at most so long: a virtual machine compiles what it runs often."""
        began, before = time.monotonic(), 0
        while True:
            cost = self.obey(driver, "load", 16, 4)["cpu"]
            took = time.monotonic() - began
            if took >= at_most or took >= at_least and abs(cost - before) < before / 10:
                return took
            before = cost

    def memory(self):
        """(sum of RSS, sum of PSS) in MiB; PSS counts shared pages once."""
        rss = pss = 0
        for entry in self.pids():
            for row in (entry / "smaps_rollup").read_text().splitlines():
                if row.startswith("Rss:"):
                    rss += int(row.split()[1])
                if row.startswith("Pss:"):
                    pss += int(row.split()[1])
        return rss / 1024, pss / 1024

    def obey(self, driver, verb, amount, seconds):
        before = self.cpu()
        result = driver.obey(verb, "127.0.0.1", self.port, amount, seconds, str(self.e2e).lower())
        result["cpu"] = 1000 * (self.cpu() - before) / max(1, result["done"])
        return result


def border_tree(border, port):
    """Shipped defaults but for names, files, ports, and limits that a measurement would meet."""
    tree = border.tree
    tree["peers"] = [peer("inside", INSIDE, "127.0.0.1", border.alice.port),
                     peer("outside", OUTSIDE, "127.0.0.1", port)]
    tree["disclosure"] = {"clear-sdp": True}
    tree["assurance"] = {}
    tree["limits"] = {"calls": 100000, "calls-per-peer": 100000, "transactions": 1000000,
                      "queue": 100000, "write-queue": 10000}
    tree["pinholes"]["max-rules"] = 1000000
    return tree


def shipped(place, tree):
    """The gateway with the options that it is shipped with, not the small ones of the suites."""
    gateway.JVM, kept = {}, gateway.JVM
    try:
        return gateway.Gateway(place, tree)
    finally:
        gateway.JVM = kept


def one_round(system, driver, base, rate, window):
    latency = system.obey(driver, "rate", rate, window)
    load = system.obey(driver, "load", 16, window)
    rss, pss = system.memory()
    return {"cps": load["cps"], "cpu": load["cpu"], "cpu at rate": latency["cpu"],
            "p50": latency["p50"] - base["p50"], "p99": latency["p99"] - base["p99"],
            "rss": rss, "pss": pss, "failed": latency["failed"] + load["failed"],
            "done": latency["done"] + load["done"], "why": load["why"] + latency["why"]}


def medians(rows):
    """Of each figure the median; failures and calls are added up."""
    out = {key: statistics.median(row[key] for row in rows) for key in rows[0] if key != "why"}
    for key in ("failed", "done"):
        out[key] = sum(row[key] for row in rows)
    out["why"] = " ".join(row["why"] for row in rows)
    return out


def measure(rate=100, rounds=3, window=3, warm=(16, 32), say=print):
    """Gives {system: {figure: value}} of direct, kamailio, gateway, and gateway without e2e-sec:
    the medians of so many rounds, in which the systems take turns, so that what else the machine
    does falls on all of them alike. `window` is how many seconds each is measured at the rate and
    then at full load; `warm` the shortest and the longest time before."""
    border = gateway.Border(start=False)
    border.bob.close()
    port = gateway.free_port()
    started = []
    driver = Driver(border.place, border.keys, port)
    try:
        proxy = kamailio.Kamailio(
            border.place / "kamailio", MIDDLE, border.keys.identity(MIDDLE), ("127.0.0.1", port),
            ("inside.invalid", "127.0.0.1", port), memory=512)
        started.append(proxy)
        box = shipped(border.place / "gateway", border_tree(border, port))
        started.append(box)
        direct = System("direct", None, port, True)
        inside = border.ports["inside"]
        systems = (System("kamailio", proxy, proxy.port, True),
                   System("gateway", box, inside, True),
                   System("gateway, e2e-sec off", box, inside, False))
        direct.obey(driver, "rate", rate, 5)
        for system, at_least, at_most in zip(
                systems, (4, warm[0], 4), (8, warm[1], 8), strict=True):
            say(f"warming {system.name}: {system.warm(driver, at_least, at_most):.0f} s")
        rows = {system.name: [] for system in systems}
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            base = direct.obey(driver, "rate", rate, window / 2)
            for system in systems:
                rows[system.name].append(one_round(system, driver, base, rate, window))
        return {name: medians(found) for name, found in rows.items()}
    finally:
        driver.end()
        for process in started:
            process.end()
        border.close()


ROWS = (("calls per second, 16 in flight", "cps", "{:.0f}"),
        ("CPU per call at full load, ms", "cpu", "{:.3f}"),
        ("CPU per call at {rate}/s, ms", "cpu at rate", "{:.3f}"),
        ("added latency p50, us", "p50", "{:.0f}"),
        ("added latency p99, us", "p99", "{:.0f}"),
        ("memory RSS, MiB", "rss", "{:.0f}"),
        ("memory PSS, MiB", "pss", "{:.0f}"),
        ("calls that failed", "failed", "{:.0f}"))


def table(figures, rate):
    """The figures side by side, and the gateway's as a multiple of Kamailio's."""
    names = ("kamailio", "gateway", "gateway, e2e-sec off")
    rows = [f"{'':36}" + "".join(f"{n:>22}" for n in names) + f"{'gateway / kamailio':>20}"]
    for title, key, form in ROWS:
        values = [figures[n][key] for n in names]
        ratio = f"{values[1] / values[0]:.2f}" if values[0] > 0 and key != "failed" else "-"
        rows.append(f"{title.format(rate=rate):36}" + "".join(
            f"{form.format(v):>22}" for v in values) + f"{ratio:>20}")
    return "\n".join(rows)


def main():
    rate = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    began = time.monotonic()
    try:
        figures = measure(rate)
    finally:
        processes.end_all()
    print(f"\n{os.cpu_count()} processors shared by driver and system under test on "
          f"{os.uname().machine}; "
          "latency is INVITE to 180, less the same without anything between")
    print(table(figures, rate))
    bad = {n: f["why"] for n, f in figures.items() if f["failed"]}
    if bad:
        print(f"calls failed: {bad}")
    print(f"took {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
