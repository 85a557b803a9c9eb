"""The user agent by hand: python3 -m ua call|answer --domain D --cert F --key F --trust F ..."""

import argparse
import sys
import time

from . import assurance, sdp
from .agent import Agent, Identity
from .bodies import sdp_body


def options():
    parser = argparse.ArgumentParser(prog="ua", description=__doc__)
    parser.add_argument("what", choices=("call", "answer"))
    parser.add_argument("--user", default="trial")
    parser.add_argument("--domain", required=True)
    parser.add_argument("--host", default="127.0.0.1", help="own address")
    parser.add_argument("--port", type=int, default=0, help="own TLS port")
    for name in ("cert", "key", "trust"):
        parser.add_argument("--" + name, required=True, help="PEM file")
    parser.add_argument("--via", metavar="HOST:PORT", help="where to connect (call)")
    parser.add_argument("--uri", help="whom to call (call)")
    parser.add_argument("--media", type=int, default=40000, help="RTP port in the SDP")
    parser.add_argument("--seconds", type=float, default=1, help="length of the call (call)")
    return parser.parse_args()


def call(agent, wanted):
    host, _, port = wanted.via.rpartition(":")
    line = agent.connect(host.strip("[]"), int(port))
    placed = agent.invite(line, wanted.uri, sdp_body(sdp.offer(wanted.host, wanted.media)))
    found = placed.final(60)
    print(found)
    if found.status == 200:
        placed.ack()
        time.sleep(wanted.seconds)
        print(placed.bye())
    reports = [report for *_, report in agent.notifies]
    for report in reports:
        print("NOTIFY", report)
    own = [assurance.normal_hop(f"{wanted.host}:{agent.port}")]
    print(*assurance.verdict(found.status, assurance.read_hop_record(found), reports, own))
    return 0 if found.status == 200 else 1


def answer(agent, wanted):
    print(f"{agent.aor} answers at {wanted.host}:{agent.port}", flush=True)
    while True:
        taken = agent.next_call(86400)
        print(taken.invite, flush=True)
        taken.respond(180)
        taken.respond(200, sdp_body(sdp.offer(wanted.host, wanted.media)))
        taken.reply(taken.next_request("BYE", 3600), 200)


def main():
    wanted = options()
    agent = Agent(wanted.user, wanted.domain,
                  Identity(wanted.cert, wanted.key, wanted.trust), wanted.host)
    agent.listen(wanted.port)
    try:
        return call(agent, wanted) if wanted.what == "call" else answer(agent, wanted)
    except KeyboardInterrupt:
        return 130
    finally:
        agent.close()


if __name__ == "__main__":
    sys.exit(main())
