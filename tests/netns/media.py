"""Packets of everything that is not plain RTP: ICE, BUNDLE, data channels, T.38 and MSRP.

The namespaces of pinholes.py, with more addresses: each side has two hosts, and both have one at
a NAT and one at a TURN server, which stand outside.

      caller  10.77.1.2, .3         fd00:77:1::2, ::3
      callee  198.18.0.2, .3        2001:db8:77::2, ::3
      outside 198.18.0.11 to .15    2001:db8:77::11 to ::15   (NATs, TURN servers, a stranger)
"""

import contextlib
import socket
import unittest

from lib import processes, suite
from netns.pinholes import Middle
from ua import bodies, media, sdp
from ua.agent import final

MARK = 16
GUARD = f"""
table inet guard {{
    chain forward {{
        type filter hook forward priority filter + 5; policy accept;
        meta l4proto tcp ct state established accept
        meta l4proto tcp meta mark and {MARK} == 0 drop
    }}
}}
"""


class Case(unittest.TestCase):
    """A gateway in the middle, and descriptions of all kinds."""

    family = 4
    options = {}
    disclosure = {}

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        cls.border = Middle(cls.family, cls.disclosure, **{
            "media-source": "prefixes", "packet-mark": MARK, **cls.options})
        spaces = cls.border.spaces
        cls.places = {"in": spaces.caller.inside, "out": spaces.callee.inside}
        inner, outer, length = {4: ("10.77.1.", "198.18.0.", 24),
                                6: ("fd00:77:1::", "2001:db8:77::", 64)}[cls.family]
        cls.a, cls.a2, cls.b, cls.b2 = inner + "2", inner + "3", outer + "2", outer + "3"
        cls.a_nat, cls.b_nat, cls.a_turn, cls.b_turn, cls.stranger = (
            f"{outer}1{n}" for n in range(1, 6))
        for address in (cls.a_nat, cls.b_nat, cls.a_turn, cls.b_turn, cls.stranger):
            nodad = ["nodad"] if cls.family == 6 else []
            spaces.callee.ip("addr", "add", f"{address}/{length}", "dev", "eth0", *nodad)
        spaces.middle.run("nft", "-f", "-", octets=GUARD)

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def port(self, side, address, number=0):
        return self.stack.enter_context(
            contextlib.closing(media.Port(address, number, self.places[side])))

    def sdp(self, address, *rows, version=1):
        family = "IP6" if self.family == 6 else "IP4"
        head = ["v=0", f"o=- 7 {version} IN {family} {address}", "s=-",
                f"c=IN {family} {address}", "t=0 0"]
        return bodies.sdp_body("\r\n".join([*head, *rows]) + "\r\n")

    def reoffer(self, call, taken, offer, answer):
        """A re-INVITE from the caller, answered with 200 and acknowledged."""
        invite = call.make("INVITE", body=offer, extra=[("Contact", call.agent.contact())])
        answers = call.agent.ask(call.connection, invite)
        came = taken.next_request("INVITE")
        taken.reply(came, 200, body=answer, extra=[("Contact", taken.agent.contact())])
        self.assertEqual(200, final(answers, 10, "the re-INVITE").status)
        call.connection.send(call.make("ACK", cseq=invite.cseq[0]))
        taken.next_request("ACK")

    def assert_passes(self, sender, receiver, wanted, what, **options):
        came = media.passes(sender, receiver, **options)
        self.assertEqual(5 if wanted else 0, came,
                         f"packets of 5 that arrive: {what}; kernel: {self.border.elements()}")

    def end(self, call, taken):
        self.assertEqual(200, self.border.end(call, taken).status)
        processes.until(lambda: not self.border.elements(), "no element a second after BYE", 1)

    def candidates(self, *places):
        kinds = ("host", "host", "srflx", "relay")
        return [f"a=candidate:{n} 1 UDP {2130706431 - n} {address} {port} typ {kind}"
                for n, (kind, (address, port)) in enumerate(zip(kinds, places, strict=False), 1)]

    def ice(self, base):
        """Both descriptions with two hosts, one address of a NAT and one of a relay each."""
        line = "m=audio {} UDP/TLS/RTP/SAVPF 0"
        names = ["a=rtcp-mux", "a=ice-ufrag:{}", "a=ice-pwd:" + 24 * "x"]
        mine = self.candidates((self.a, base), (self.a2, base + 2), (self.a_nat, base + 4),
                               (self.a_turn, base + 6))
        theirs = self.candidates((self.b, base + 1000), (self.b2, base + 1002),
                                 (self.b_nat, base + 1004), (self.b_turn, base + 1006))
        return (self.sdp(self.a, line.format(base), *(n.format("aaaa") for n in names), *mine),
                self.sdp(self.b, line.format(base + 1000), *(n.format("bbbb") for n in names),
                         *theirs))


