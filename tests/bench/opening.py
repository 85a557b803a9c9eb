"""What reading one shared body costs the gateway, and what it costs openssl: ECDH, decryption,
verification and certificate path, in processor time.

The gateway keeps its process, so what it reads is timed in one warm thread. openssl is started for
each body, so the same command is timed without the work as well, and that is taken off: a body of
the same kind for somebody else (the key is loaded and not used), and a verification that looks at
neither signature nor path.
"""

import os
import resource
import subprocess
from pathlib import Path

from lib import pki, suite
from ua import bodies, sdp

SHAPES = (("EnvelopedData, AES-CBC, signed inside", "N3"),
          ("AuthEnvelopedData, AES-GCM, signed inside", "N11"))


def openssl_cost(arguments, rounds):
    """Microseconds of processor time for one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(rounds):
        subprocess.run(["openssl", *map(str, arguments)], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1e6 * spent / rounds


def openssl_reads(body, foreign, reader, trust, rounds):
    """Decrypting and verifying, each less the same command without that."""
    place = suite.place()
    outer, other, inner = (place / name for name in ("outer", "other", "inner"))
    outer.write_bytes(body)
    other.write_bytes(foreign)
    inner.write_bytes(bodies.entity(bodies.decrypt(body, *reader))[1])
    common = ["cms", "-inform", "DER", "-binary", "-out", "/dev/null"]
    keys = ["-decrypt", "-recip", reader[0], "-inkey", reader[1]]
    check = ["-verify", "-purpose", "any", "-CAfile", trust, "-in", inner]
    return (openssl_cost([*common, *keys, "-in", outer], rounds)
            - openssl_cost([*common, *keys, "-in", other], rounds)
            + openssl_cost([*common, *check], rounds)
            - openssl_cost([*common, *check, "-noverify", "-nosigs"], rounds))


def gateway_reads(files, reader, trust, rounds):
    home = suite.ROOT / "gateway" / "target"
    libraries = [str(home / "surehop.jar"), *map(str, sorted((home / "lib").glob("*.jar")))]
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    done = subprocess.run(
        [java, "-Xmx96m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
         "-cp", os.pathsep.join(libraries), suite.ROOT / "tests/bench/driver/Opening.java",
         *reader, trust, str(rounds), *files], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise AssertionError(f"expected the bodies to be read: {done.stderr[-800:]}")
    return [float(row) for row in done.stdout.split()]


def measure(rounds=3000, runs=40):
    """[(shape, microseconds of the gateway, microseconds of openssl)]"""
    place = suite.place()
    ca = pki.Authority(place, "ca")
    reader, signer = ca.smime("reader", "gw.example"), ca.signing("alice", "alice@inside.example")
    callee = ca.smime("bob", "bob@outside.example")
    made = [[bodies.shape(name, sdp.offer("127.0.0.1", 40000), readers, signer[0],
                          key=signer[1])[1] for readers in ([callee[0], reader[0]], [callee[0]])]
            for _, name in SHAPES]
    files = []
    for number, (body, _) in enumerate(made):
        files.append(place / f"body{number}")
        files[-1].write_bytes(body)
    ours = gateway_reads(files, reader, ca.cert, rounds)
    theirs = [openssl_reads(*pair, reader, ca.cert, runs) for pair in made]
    return [(title, a, b) for (title, _), a, b in zip(SHAPES, ours, theirs, strict=True)]


def table(found):
    rows = [f"{'CPU to decrypt and verify one body, us':44}{'gateway':>10}{'openssl':>10}{'ratio':>8}"]
    rows += [f"{title:44}{ours:>10.0f}{theirs:>10.0f}{ours / theirs:>8.2f}"
             for title, ours, theirs in found]
    return "\n".join(rows)
