"""A user agent: places and takes calls over TLS, one step at a time, as a test tells it."""

import contextlib
import os
import queue
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from email.utils import formatdate

from . import assurance, message, transport
from .message import Message

E2E = "e2e-sec"
# Seconds that a step may take before the test says what it missed.
WAIT = 15 * float(os.environ.get("SUREHOP_PATIENCE", "1"))


class Missing(AssertionError):
    """What a test waited for did not come."""


@dataclass
class Identity:
    """Files in PEM form: certificate (chain), its key, and the CAs that are trusted."""

    cert: str
    key: str
    trust: str


class Agent:
    """One user at one domain. `connect` dials the gateway, `listen` lets it dial us."""

    def __init__(self, user, domain, identity, host="127.0.0.1", place=contextlib.nullcontext):
        self.user, self.domain, self.identity = user, domain, identity
        self.host, self.place = host, place
        self.port = 0
        self.aor = f"sip:{user}@{domain}"
        self.incoming = queue.Queue()
        self.notifies = []  # e2e-sec NOTIFYs as (arrival, connection, message, report)
        self.subscriptions = {}  # Call-ID to subscriber.Subscription
        self.connections = []
        self.stray = []  # responses that belong to nothing
        self.server_name = None
        self._responses, self._dialogs = {}, {}
        self._lock = threading.Lock()
        self._listener = None

    # -- connections

    def listen(self, port=0, ask=True, tls=True, tls13=None):
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        context = transport.server_context(self.identity, ask, tls13) if tls else None
        with self.place():
            listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, port))
        listener.listen(16)
        self.port, self._listener = listener.getsockname()[1], listener
        threading.Thread(target=self._accept, args=(listener, context), daemon=True).start()
        return self.port

    def connect(self, host, port, server_name=None, identity=None, tls=True, tls13=None,
                timeout=10):
        with self.place():
            if tls:
                context = transport.client_context(identity or self.identity, tls13)
                sock = transport.tls_connect((host, port), context, server_name, self.host,
                                             timeout)
            else:
                sock = socket.create_connection((host, port), timeout)
        return self._adopt(sock)

    def close(self):
        if self._listener:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for connection in list(self.connections):
            connection.close()

    def _accept(self, listener, context):
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._welcome, args=(raw, context), daemon=True).start()

    def _welcome(self, raw, context):
        try:
            raw.settimeout(10)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock = context.wrap_socket(raw, server_side=True) if context else raw
            sock.settimeout(None)
        except OSError:
            raw.close()
            return
        self._adopt(sock)

    def _adopt(self, sock):
        connection = transport.Connection(sock, self._deliver, self._closed)
        if hasattr(sock, "getpeercert"):
            connection.peer = transport.peer_identities(sock.getpeercert())
        self.connections.append(connection)
        return connection.start()

    def _closed(self, connection):
        with contextlib.suppress(ValueError):
            self.connections.remove(connection)

    def _deliver(self, connection, found):
        if not found.is_request:
            branch = message.param(found.get("Via", ""), "branch")
            waiting = self._responses.get((branch, found.cseq[1]))
            waiting.put(found) if waiting else self.stray.append(found)
            return
        if found.method == "NOTIFY" and found.call_id in self.subscriptions:
            self.subscriptions[found.call_id].notified(connection, found)
            return
        if found.method == "NOTIFY" and (found.get("Event") or "").split(";")[0] == E2E:
            self._notified(connection, found)
            return
        with self._lock:
            dialog = self._dialogs.get(found.call_id)
        if dialog:
            dialog.requests.put((connection, found))
        else:
            self.incoming.put((connection, found))

    def _notified(self, connection, found):
        report = assurance.read_notify(found)
        self.notifies.append((time.time(), connection, found, report))
        connection.send(reply(found, 200 if report else 400))

    # -- requests

    def via(self, branch=None, host=None):
        branch = branch or "z9hG4bK" + secrets.token_hex(8)
        literal = f"[{self.host}]" if ":" in self.host else self.host
        return f"SIP/2.0/TLS {host or f'{literal}:{self.port or 5061}'};branch={branch}"

    def contact(self):
        literal = f"[{self.host}]" if ":" in self.host else self.host
        return f"<sip:{self.user}@{literal}:{self.port or 5061}>"

    def request(self, method, uri, to=None, cseq=1, e2e=True, extra=(), body=None, **over):
        """A request outside a dialog; `body` is (headers, octets); `over` replaces headers."""
        made = Message(f"{method} {uri} SIP/2.0")
        made.headers = [
            ("Via", self.via()),
            ("Max-Forwards", "70"),
            ("From", f"<{self.aor}>;tag={secrets.token_hex(6)}"),
            ("To", to or f"<{uri}>"),
            ("Call-ID", f"{secrets.token_hex(10)}@{self.domain}"),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", self.contact()),
            ("Date", formatdate(usegmt=True)),
        ]
        if method == "MESSAGE":
            made.drop("Contact")
        if e2e:
            made.headers += [("Require", E2E), ("Proxy-Require", E2E), ("Supported", E2E)]
        made.headers += list(extra)
        for name, value in over.items():
            made.set(name.replace("_", "-"), value)
        put_body(made, body)
        return made

    def ask(self, connection, request):
        """Sends a request; gives the queue that its responses will come to."""
        answers = queue.Queue()
        branch = message.param(request.get("Via"), "branch")
        self._responses[(branch, request.cseq[1])] = answers
        connection.send(request)
        return answers

    def exchange(self, connection, request, timeout=WAIT):
        """Sends a request and waits for its final response."""
        return final(self.ask(connection, request), timeout, request.start)

    def invite(self, connection, uri, body=None, **options):
        invite = self.request("INVITE", uri, body=body, **options)
        return Call(self, connection, invite)

    def next_call(self, timeout=WAIT, call_id=None):
        """The next INVITE; of that call, when one is named (others are forgotten)."""
        end = time.monotonic() + timeout
        while True:
            connection, found = self.next_incoming(max(0.01, end - time.monotonic()))
            if found.method == "INVITE" and call_id in (None, found.call_id):
                return Taken(self, connection, found)

    def never_got(self, call_id):
        """Whether no request of that call is waiting here."""
        with self.incoming.mutex:
            return not any(found.call_id == call_id for _, found in self.incoming.queue)

    def next_incoming(self, timeout=WAIT):
        try:
            return self.incoming.get(timeout=timeout)
        except queue.Empty:
            raise Missing(f"expected a request at {self.aor} in {timeout} s, none came") from None

    def enter(self, dialog):
        with self._lock:
            self._dialogs[dialog.call_id] = dialog