class Media(Case):
    """The same tests for both address families."""

    def test_ice_every_candidate_speaks_with_every_other_and_nobody_else(self):
        offer, answer = self.ice(20000)
        inside = [self.port("in", self.a, 20000), self.port("in", self.a2, 20002)]
        outside = [self.port("out", address, 21000 + 2 * n) for n, address in
                   enumerate((self.b, self.b2, self.b_nat, self.b_turn))]
        stranger, other = self.port("out", self.stranger), self.port("out", self.b)
        turn = self.port("out", self.a_turn, 3478)
        for far in outside:
            self.assert_passes(far, inside[0], False, f"{far.address} before the call")
        call, taken = self.border.talk(offer, answer)
        for near in inside:
            for far in outside:
                self.assert_passes(far, near, True, f"{far.address} to {near.address}")
                self.assert_passes(near, far, True, f"{near.address} to {far.address}")
            self.assert_passes(other, near, True, "a checked address from another port")
            self.assert_passes(stranger, near, False, "a stranger")
            self.assert_passes(near, stranger, False, "to a stranger")
            self.assert_passes(near, turn, True, "to the own TURN server")
            self.assert_passes(turn, near, True, "from the own TURN server")
        beside = self.port("in", self.a, 20001)
        self.assert_passes(outside[0], beside, False, "a port that is no candidate")
        self.narrowed(call, taken, inside, outside)
        self.end(call, taken)
        self.assert_passes(outside[0], inside[0], False, "after BYE")

    def narrowed(self, call, taken, inside, outside):
        """Then ICE is over, and the offer says which pair it has selected."""
        line = "m=audio {} UDP/TLS/RTP/SAVPF 0"
        names = ["a=rtcp-mux", "a=ice-pwd:" + 24 * "x"]
        first = self.candidates((self.a, 20000))
        self.reoffer(
            call, taken,
            self.sdp(self.a, line.format(20000), *names, "a=ice-ufrag:aaaa", *first,
                     f"a=remote-candidates:1 {self.b} 21000", version=2),
            self.sdp(self.b, line.format(21000), *names, "a=ice-ufrag:bbbb",
                     *self.candidates((self.b, 21000)), version=2))
        processes.until(lambda: len(self.border.elements()) == 2, "one pair of elements", 3)
        self.assert_passes(outside[0], inside[0], True, "the selected pair")
        self.assert_passes(inside[0], outside[0], True, "the selected pair, outwards")
        self.assert_passes(outside[1], inside[0], False, "a candidate that was not selected")
        self.assert_passes(outside[0], inside[1], False, "a host that was not selected")

    def test_candidates_that_trickle_in_open_before_they_are_told(self):
        """Fragments in INFO passed unread: what trickled in never had a pinhole (RFC 8840)."""
        rows = ["m=audio {1} UDP/TLS/RTP/SAVPF 0", "a=mid:0", "a=rtcp-mux", "a=ice-ufrag:{2}",
                "a=ice-options:trickle", "a=candidate:1 1 UDP 9 {0} {1} typ host"]
        near, far = self.port("in", self.a, 20100), self.port("out", self.b, 21100)
        late = self.port("in", self.a2, 20102)
        call, taken = self.border.talk(
            self.sdp(self.a, *(r.format(self.a, 20100, "aaaa") for r in rows)),
            self.sdp(self.b, *(r.format(self.b, 21100, "bbbb") for r in rows)))
        self.assert_passes(far, near, True, "the first candidate")
        self.assert_passes(far, late, False, "one that was not told yet")
        self.assertEqual(200, self.trickle(
            call, taken, f"candidate:2 1 UDP 8 {self.a2} 20102 typ host").status)
        self.assert_passes(far, late, True, "one that has trickled in")
        self.assert_passes(late, far, True, "the same, outwards")
        self.assert_passes(far, near, True, "the first candidate still")
        self.assertEqual(200, self.trickle(
            call, taken, f"candidate:3 1 UDP 7 {self.stranger} 20104 typ host",
            "candidate:4 1 UDP 7 4e9bb3e9.local 20106 typ host", "end-of-candidates").status)
        self.assertEqual(4, len(self.border.elements()), self.border.elements())
        self.end(call, taken)
        self.assert_passes(far, late, False, "after BYE")

    def trickle(self, call, taken, *rows):
        text = "\r\n".join(["a=ice-ufrag:aaaa", "m=audio 9 RTP/AVP 0", "a=mid:0",
                            *(f"a={r}" for r in rows)]) + "\r\n"
        info = call.make("INFO", extra=[("Info-Package", "trickle-ice")], body=(
            [("Content-Type", "application/trickle-ice-sdpfrag")], text.encode()))
        answers = call.agent.ask(call.connection, info)
        taken.reply(taken.next_request("INFO"), 200)
        return final(answers, 10, "the INFO")

    def test_bundle_of_media_and_data_over_one_transport(self):
        rows = ["a=group:BUNDLE 0 1", "m=audio {0} UDP/TLS/RTP/SAVPF 0", "a=mid:0", "a=rtcp-mux",
                "m=application {1} UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1"]
        offer = self.sdp(self.a, *(r.format(22000, 22010) for r in rows))
        answer = self.sdp(self.b, *(r.format(23000, 23000) for r in rows))
        near, far = self.port("in", self.a, 22000), self.port("out", self.b, 23000)
        rtcp, own = self.port("in", self.a, 22001), self.port("in", self.a, 22010)
        call, taken = self.border.talk(offer, answer)
        self.assert_passes(far, near, True, "the transport of the group")
        self.assert_passes(near, far, True, "the transport of the group, outwards")
        self.assert_passes(far, rtcp, False, "a port for RTCP that is not used")
        self.assert_passes(far, own, False, "the data channel's own port")
        self.end(call, taken)
        self.assert_passes(far, near, False, "after BYE")

    def test_data_channel_alone(self):
        line = "m=application {} UDP/DTLS/SCTP webrtc-datachannel"
        near, far = self.port("in", self.a, 24000), self.port("out", self.b, 25000)
        beside = self.port("in", self.a, 24001)
        call, taken = self.border.talk(self.sdp(self.a, line.format(24000)),
                                       self.sdp(self.b, line.format(25000)))
        self.assert_passes(far, near, True, "the data channel")
        self.assert_passes(near, far, True, "the data channel, outwards")
        self.assert_passes(far, beside, False, "the port beside it")
        self.end(call, taken)

    def test_fax_takes_the_place_of_audio(self):
        voice, fax = self.port("in", self.a, 26000), self.port("in", self.a, 26010)
        beside = self.port("in", self.a, 26011)
        far, far_fax = self.port("out", self.b, 27000), self.port("out", self.b, 27010)
        call, taken = self.border.talk(self.sdp(self.a, "m=audio 26000 RTP/AVP 0"),
                                       self.sdp(self.b, "m=audio 27000 RTP/AVP 0"))
        self.assert_passes(far, voice, True, "audio")
        self.assert_passes(far_fax, fax, False, "T.38 before its re-INVITE")
        self.reoffer(call, taken, self.sdp(self.a, "m=image 26010 udptl t38", version=2),
                     self.sdp(self.b, "m=image 27010 udptl t38", version=2))
        self.assert_passes(far_fax, fax, True, "T.38")
        self.assert_passes(fax, far_fax, True, "T.38, outwards")
        self.assert_passes(far_fax, beside, False, "T.38 has no RTCP")
        processes.until(lambda: len(self.border.elements()) == 2, "the audio's elements gone", 3)
        self.assert_passes(far, voice, False, "audio after the change")
        self.end(call, taken)

    def connects(self, side, source, address, port):
        """Whether a TCP connection comes about; left open for the rest of the test."""
        with self.places[side]():
            sock = socket.socket(socket.AF_INET6 if self.family == 6 else socket.AF_INET)
        self.stack.enter_context(contextlib.closing(sock))
        sock.settimeout(0.7)
        try:
            sock.bind((source, 0))
            sock.connect((address, port))
        except OSError:
            return None
        return sock

    def listener(self, side, address, port):
        with self.places[side]():
            sock = socket.create_server(
                (address, port), family=socket.AF_INET6 if self.family == 6 else socket.AF_INET)
        return self.stack.enter_context(contextlib.closing(sock))

    def test_msrp_over_tls_to_a_passive_side_inside(self):
        host = f"[{self.a}]" if self.family == 6 else self.a
        peer = f"[{self.b}]" if self.family == 6 else self.b
        self.listener("in", self.a, 28000)
        self.listener("out", self.b, 29000)
        self.assertIsNone(self.connects("out", self.b, self.a, 28000), "before the call")
        call, taken = self.border.talk(
            self.sdp(self.a, "m=message 28000 TCP/TLS/MSRP *", "a=setup:passive",
                     f"a=path:msrps://{host}:28000/s1;tcp"),
            self.sdp(self.b, "m=message 9 TCP/TLS/MSRP *", "a=setup:active",
                     f"a=path:msrps://{peer}:9/s2;tcp"))
        sock = self.connects("out", self.b, self.a, 28000)
        self.assertIsNotNone(sock, f"the active side connects; {self.border.elements()}")
        self.assertIsNone(self.connects("out", self.b2, self.a, 28000), "another address")
        self.assertIsNone(self.connects("out", self.b, self.a, 28001), "another port")
        self.assertIsNone(self.connects("in", self.a, self.b, 29000), "the passive side")
        self.end(call, taken)
        self.assertIsNone(self.connects("out", self.b, self.a, 28000), "after BYE")


