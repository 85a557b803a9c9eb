"""TLS connections that carry SIP, framed by Content-Length; every octet is kept."""

import contextlib
import os
import select
import socket
import ssl
import threading

from . import message

PATIENCE = float(os.environ.get("SUREHOP_PATIENCE", "1"))
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def client_context(identity, tls13=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # SIP identities are compared by peer_is, not by DNS rules
    context.load_verify_locations(identity.trust)
    if identity.cert:
        context.load_cert_chain(identity.cert, identity.key)
    _versions(context, tls13)
    return context


def server_context(identity, ask=True, tls13=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.cert, identity.key)
    if ask:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(identity.trust)
    _versions(context, tls13)
    return context


def _versions(context, tls13):
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls13 is True:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    if tls13 is False:
        context.maximum_version = ssl.TLSVersion.TLSv1_2


def peer_identities(certificate):
    """RFC 5922: sip URIs without user part; DNS names only when there is no sip URI."""
    names = certificate.get("subjectAltName", ()) if certificate else ()
    uris = [v[4:] for k, v in names if k == "URI" and v.lower().startswith("sip:") and "@" not in v]
    return [u.lower() for u in uris] or [v.lower() for k, v in names if k == "DNS"]


class Connection:
    """One stream. Messages go to `deliver(connection, message)` on a thread of its own."""

    def __init__(self, sock, deliver, closed=None, peer=""):
        sock.setblocking(False)
        self.sock = sock
        self.deliver = deliver
        self.on_closed = closed
        self.peer = peer
        self.received = bytearray()
        self.sent = bytearray()
        self.closed = threading.Event()
        self._tls = threading.Lock()  # OpenSSL allows one thread at a time in a connection
        self._write = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def start(self):
        self._reader.start()
        return self

    def send(self, data):
        if isinstance(data, message.Message):
            data = data.to_bytes()
        with self._write:
            self.sent += data
            view = memoryview(data)
            while view:
                try:
                    with self._tls:
                        view = view[self.sock.send(view):]
                except WOULD_BLOCK:
                    self._wait(write=True)

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.closed.wait(2)
        with contextlib.suppress(OSError):
            self.sock.close()

    def _wait(self, write=False):
        fd = self.sock.fileno()
        if fd < 0:
            raise OSError("closed")
        select.select([fd], [fd] if write else [], [], 1)

    def _read(self):
        buffer = bytearray()
        try:
            while data := self._some():
                self.received += data
                buffer += data
                while (found := frame(buffer)) is not None:
                    self.deliver(self, found)
        except (OSError, ValueError):
            pass
        finally:
            self.closed.set()
            if self.on_closed:
                self.on_closed(self)

    def _some(self):
        while True:
            try:
                with self._tls:
                    return self.sock.recv(65536)
            except WOULD_BLOCK:
                self._wait()


def frame(buffer):
    """Takes one whole message off the front of the buffer; None when more is needed."""
    while buffer[:2] == b"\r\n":
        del buffer[:2]
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    found = message.parse_head(bytes(buffer[:end]))
    lengths = found.all("Content-Length")
    if len(lengths) != 1:
        raise message.Malformed(f"Content-Length rows: {lengths}")
    size = int(lengths[0])
    if len(buffer) < end + 4 + size:
        return None
    found.body = bytes(buffer[end + 4:end + 4 + size])
    del buffer[:end + 4 + size]
    return found


def tls_connect(address, context, server_name=None, source=None, timeout=10 * PATIENCE):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    raw = socket.socket(family, socket.SOCK_STREAM)
    raw.settimeout(timeout)
    if source:
        raw.bind((source, 0))
    try:
        raw.connect(address)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = context.wrap_socket(raw, server_hostname=server_name)
    except BaseException:
        raw.close()
        raise
    sock.settimeout(None)
    return sock