class Dialog:
    """What both sides of a call share (RFC 3261 section 12)."""

    def __init__(self, agent, connection, call_id):
        self.agent, self.connection, self.call_id = agent, connection, call_id
        self.requests = queue.Queue()
        self.local = self.remote = ""  # header values with tags
        self.target, self.routes = "", []
        self.cseq, self.e2e = 1, True
        agent.enter(self)

    def make(self, method, extra=(), body=None, cseq=None, **over):
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        made = Message(f"{method} {self.target} SIP/2.0")
        made.headers = [
            ("Via", self.agent.via()), ("Max-Forwards", "70"), ("From", self.local),
            ("To", self.remote), ("Call-ID", self.call_id), ("CSeq", f"{cseq} {method}"),
        ]
        made.headers += [("Route", r) for r in self.routes]
        if self.e2e:
            made.headers += [("Require", E2E), ("Proxy-Require", E2E)]
        made.headers += list(extra)
        for name, value in over.items():
            made.set(name.replace("_", "-"), value)
        put_body(made, body)
        return made

    def exchange(self, method, timeout=WAIT, **options):
        return self.agent.exchange(self.connection, self.make(method, **options), timeout)

    def bye(self, **options):
        return self.exchange("BYE", **options)

    def next_request(self, method=None, timeout=WAIT):
        """The next request in the dialog; of that method, when one is named."""
        end = time.monotonic() + timeout
        while True:
            try:
                connection, found = self.requests.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Missing(
                    f"expected {method or 'a request'} at {self.agent.aor} in {timeout} s,"
                    " none came"
                ) from None
            self.connection = connection
            if method in (None, found.method):
                return found

    def reply(self, request, status, **options):
        answer = reply(request, status, **options)
        self.connection.send(answer)
        return answer