class Ipv4(Media):
    """IPv4."""


class Ipv6(Media):
    """IPv6."""

    family = 6


class Policy(Case):
    """What is refused with 488, and that a private address with a way around its NAT is not."""

    options = {"nat-without-ice": "refuse", "unknown-media": "refuse", "max-candidates": 8}

    def refused(self, *rows):
        call = self.border.alice.invite(self.border.line, self.border.bob.aor,
                                        body=self.sdp(self.a, *rows))
        answer = call.final()
        self.assertEqual(488, answer.status, str(answer))
        self.assertEqual([], self.border.elements())
        return answer.get("Warning", "")

    def test_private_media_needs_a_candidate_around_the_nat(self):
        self.assertIn("nat-without-ice", self.refused("m=audio 30000 RTP/AVP 0"))
        offer, answer = self.ice(30000)
        self.end(*self.border.talk(offer, answer))

    def test_unknown_protocols_and_too_many_candidates(self):
        row = "a=candidate:1 1 UDP 1 {} {} typ host"
        many = [row.format(self.a, 31000 + n) for n in range(9)]
        self.assertIn("too-many-media", self.refused(
            "m=audio 31000 RTP/AVP 0", "a=ice-ufrag:aaaa", *many))
        self.assertIn("media-unknown", self.refused("m=audio 31000 UDP/QUIC 0"))
        self.assertIn("address-refused", self.refused(
            "m=audio 31000 RTP/AVP 0", "a=ice-ufrag:aaaa", row.format(self.stranger, 31000),
            f"c=IN IP4 {self.stranger}"))


