"""As much SDP as the tests need (RFC 8866)."""

import itertools
import time

# Each description is another one than the one before it (RFC 3264 section 8).
VERSIONS = itertools.count(1)


def offer(address, audio, video=None, extra=(), origin=None):
    family = "IP6" if ":" in address else "IP4"
    rows = [
        "v=0",
        f"o=- {int(time.time())} {next(VERSIONS)} IN {family} {origin or address}",
        "s=-",
        f"c=IN {family} {address}",
        "t=0 0",
        f"m=audio {audio} RTP/AVP 0",
        "a=rtpmap:0 PCMU/8000",
    ]
    if video:
        rows += [f"m=video {video} RTP/AVP 31", "a=rtpmap:31 H261/90000"]
    return "\r\n".join([*rows, *extra]) + "\r\n"


def media(text):
    """[(kind, address, port)] of each m= line."""
    session, found = "", []
    for row in text.replace("\r\n", "\n").split("\n"):
        if row.startswith("c="):
            address = row.split()[2]
            if found:
                found[-1] = (found[-1][0], address, found[-1][2])
            else:
                session = address
        if row.startswith("m="):
            kind, port = row[2:].split()[:2]
            found.append((kind, session, int(port.split("/")[0])))
    return found