class Call(Dialog):
    """A call that we place."""

    def __init__(self, agent, connection, invite):
        super().__init__(agent, connection, invite.call_id)
        self.invite = invite
        self.local, self.remote = invite.get("From"), invite.get("To")
        self.target = invite.uri
        self.cseq = invite.cseq[0]
        self.e2e = E2E in invite.tokens("Proxy-Require")
        self.began = time.time()
        self.seen = []
        self.answers = agent.ask(connection, invite)

    def wait(self, status, timeout=WAIT):
        """Waits for that status, or for any final one: what came is returned."""
        end = time.monotonic() + timeout
        while True:
            try:
                found = self.answers.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Missing(
                    f"expected {status} to {self.invite.start!r} in {timeout} s,"
                    f" got {[m.start for m in self.seen]}") from None
            self.seen.append(found)
            if found.status >= 200:
                self._finished(found)
            if found.status == status or found.status >= 200:
                return found

    def final(self, timeout=WAIT):
        return self.wait(999, timeout)

    def expect(self, status, timeout=WAIT):
        found = self.wait(status, timeout)
        if found.status != status:
            raise Missing(f"expected {status} to {self.invite.start!r}, got: {found}")
        return found

    def _finished(self, found):
        if found.status < 300:
            self.remote = found.get("To")
            self.target = message.addr(found.get("Contact", f"<{self.invite.uri}>"))
            self.routes = list(reversed(found.tokens("Record-Route")))
            return
        ack = Message(f"ACK {self.invite.uri} SIP/2.0")
        ack.headers = [("Via", self.invite.get("Via")), ("Max-Forwards", "70"),
                       ("From", self.invite.get("From")), ("To", found.get("To")),
                       ("Call-ID", self.call_id), ("CSeq", f"{self.invite.cseq[0]} ACK"),
                       ("Content-Length", "0")]
        self.connection.send(ack)

    def ack(self, **options):
        ack = self.make("ACK", cseq=self.invite.cseq[0], **options)
        self.connection.send(ack)
        return ack

    def answered(self, timeout=WAIT):
        """Waits for the 200 and acknowledges it."""
        found = self.expect(200, timeout)
        self.ack()
        return found

    def cancel(self):
        cancel = Message(f"CANCEL {self.invite.uri} SIP/2.0")
        cancel.headers = [(k, v) for k, v in self.invite.headers
                          if k in ("Via", "From", "To", "Call-ID", "Max-Forwards", "Route")]
        cancel.headers += [("CSeq", f"{self.invite.cseq[0]} CANCEL"), ("Content-Length", "0")]
        return self.agent.exchange(self.connection, cancel)


class Taken(Dialog):
    """A call that we take."""

    def __init__(self, agent, connection, invite):
        super().__init__(agent, connection, invite.call_id)
        self.invite = invite
        self.tag = secrets.token_hex(6)
        self.local, self.remote = f"{invite.get('To')};tag={self.tag}", invite.get("From")
        self.target = message.addr(invite.get("Contact"))
        self.routes = invite.tokens("Record-Route")
        self.cseq = 0
        self.e2e = E2E in invite.tokens("Proxy-Require")

    def respond(self, status, body=None, extra=(), hop_record=True):
        extra = list(extra)
        if 200 <= status < 300 and self.e2e and hop_record:
            extra.append(("Hop-Record", assurance.hop_record(self.invite)))
        answer = reply(self.invite, status, tag=self.tag, body=body, extra=extra)
        if 100 < status < 300:
            answer.headers.insert(-1, ("Contact", self.agent.contact()))
            for route in self.invite.all("Record-Route"):
                answer.headers.insert(-1, ("Record-Route", route))
        self.connection.send(answer)
        return answer

    def answer(self, body=None, **options):
        """180, then 200; gives the ACK."""
        self.respond(180)
        self.respond(200, body, **options)
        return self.next_request("ACK")


def reply(request, status, tag=None, extra=(), body=None):
    made = Message(f"SIP/2.0 {status} {message.REASONS.get(status, 'Status')}")
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        made.headers += [(name, value) for value in request.all(name)]
    to = request.get("To", "")
    if status > 100 and message.param(to, "tag") is None:
        made.set("To", f"{to};tag={tag or secrets.token_hex(6)}")
    made.headers += list(extra)
    put_body(made, body)
    return made


def put_body(made, body):
    headers, octets = body or ((), b"")
    made.headers += list(headers)
    made.headers.append(("Content-Length", str(len(octets))))
    made.body = octets


def final(answers, timeout, what):
    end = time.monotonic() + timeout
    seen = []
    while True:
        try:
            found = answers.get(timeout=max(0.01, end - time.monotonic()))
        except queue.Empty:
            raise Missing(f"expected a final response to {what!r} in {timeout} s,"
                          f" got {seen}") from None
        if found.status >= 200:
            return found
        seen.append(found.start)
