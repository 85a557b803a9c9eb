"""What opening and closing pinholes costs with many resident, and what `nft -f` takes for the same
elements in the same set; and how much connection tracking costs among many foreign entries."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib import netns, suite  # noqa: E402

FLOWS = 4  # of a call: RTP and RTCP, both ways


def driver(space, *arguments):
    """What the bench of the driver prints, as numbers by name."""
    target = suite.ROOT / "gateway" / "target"
    classes = [target / "classes", target / "test-classes", target / "lib" / "*"]
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    done = subprocess.run(
        ["ip", "netns", "exec", space.name, java, "-Xmx200m", "-XX:+UseSerialGC",
         "--enable-native-access=ALL-UNNAMED", "-cp", os.pathsep.join(map(str, classes)),
         "org.surehop.adapter.nftables.FirewallBench", *map(str, arguments)],
        capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise AssertionError(f"expected figures of the driver: {done.stderr[-800:]}")
    return {name: float(value) for name, value in (row.split() for row in done.stdout.splitlines())}


def elements(call):
    inner = f"10.7.{call // 200}.{call % 200 + 1}"
    outer = f"198.18.{call // 200}.{call % 200 + 1}"
    return [f"{a} . {b} . udp . {base + n}" for n in range(FLOWS // 2)
            for a, b, base in ((outer, inner, 20000), (inner, outer, 30000))]


def script(verb, calls):
    ends = " timeout 1800s" if verb == "add" else ""
    return "".join(f"{verb} element inet surehop flows4 {{ {e}{ends} }}\n"
                   for call in calls for e in elements(call))


def timed(space, text, rounds):
    began = time.monotonic()
    for _ in range(rounds):
        space.run("nft", "-f", "-", octets=text)
    return 1e6 * (time.monotonic() - began) / rounds


def nft(space, resident, batch):
    """Microseconds for a call by `nft -f`: each alone, and a batch of them in one file."""
    space.run("nft", "-f", "-", octets="table inet surehop { set flows4 { type ipv4_addr . ipv4_addr"
              " . inet_proto . inet_service; size 400000; flags timeout; counter; }; }")
    space.run("nft", "-f", "-", octets=script("add", range(resident)))
    found = {"nft.open": 0, "nft.close": 0}
    for _ in range(20):
        found["nft.open"] += timed(space, script("add", [resident]), 1) / 20
        found["nft.close"] += timed(space, script("delete", [resident]), 1) / 20
    calls = range(resident, resident + batch)
    found["nft.batch.open"] = timed(space, script("add", calls), 1) / batch
    found["nft.batch.close"] = timed(space, script("delete", calls), 1) / batch
    space.run("nft", "delete", "table", "inet", "surehop")
    return found


def tracked(space, entries):
    """Fills connection tracking with connections that are nobody's."""
    rows = (f"-I -p udp -s 192.0.2.{n // 25000 + 1} -d 203.0.113.{n // 250 % 100 + 1} --sport"
            f" {1024 + n % 250} --dport 4000 -t 600" for n in range(entries))
    file = suite.place() / "entries"
    file.write_text("\n".join(rows) + "\n")
    space.run("conntrack", "-R", str(file))
    return int(space.run("conntrack", "-C").strip())


def measure(resident=6250, rounds=2000, foreign=100_000):
    """`resident` calls are open all the time, each of four rules."""
    suite.needs_root()
    suite.needs("nft", "conntrack", "ip")
    space = netns.Namespace("bench")
    try:
        found = nft(space, resident, 1000) | driver(space, resident, rounds)
        found["foreign"] = tracked(space, foreign)
        return found | driver(space, 0, 20, "tracking")
    finally:
        space.remove()


def table(found, resident=6250):
    def row(title, ours, theirs):
        return f"{title:44}{ours:>10.0f}{theirs:>10.0f}{ours / theirs:>8.2f}"
    rows = [
        f"{'a call of four rules among ' + str(resident * FLOWS) + ', us':44}{'gateway':>10}"
        f"{'nft -f':>10}{'ratio':>8}",
        row("opened alone", found["open.mean.us"], found["nft.open"]),
        row("closed alone", found["close.mean.us"], found["nft.close"]),
        row("opened in a batch", found["batch.open.us"], found["nft.batch.open"]),
        row("closed in a batch, with its counters", found["batch.close.us"],
            found["nft.batch.close"]),
        f"p99 alone: open {found['open.p99.us']:.0f} us, close {found['close.p99.us']:.0f} us; "
        f"calls a second: open {1e6 / found['open.mean.us']:.0f}, "
        f"close {1e6 / found['close.mean.us']:.0f}; "
        f"a look at {found['look.flows']:.0f} rules: {found['look.us'] / 1000:.0f} ms"]
    if "asked.p50.us" in found:
        rows.append(
            f"connection tracking of a call among {found['foreign']:.0f} entries: asked "
            f"{found['asked.p50.us'] / 1000:.1f} ms, listed {found['listed.p50.us'] / 1000:.1f} ms,"
            f" ratio {found['asked.p50.us'] / found['listed.p50.us']:.3f}")
    return "\n".join(rows)


if __name__ == "__main__":
    os.environ.setdefault("SUREHOP_TEST_DIR", tempfile.mkdtemp())
    print(table(measure()))