class Exact(Case):
    """The source policy addr+port: five-tuples."""

    options = {"source": "addr+port"}

    def test_only_the_port_of_the_description_may_send(self):
        near, far = self.port("in", self.a, 32000), self.port("out", self.b, 33000)
        rtcp, far_rtcp = self.port("in", self.a, 32001), self.port("out", self.b, 33001)
        other, own = self.port("out", self.b), self.port("in", self.a)
        call, taken = self.border.talk(self.sdp(self.a, "m=audio 32000 RTP/AVP 0"),
                                       self.sdp(self.b, "m=audio 33000 RTP/AVP 0"))
        self.assert_passes(far, near, True, "RTP")
        self.assert_passes(far_rtcp, rtcp, True, "RTCP")
        self.assert_passes(near, far, True, "RTP, outwards")
        self.assert_passes(other, near, False, "the right address from another port")
        self.assert_passes(far_rtcp, near, False, "the port of RTCP to that of RTP")
        self.assert_passes(own, far, False, "outwards from another port")
        self.end(call, taken)
        self.assert_passes(far, near, False, "after BYE")


class Early(Case):
    """pinholes.pre-answer-media: wildcard."""

    options = {"pre-answer-media": "wildcard", "early-lifetime": "6s"}

    def test_anyone_may_send_until_somebody_has_answered(self):
        near, far = self.port("in", self.a, 34000), self.port("out", self.b, 35000)
        stranger, beside = self.port("out", self.stranger), self.port("in", self.a, 34002)
        offer = self.sdp(self.a, "m=audio 34000 RTP/AVP 0")
        call, taken = self.border.call(body=offer)
        for sender in (far, stranger):
            self.assert_passes(sender, near, True, "before the answer")
        # What the kernel remembers of before an opening is forgotten within a quarter of a second,
        # and with it what has just come: the next packet counts.
        processes.until(lambda: media.passes(far, near) == 5 and media.passes(near, far) == 5,
                        "who has sent is answered", 1)
        self.assert_passes(far, beside, False, "to a port that was not offered")
        taken.respond(200, self.sdp(self.b, "m=audio 35000 RTP/AVP 0"))
        call.answered()
        taken.next_request("ACK")
        processes.until(lambda: len(self.border.elements()) == 4, "the exact flows alone", 2)
        self.assert_passes(stranger, near, False, "a stranger after the answer")
        self.assert_passes(far, near, True, "media after the answer")
        self.end(call, taken)

    def test_it_ends_though_it_rings_on(self):
        near, far = self.port("in", self.a, 34100), self.port("out", self.b, 35100)
        call, taken = self.border.call(body=self.sdp(self.a, "m=audio 34100 RTP/AVP 0"))
        taken.respond(180)
        call.expect(180)
        self.assert_passes(far, near, True, "while it rings")
        processes.until(lambda: not self.border.elements(), "no element after its time", 8, 0.2)
        self.assert_passes(far, near, False, "after its time")
        taken.respond(200, self.sdp(self.b, "m=audio 35100 RTP/AVP 0"))
        call.answered()
        taken.next_request("ACK")
        self.assert_passes(far, near, True, "in the call")
        self.end(call, taken)


