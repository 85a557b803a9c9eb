"""Bad input on the wire: its exact answer, a counter and an event, and calls in progress go on."""

import contextlib
import re
import socket
import ssl
import time
import unittest

from lib import gateway, processes
from lib.gateway import INSIDE, NAME
from ua import bodies, message, sdp, transport
from ua.agent import Identity

HEAD = ("Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKbad\r\nMax-Forwards: 70\r\n"
        "From: <sip:alice@inside.example>;tag=bad\r\nTo: <sip:bob@outside.example>\r\n"
        "Call-ID: bad@inside.example\r\nCSeq: 1 OPTIONS\r\n")
START = "OPTIONS sip:bob@outside.example SIP/2.0\r\n"
END = "Content-Length: 0\r\n\r\n"


class Sip(unittest.TestCase):
    """On the wire: one established call stands while everything else goes wrong."""

    @classmethod
    def setUpClass(cls):
        def change(tree, _):
            tree["limits"] = {"message": "2s", "first-line": "3s", "body-bytes": "16KiB"}
            tree["assurance"] = {"grace": "1s", "cap": "2s"}
            tree["tls"]["handshake-timeout"] = "2s"
            tree["disclosure"] = {"clear-sdp": True}
        cls.border = gateway.Border(change)
        cls.gateway = cls.border.gateway
        body = bodies.sdp_body(sdp.offer("127.0.0.1", 40600))
        cls.call, cls.taken = cls.border.talk(body, bodies.sdp_body(sdp.offer("127.0.0.1", 50600)))

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def tearDown(self):
        """The call in progress still carries requests both ways, on the lines it began on."""
        for here, there in ((self.call, self.taken), (self.taken, self.call)):
            answers = here.agent.ask(here.connection, here.make("INFO"))
            there.reply(there.next_request("INFO"), 200)
            self.assertEqual(200, answers.get(timeout=5).status, "INFO in the call in progress")

    def line(self, **options):
        return self.border.alice.connect("127.0.0.1", self.border.ports["inside"], NAME, **options)

    def throw(self, octets, wait=6, until_closed=True):
        """Sends octets on a line of their own; (first response or None, whether it closed)."""
        line = self.line()
        try:
            # The gateway may answer and close before it has been told everything.
            with contextlib.suppress(OSError):
                line.send(octets if isinstance(octets, bytes) else octets.encode())
            end = time.monotonic() + wait
            found = None
            while time.monotonic() < end:
                buffer = bytearray(line.received)
                found = transport.frame(buffer)
                if line.closed.is_set() or (found and not until_closed):
                    break
                time.sleep(0.02)
            return found, line.closed.is_set()
        finally:
            line.close()

    def counted(self, reason):
        """The counter of a reason as the status row has it, which follows within seconds."""
        return self.gateway.status().get("reasons", {}).get(reason, 0)

    def refused(self, octets, status, reason, closes=True, words=""):
        before = len(self.gateway.events(reason=reason))
        counted = self.counted(reason)
        found, closed = self.throw(octets, until_closed=closes)
        self.assertIsNotNone(found, f"expected {status} to {octets[:300]!r}, got nothing")
        self.assertEqual(status, found.status, f"answer to {octets[:300]!r}: {found}")
        self.assertIn(words, found.get("Warning", ""), str(found))
        self.assertEqual(closes, closed, "whether the connection was closed")
        processes.until(lambda: len(self.gateway.events(reason=reason)) > before,
                        f"an event with reason {reason}")
        processes.until(lambda: self.counted(reason) > counted,
                        f"the counter of {reason} above {counted}", 20)

    def test_framing_faults_are_400_and_the_connection_closes(self):
        cases = {
            "no Content-Length": START + HEAD + "\r\n",
            "two Content-Lengths": START + HEAD + "Content-Length: 0\r\n" + END,
            "one long and one compact": START + HEAD + "l: 0\r\n" + END,
            "a Content-Length that is none": START + HEAD + "Content-Length: -1\r\n\r\n",
            "a bare CR": START + HEAD.replace("Max", "X: a\rb\r\nMax") + END,
            "a bare LF": START + HEAD.replace("Max", "X: a\nb\r\nMax") + END,
            "a NUL": START + HEAD + "X: \0\r\n" + END,
            "two From": START + HEAD + "f: <sip:eve@x>;tag=2\r\n" + END,
            "two Call-ID": START + HEAD + "i: other\r\n" + END,
            "too many headers": START + HEAD + "X: y\r\n" * 200 + END,
            "too many Vias": START + HEAD + "Via: " + ",".join(
                ["SIP/2.0/TLS a;branch=z9hG4bK1"] * 200) + "\r\n" + END,
        }
        for name, text in cases.items():
            with self.subTest(name=name):
                self.refused(text, 400, "framing")

    def test_smuggled_request_is_never_served(self):
        inner = START.replace("OPTIONS", "INVITE") + HEAD.replace(
            "OPTIONS", "INVITE").replace("bad@", "smuggled@") + END
        text = START + HEAD + f"Content-Length: 0\r\nl: {len(inner)}\r\n\r\n" + inner
        self.refused(text, 400, "framing")
        self.assertTrue(self.border.bob.never_got("smuggled@inside.example"),
                        "expected nothing at the callee")

    def test_huge_content_length_is_413(self):
        for size in ("1900000000", "2147483648", "9999999999", "20000"):
            with self.subTest(size=size):
                self.refused(START + HEAD + f"Content-Length: {size}\r\n\r\n", 413,
                             "message-too-large")

    def test_header_block_without_end_is_400(self):
        self.refused(START + HEAD + "X: " + "a" * 70000, 400, "framing")

    def test_malformed_messages_are_400_and_the_connection_goes_on(self):
        cases = {
            "CSeq number too large": HEAD.replace("CSeq: 1 ", "CSeq: 36893488147419103232 "),
            "CSeq of another method": HEAD.replace("1 OPTIONS", "1 INVITE"),
            "no From": re.sub("From:.*\r\n", "", HEAD),
            "no Call-ID": re.sub("Call-ID:.*\r\n", "", HEAD),
            "unclosed To": HEAD.replace("<sip:bob@outside.example>", '"Bob <sip:bob@x>'),
            "Max-Forwards beyond 255": HEAD.replace("70", "300"),
        }
        for name, head in cases.items():
            with self.subTest(name=name):
                self.refused(START + head + END, 400, "malformed", closes=False)

    def test_unknown_version_is_505(self):
        self.refused(START.replace("2.0", "7.0") + HEAD + END, 505, "malformed", closes=False)

    def test_message_that_never_ends_is_closed(self):
        line = self.line()
        began = time.monotonic()
        line.send((START + HEAD + "Content-Length: 100\r\n\r\nhalf").encode())
        self.assertTrue(line.closed.wait(8), "expected the connection to be closed in 8 s")
        self.assertLess(time.monotonic() - began, 6)
        self.gateway_event("message-timeout")

    def test_message_that_drips_is_closed(self):
        line = self.line()
        began = time.monotonic()
        try:
            for octet in (START + HEAD)[:200]:
                line.send(octet.encode())
                if line.closed.wait(0.1):
                    break
        except OSError:
            pass
        self.assertTrue(line.closed.is_set(), "expected the connection to be closed")
        self.assertLess(time.monotonic() - began, 8)

    def test_connection_that_says_nothing_is_closed(self):
        line = self.line()
        self.assertTrue(line.closed.wait(10), "expected the connection to be closed in 10 s")

    def gateway_event(self, reason):
        return processes.until(lambda: self.gateway.events(reason=reason),
                               f"an event with reason {reason}")

    # -- TLS

    def shut_out(self, reason, identity=None, **options):
        before = len(self.gateway.events(reason=reason))
        try:
            line = self.line(identity=identity, **options)
            line.send((START + HEAD + END).encode())
            self.assertTrue(line.closed.wait(5), "expected the connection to be closed")
            self.assertEqual(b"", bytes(line.received), "expected no SIP octet")
        except OSError:
            pass  # closed in the handshake
        processes.until(lambda: len(self.gateway.events(reason=reason)) > before,
                        f"an event with reason {reason}; there are "
                        f"{sorted({e['reason'] for e in self.gateway.events()})}")

    def identity(self, name, domain=INSIDE, authority=None, **options):
        keys = self.border.keys
        return Identity(*(authority or keys.ca).tls(name, domain, **options), keys.trust)

    def test_unknown_authority(self):
        self.shut_out("unknown-ca", self.identity("forged", authority=self.border.keys.other))

    def test_expired_certificate(self):
        self.shut_out("certificate-expired", self.identity("expired", expired=True))

    def test_no_certificate(self):
        for tls13 in (True, False):
            with self.subTest(tls13=tls13):
                self.shut_out("no-certificate", Identity(None, None, self.border.keys.trust),
                              tls13=tls13)

    def turned_away(self):
        """A certificate without any SIP domain is as good as none."""
        return sum(len(self.gateway.events(reason=r)) for r in ("peer-unknown", "no-certificate"))

    def test_certificate_of_another_name(self):
        """RFC 5922: a suffix, a wildcard, a user or another domain is not the domain."""
        alice = self.border.alice
        for name, domain in (("stranger", "stranger.example"), ("wild", "*.example"),
                             ("suffix", "x.outside.example"), ("user", "bob@outside.example")):
            with self.subTest(name=name):
                line = self.border.bob.connect("127.0.0.1", self.border.ports["outside"], NAME,
                                               identity=self.identity(name, domain, dns=False))
                before = self.turned_away()
                invite = self.border.bob.request("INVITE", alice.aor)
                try:
                    answer = self.border.bob.exchange(line, invite, 5)
                    line.send(self.ack(invite, answer))
                    self.assertEqual(403, answer.status, str(answer))
                    self.assertIn(f"399 {NAME}", answer.get("Warning", ""))
                    processes.until(lambda b=before: self.turned_away() > b,
                                    "an event with reason peer-unknown or no-certificate", 5)
                except OSError:
                    self.assertTrue(line.closed.wait(3), "expected 403 or a closed connection")
                finally:
                    line.close()
                self.assertTrue(alice.never_got(invite.call_id), "expected nothing at the callee")

    def test_old_tls_is_refused(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", self.border.ports["inside"]), 5) as raw:
            self.assertRaises(OSError, context.wrap_socket, raw)

    def test_clear_text_on_the_tls_port(self):
        with socket.create_connection(("127.0.0.1", self.border.ports["inside"]), 5) as raw:
            raw.settimeout(5)
            raw.sendall((START + HEAD + END).encode())
            try:
                got = raw.recv(1000)
            except ConnectionError:
                got = b""
        self.assertNotIn(b"SIP/2.0", got)

    def test_handshake_that_never_ends(self):
        before = len(self.gateway.events(reason="handshake-timeout"))
        with socket.create_connection(("127.0.0.1", self.border.ports["inside"]), 5) as raw:
            raw.settimeout(6)
            try:
                self.assertEqual(b"", raw.recv(10)[:0])
            except (ConnectionError, TimeoutError) as e:
                self.assertNotIsInstance(e, TimeoutError, "expected the gateway to close in 6 s")
        processes.until(
            lambda: len(self.gateway.events(reason="handshake-timeout")) > before,
            "an event with reason handshake-timeout")

    # -- SDP

    def sdp_refused(self, text, reason):
        before = len(self.gateway.events(reason=reason))
        invite = self.border.alice.request(
            "INVITE", self.border.bob.aor, body=bodies.sdp_body(text))
        answer = self.border.alice.exchange(self.border.line, invite)
        self.border.line.send(self.ack(invite, answer))
        self.assertEqual(488, answer.status, f"answer to {text!r}: {answer}")
        self.assertIn(reason, answer.get("Warning", ""), str(answer))
        self.assertTrue(self.border.bob.never_got(invite.call_id), "expected nothing at the callee")
        processes.until(lambda: len(self.gateway.events(reason=reason)) > before,
                        f"an event with reason {reason}")

    @staticmethod
    def ack(invite, answer):
        made = message.Message(f"ACK {invite.uri} SIP/2.0", [
            (k, v) for k, v in invite.headers if k in ("Via", "From", "Call-ID", "Max-Forwards")])
        made.headers += [("To", answer.get("To")), ("CSeq", f"{invite.cseq[0]} ACK"),
                         ("Content-Length", "0")]
        return made

    def test_hostile_addresses_in_sdp(self):
        for address in ("0.0.0.0", "224.0.0.1", "255.255.255.255", "169.254.1.1", "8.8.8.8",
                        "::ffff:127.0.0.1", "ff02::1", "fe80::1", "::"):
            if address in ("0.0.0.0", "::"):
                continue  # an old style of hold (PIN-20), not an address to open
            with self.subTest(address=address):
                self.sdp_refused(sdp.offer(address, 40700), "address-refused")

    def test_hostile_ports_in_sdp(self):
        for port in (22, 53, 161, 1023, 5060, 5061):
            with self.subTest(port=port):
                self.sdp_refused(sdp.offer("127.0.0.1", port), "port-refused")

    def test_too_many_media(self):
        extra = [f"m=audio {42000 + 2 * n} RTP/AVP 0" for n in range(1, 12)]
        self.sdp_refused(sdp.offer("127.0.0.1", 42000, extra=extra), "too-many-media")

    def test_malformed_sdp(self):
        good = sdp.offer("127.0.0.1", 40800)
        for name, text in (("port 70000", good.replace("40800", "70000")),
                           ("a name for an address", good.replace("127.0.0.1", "host.example")),
                           ("no c= line", re.sub("c=.*\r\n", "", good)),
                           ("no SDP at all", "hello\r\n")):
            with self.subTest(name=name):
                reason = "address-refused" if "name" in name else "sdp-malformed"
                self.sdp_refused(text, reason)

    def test_broken_cms_keeps_calls_going(self):
        for name, octets in (("garbage", b"\x30\x80" * 4000), ("empty", b"\x30\x00"),
                             ("deep", b"\x30\x83\xff\xff\xff" * 1000)):
            with self.subTest(name=name):
                invite = self.border.alice.request(
                    "INVITE", self.border.bob.aor, body=bodies.pkcs7("enveloped-data", octets))
                answer = self.border.alice.exchange(self.border.line, invite)
                self.border.line.send(self.ack(invite, answer))
                self.assertIn(answer.status, (400, 413), str(answer))
                self.assertIn("399 " + NAME, answer.get("Warning", ""), str(answer))


class Callee(unittest.TestCase):
    """The callee's certificate is wrong: 420 with the cause, and not one octet of SIP."""

    def wrong(self, make, cause):
        border = gateway.Border(start=False)
        try:
            border.bob.close()
            border.bob = gateway.Agent("bob", "outside.example", make(border.keys))
            border.bob.listen(border.bob.port)
            border.tree["peers"][1]["port"] = border.bob.port
            border.start()
            invite = border.alice.request("INVITE", border.bob.aor)
            answer = border.alice.exchange(border.line, invite)
            self.assertEqual((420, ["e2e-sec"]), (answer.status, answer.tokens("Unsupported")))
            self.assertIn(f'399 {NAME} "e2e-sec: {cause}', answer.get("Warning", ""))
            self.assertTrue(border.bob.incoming.empty(), "expected no SIP at the wrong callee")
            border.gateway.event("e2e-sec.rejected", invite.call_id)
        finally:
            border.close()

    def test_unknown_authority(self):
        self.wrong(lambda keys: Identity(*keys.other.tls("o", "outside.example"), keys.trust),
                   "peer-not-authenticated")

    def test_wrong_name(self):
        self.wrong(lambda keys: Identity(*keys.ca.tls("w", "elsewhere.example"), keys.trust),
                   "peer-not-authenticated")

    def test_expired(self):
        self.wrong(lambda keys: Identity(
            *keys.ca.tls("e", "outside.example", expired=True), keys.trust),
            "peer-not-authenticated")
