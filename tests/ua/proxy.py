"""A proxy of another make that knows e2e-sec: TLS only, in the path, and it attests its hop.

It forwards as RFC 3261 section 16 says, as far as the tests go; POL numbers are the checklist's.
"""

import secrets
import threading

from . import message
from .agent import E2E, Agent, reply
from .message import Message
from .notify import notify

DIALOG_MAKERS = ("INVITE", "SUBSCRIBE")


class Pending:
    """A request that went on: where it came from, and its branches that have no final answer."""

    def __init__(self, connection, request):
        self.connection, self.request = connection, request
        self.branches, self.taken, self.failure = {}, False, None


class Proxy(Agent):
    """`places` says where hosts are: host or host:port, or `*`, to (name proven, port).

    `forks` gives the URIs that a request for a host goes to at once. With `late` its
    NOTIFYs wait for `release`; `refused` holds those that others did not take.
    """

    def __init__(self, name, identity, signer):
        super().__init__("proxy", name, identity)
        self.name, self.signer = name, signer
        self.places, self.forks = {}, {}
        self.late, self._waiting = False, []
        self.refused = []
        self._sent, self._asked, self._failed, self._ways = {}, {}, set(), {}

    def _deliver(self, connection, found):
        if not found.is_request:
            self._back(found)
        elif found.method == "CANCEL":
            self._cancel(connection, found)
        elif found.method != "ACK" or branch_of(found) not in self._failed:
            self._request(connection, found)

    # -- requests

    def _request(self, connection, request):
        pending = Pending(connection, request)
        self._asked[branch_of(request), request.method] = pending
        assured = E2E in request.tokens("Proxy-Require") and request.method != "ACK"
        if assured:
            tag = message.param(request.get("From"), "tag")
            self._ways[request.call_id, tag, str(request.cseq[0])] = connection
        gone = False
        for uri in self.forks.get(host_of(request.uri)[1], [request.uri]):
            gone |= self._forward(pending, uri)
        if not gone and request.method != "ACK":
            connection.send(self._refusal(request))
        elif assured and self.late:
            self._waiting.append((connection, request))
        elif assured:
            threading.Thread(target=self._attest, args=(connection, request), daemon=True).start()

    def _forward(self, pending, uri):
        out = Message(pending.request.start, list(pending.request.headers), pending.request.body)
        out.start = f"{out.method} {uri} SIP/2.0"
        routes = out.tokens("Route")
        if routes and host_of(message.addr(routes[0]))[1] == self.name:
            routes.pop(0)
        out.drop("Route")
        out.set("Max-Forwards", str(int(out.get("Max-Forwards", "70")) - 1))
        branch = "z9hG4bK" + secrets.token_hex(8)
        over = [("Via", f"SIP/2.0/TLS {self.name};branch={branch}")]
        over += [("Route", route) for route in routes]
        to_tag = message.param(out.get("To"), "tag")
        if out.method in DIALOG_MAKERS and not to_tag:
            over.append(("Record-Route", f"<sip:{self.name};lr>"))
        out.headers[:0] = over
        flow = self._way(pending, routes[0] if routes else f"<{uri}>")
        if flow is None:
            return False
        pending.branches[branch] = (flow, out)
        self._sent[branch, out.method] = pending
        flow.send(out)
        return True

    def _way(self, pending, next_hop):
        """By TLS to who proves the name, on a connection that is there or on a new one."""
        request = pending.request
        event = request.get("Event") or ""
        if request.method == "NOTIFY" and event.split(";")[0] == E2E:  # POL-45: by flow
            known = (request.call_id, message.param(request.get("To"), "tag"),
                     message.param(event, "id"))
            return self._ways.get(known)
        whole, host = host_of(message.addr(next_hop))
        found = self.places.get(whole) or self.places.get(host) or self.places.get("*")
        if found is None:
            return None
        name, port = found
        for connection in list(self.connections):
            if name in connection.peer and not connection.closed.is_set():
                return connection
        try:
            return self.connect(self.host, port, name, timeout=3)
        except OSError:
            return None

    def _refusal(self, request):
        """POL-31: no TLS, no way, and the reason why."""
        return reply(request, 420, extra=[
            ("Unsupported", E2E), ("Warning", f'399 {self.name} "e2e-sec: no-tls-target"')])

    def _cancel(self, connection, request):
        connection.send(reply(request, 200))
        pending = self._asked.get((branch_of(request), "INVITE"))
        for flow, sent in list(pending.branches.values()) if pending else ():
            made = Message(f"CANCEL {sent.uri} SIP/2.0")
            made.headers = kept(sent, "CANCEL")
            flow.send(made)

    # -- responses

    def _back(self, response):
        branch = message.param(response.tokens("Via")[0], "branch")
        pending = self._sent.get((branch, response.method))
        if pending is None:
            if response.method == "NOTIFY" and response.status != 200:
                self.refused.append(response)
            return
        vias = response.tokens("Via")[1:]
        response.drop("Via")
        response.headers[:0] = [("Via", via) for via in vias]
        if response.status >= 300 and response.method == "INVITE":
            self._declined(pending, branch, response)
            return
        if response.status >= 200:
            pending.branches.pop(branch, None)
            pending.taken = True
        if response.status > 100:
            pending.connection.send(response)

    def _declined(self, pending, branch, response):
        flow, sent = pending.branches.pop(branch, (None, None))
        if flow is None:
            return  # said before
        ack = Message(f"ACK {sent.uri} SIP/2.0")
        ack.headers = kept(sent, "ACK")
        ack.set("To", response.get("To"))
        flow.send(ack)
        if pending.failure is None or response.status == 420:  # POL-34: it must not be masked
            pending.failure = response
        if not pending.branches and not pending.taken:
            self._failed.add(branch_of(pending.request))
            pending.connection.send(pending.failure)

    # -- our word

    def release(self):
        self.late = False
        while self._waiting:
            self._attest(*self._waiting.pop())

    def _attest(self, connection, request):
        made = notify(self, request, [(self.name, "proxy", "complied")], self.signer, self.name)
        try:
            connection.send(made)
        except OSError:
            self.refused.append(made)


def branch_of(request):
    return message.param(request.tokens("Via")[0], "branch")


def host_of(uri):
    """(host:port, host) of a URI."""
    whole = uri.split(":", 1)[1].split(";")[0].split("@")[-1]
    return whole, whole.split(":")[0]


def kept(sent, method):
    """The rows that CANCEL and the ACK of a failure take from the INVITE (RFC 3261 17.1.1.3)."""
    rows = [("Via", sent.tokens("Via")[0])]
    rows += [(k, v) for k, v in sent.headers if k in ("From", "To", "Call-ID", "Route")]
    return [*rows, ("Max-Forwards", "70"), ("CSeq", f"{sent.cseq[0]} {method}"),
            ("Content-Length", "0")]