class Blind(Case):
    """A border that reads no bodies, and gives them a range of ports (PIN-5)."""

    options = {"blind-media": "range", "blind-lowest-port": 36000, "blind-highest-port": 36003}
    disclosure = {"profile": "route-only"}

    def test_a_range_of_the_user_agent_and_nothing_beside_it(self):
        keys = self.border.keys
        hidden = [bodies.shape("N1", sdp.offer(address, port), [reader[0]])
                  for address, port, reader in ((self.a, 36000, keys.bob),
                                                (self.b, 37000, keys.alice_reads))]
        near, far = self.port("in", self.a, 36000), self.port("out", self.b, 37000)
        above, other = self.port("in", self.a, 36004), self.port("in", self.a2, 36000)
        call, taken = self.border.call(body=hidden[0])
        self.assert_passes(far, near, False, "before the answer")
        taken.respond(200, hidden[1])
        call.answered()
        taken.next_request("ACK")
        self.assert_passes(near, far, True, "it may begin")
        self.assert_passes(far, near, True, "and be sent to")
        self.assert_passes(far, above, False, "above the range")
        self.assert_passes(far, other, False, "another address inside")
        self.border.gateway.event("pinhole.no-media", call.call_id)
        self.end(call, taken)
        self.assert_passes(far, near, False, "after BYE")


class Silence(Case):
    """Media that does not come (PIN 6.4)."""

    options = {"no-media-after": "2s"}

    def test_a_direction_without_a_packet_is_told(self):
        near, far = self.port("in", self.a, 38000), self.port("out", self.b, 39000)
        call, taken = self.border.talk(self.sdp(self.a, "m=audio 38000 RTP/AVP 0"),
                                       self.sdp(self.b, "m=audio 39000 RTP/AVP 0"))
        self.assert_passes(far, near, True, "media inwards")
        told = self.border.gateway.event("pinhole.no-media", call.call_id)
        self.assertIn("no-packets", str(told))
        self.assertIn("out", str(told))
        self.end(call, taken)


del Case, Media
