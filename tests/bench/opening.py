"""What reading one shared body costs the gateway, and what it costs openssl: ECDH, decryption,
verification and certificate path, in processor time.

Both are timed in one warm thread of one process: the gateway's reader, and OpenSSL's library.
"""

import os
import subprocess
from pathlib import Path

import libcrypto
from lib import pki, suite
from ua import bodies, sdp

SHAPES = (("EnvelopedData, AES-CBC, signed inside", "N3"),
          ("AuthEnvelopedData, AES-GCM, signed inside", "N11"))


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


def measure(rounds=3000):
    """[(shape, microseconds of the gateway, microseconds of openssl)]"""
    place = suite.place()
    ca = pki.Authority(place, "ca")
    reader, signer = ca.smime("reader", "gw.example"), ca.signing("alice", "alice@inside.example")
    callee = ca.smime("bob", "bob@outside.example")
    made = [bodies.shape(name, sdp.offer("127.0.0.1", 40000), [callee[0], reader[0]], signer[0],
                         key=signer[1])[1] for _, name in SHAPES]
    files = []
    for number, body in enumerate(made):
        files.append(place / f"body{number}")
        files[-1].write_bytes(body)
    ours = gateway_reads(files, reader, ca.cert, rounds)
    theirs = [libcrypto.reads(body, reader, ca.cert, rounds) for body in made]
    return [(title, a, b) for (title, _), a, b in zip(SHAPES, ours, theirs, strict=True)]


def table(found):
    rows = [f"{'CPU to decrypt and verify one body, us':44}{'gateway':>10}{'openssl':>10}{'ratio':>8}"]
    rows += [f"{title:44}{ours:>10.0f}{theirs:>10.0f}{ours / theirs:>8.2f}"
             for title, ours, theirs in found]
    return "\n".join(rows)
