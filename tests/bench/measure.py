"""Gateway and Kamailio under the same calls from the same driver, in one run, on one machine.

CPU per call is the figure to compare: it hardly depends on what else the machine does.
"""

import os
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


def measure(rate=100, warm=15, steady=10, full=12, say=print):
    """Gives {system: {figure: value}} of direct, kamailio, gateway, and gateway without e2e-sec."""
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
        options = {"SUREHOP_JAVA_OPTIONS": "-Xmx256m -Xmn128m"}
        gateway.JVM, kept = options, gateway.JVM
        try:
            box = gateway.Gateway(border.place / "gateway", border_tree(border, port))
        finally:
            gateway.JVM = kept
        started.append(box)
        direct = driver.obey("rate", "127.0.0.1", port, rate, 5, "true")
        direct = driver.obey("rate", "127.0.0.1", port, rate, steady / 2, "true")
        figures = {"direct": direct}
        inside = border.ports["inside"]
        for system, warming in ((System("kamailio", proxy, proxy.port, True), 3),
                                (System("gateway", box, inside, True), warm),
                                (System("gateway, e2e-sec off", box, inside, False), 3)):
            say(f"measuring {system.name}")
            system.obey(driver, "load", 16, warming)
            latency = system.obey(driver, "rate", rate, steady)
            load = system.obey(driver, "load", 16, full)
            rss, pss = system.memory()
            figures[system.name] = {
                "cps": load["cps"], "cpu": load["cpu"], "cpu at rate": latency["cpu"],
                "p50": latency["p50"] - direct["p50"], "p99": latency["p99"] - direct["p99"],
                "rss": rss, "pss": pss, "failed": latency["failed"] + load["failed"],
                "done": latency["done"] + load["done"], "why": load["why"] + latency["why"],
                "notifies": load["notifies"]}
        return figures
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
