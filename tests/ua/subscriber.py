"""A user agent that subscribes to `e2e-sec` at its gateway and reads what it is told (RFC 6665)."""

import queue
import subprocess

from . import assurance, bodies, message
from .agent import E2E, WAIT, Missing, reply

MEDIA_TYPE = "application/e2e-sec-info+xml"


class Subscription:
    """One subscription of an agent and its dialog; NOTIFYs are answered with `status`."""

    def __init__(self, agent, connection, gateway, event=E2E, expires=600, extra=()):
        self.agent, self.connection = agent, connection
        self.event, self.status = event, 200
        self.told = queue.Queue()
        rows = [("Event", event), ("Accept", f"{MEDIA_TYPE}, multipart/signed"), *extra]
        if expires is not None:
            rows.append(("Expires", str(expires)))
        self.request = agent.request("SUBSCRIBE", f"sip:{gateway}", e2e=False, extra=rows)
        self.call_id = self.request.call_id
        agent.subscriptions[self.call_id] = self
        self.answer = agent.exchange(connection, self.request)
        self.cseq = 1

    def again(self, expires, **over):
        """A SUBSCRIBE in the dialog: prolongs it, or ends it with 0."""
        self.cseq += 1
        made = self.agent.request(
            "SUBSCRIBE", message.addr(self.answer.get("Contact")), to=self.answer.get("To"),
            cseq=self.cseq, e2e=False, extra=[("Event", self.event), ("Expires", str(expires))],
            From=self.request.get("From"), Call_ID=self.call_id, **over)
        return self.agent.exchange(self.connection, made)

    def notified(self, connection, found):
        """Called by the agent; the answer goes before the test looks at it."""
        if self.status:
            connection.send(reply(found, self.status))
        self.told.put((connection, found))

    def next(self, timeout=WAIT):
        try:
            connection, found = self.told.get(timeout=timeout)
        except queue.Empty:
            raise Missing(f"expected a NOTIFY in the subscription in {timeout} s") from None
        if connection is not self.connection:
            raise Missing("expected the NOTIFY on the connection of the SUBSCRIBE")
        return found

    def silent(self, seconds):
        """Whether nothing comes for so long."""
        try:
            self.told.get(timeout=seconds)
            return False
        except queue.Empty:
            return True


def state(notify):
    """(active or terminated, parameters) of a NOTIFY."""
    parts = [p.strip() for p in (notify.get("Subscription-State") or "").split(";")]
    return parts[0], dict(p.partition("=")[::2] for p in parts[1:])


def xml(notify, trust=None):
    """The XML of a NOTIFY; with `trust` its signature must hold."""
    content = bodies.verify_opaque(notify.body, trust) if trust else bodies.opaque_content(
        notify.body)
    return content if content.lstrip()[:1] == b"<" else bodies.entity(content)[1]


def against_schema(octets, schema):
    """What xmllint has to say of the document; empty when it is valid."""
    done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", str(schema), "-"],
                          input=octets, capture_output=True, timeout=30)
    return "" if done.returncode == 0 else done.stderr.decode(errors="replace")


def report(notify):
    """The hops and the verdict: ({request, hops}, (level, reason) or None)."""
    read = assurance.read_notify(notify)
    return read, read.get("verdict") if read else None
