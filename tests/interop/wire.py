"""tshark looks at every octet of assured calls: none of SIP, none of SDP, in clear."""

import unittest

from lib import capture, gateway, suite
from ua import bodies, sdp
from ua.agent import Agent, Identity

WORDS = ("SIP/2.0", "INVITE", "Call-ID", "e2e-sec", "Hop-Record", "v=0", "m=audio", "alice",
         "sip:")


class Wire(unittest.TestCase):
    """Calls of several kinds under one capture, judged afterwards."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("tcpdump", "tshark")
        cls.border = gateway.Border(lambda tree, _: tree.update(
            assurance={"grace": "1s", "cap": "2s"}), start=False)
        ports = {*cls.border.ports.values(), cls.border.alice.port, cls.border.bob.port}
        cls.wire = capture.Capture(
            cls.border.place, what=" or ".join(f"tcp port {p}" for p in ports))
        cls.border.start()  # after the capture began, so that it holds every handshake

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def clear(self, taken, word):
        return taken.count(f'tcp.payload contains "{word}" || udp.payload contains "{word}"')

    def test_no_sip_octet_in_clear(self):
        border, wire = self.border, self.wire
        clear = bodies.sdp_body(sdp.offer("127.0.0.1", 40400))
        shared = bodies.shape("N1", sdp.offer("127.0.0.1", 40500),
                              [border.keys.bob[0], border.keys.reader[0]])
        for body in (clear, shared):
            call, taken = border.talk(body, clear)
            versions = (call.connection.sock.version(), taken.connection.sock.version())
            self.assertEqual(("TLSv1.3", "TLSv1.3"), versions)
            self.assertEqual(200, border.end(call, taken).status)
        call, taken = border.call()
        taken.respond(180)
        call.expect(180)
        call.cancel()
        taken.reply(taken.next_request("CANCEL"), 200)
        taken.respond(487)
        call.final()
        call, taken = border.call()
        taken.respond(420, extra=[("Unsupported", "e2e-sec")])
        call.final()
        border.gateway.event("e2e-sec.verdict", call.call_id)
        wire.end()
        for word in WORDS:
            self.assertEqual(0, self.clear(wire, word), f"frames with {word!r} in clear")
        for port in (border.ports["inside"], border.bob.port):
            data = wire.count(f"tls.app_data && tcp.port == {port}",
                              "-d", f"tcp.port=={port},tls")
            self.assertGreater(data, 10, f"TLS records with port {port}")

    def test_the_look_finds_what_is_in_clear(self):
        """The judge judged: the same look at a SIP message over TCP."""
        border = self.border
        bob = Agent("bob", "outside.example", Identity(None, None, None))
        bob.listen(tls=False)
        wire = capture.Capture(border.place, "clear", what=f"tcp port {bob.port}")
        try:
            line = border.alice.connect("127.0.0.1", bob.port, tls=False)
            line.send(border.alice.request("OPTIONS", bob.aor))
            bob.next_incoming()
        finally:
            wire.end()
            bob.close()
        for word in ("SIP/2.0", "e2e-sec", "alice"):
            self.assertGreater(self.clear(wire, word), 0, word)
