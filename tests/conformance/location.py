"""Routing by location (RFC 4189 section 2.2.2): which of two callees a call reaches by where its caller
is. All bodies are made by openssl."""

import unittest

from lib import gateway
from lib.gateway import NAME
from ua import agent, bodies, sdp

POINT, CIRCLE, POLYGON, CIVIC = "point", "circle", "polygon", "civic"
FLAT = 'srsName="urn:ogc:def:crs:EPSG::4326"'


def shape(kind, latitude=59.33, longitude=18.06):
    """A place in Stockholm, unless told otherwise."""
    pos = f"<gml:pos>{latitude} {longitude}</gml:pos>"
    if kind == POINT:
        return f"<gml:Point {FLAT}>{pos}</gml:Point>"
    if kind == CIRCLE:
        return (f'<gs:Circle {FLAT}>{pos}<gs:radius uom="urn:ogc:def:uom:EPSG::9001">90</gs:radius>'
                "</gs:Circle>")
    if kind == POLYGON:
        ring = " ".join(f"{latitude + y} {longitude + x}" for y, x in (
            (-.001, -.001), (-.001, .001), (.001, .001), (.001, -.001), (-.001, -.001)))
        return (f"<gml:Polygon {FLAT}><gml:exterior><gml:LinearRing><gml:posList>{ring}"
                "</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>")
    return "<ca:civicAddress><ca:country>SE</ca:country><ca:A3>Uppsala</ca:A3></ca:civicAddress>"


def pidf(inner, expires="2099-01-01T00:00:00Z"):
    return ('<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" '
            'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" '
            'xmlns:bp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy" '
            'xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" '
            'xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0" '
            'entity="pres:alice@inside.example"><tuple id="t"><status><gp:geopriv>'
            f"<gp:location-info>{inner}</gp:location-info><gp:usage-rules>"
            f"<bp:retention-expiry>{expires}</bp:retention-expiry></gp:usage-rules>"
            "</gp:geopriv></status></tuple></presence>")


class Location(unittest.TestCase):
    """SVC-2: who is in Stockholm or Uppsala is led to Bob, everybody else to Carol."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob

    @classmethod
    def tearDownClass(cls):
        cls.border.close()
        cls.carol.close()

    @classmethod
    def change(cls, tree, border):
        cls.carol = agent.Agent("carol", "elsewhere.example",
                                border.keys.identity("elsewhere.example"))
        cls.carol.listen()
        tree["peers"].append(gateway.peer("elsewhere", "elsewhere.example", "127.0.0.1",
                                          cls.carol.port))
        inside = tree["routes"][0]
        pizza = {"domain": "pizza.example", "side": "outside"}
        tree["routes"] = [
            inside,
            {**pizza, "to": "outside", "area": {"circle": "59.33 18.06 5000"}},
            {**pizza, "to": "outside", "area": {"polygon": ["1 179", "1 -179", "-1 -179",
                                                            "-1 179"]}},
            {**pizza, "to": "outside", "area": {"civic": ["country=SE", "A3=Uppsala"]}},
            {**pizza, "to": "elsewhere"},
        ]
        tree["services"] = {"emergency": {"to": "outside", "side": "outside"}}
        tree["disclosure"] = {"clear-sdp": False}

    # -- helpers

    def body(self, place, signer=None, cid="loc@inside.example", sign=True):
        """N7: SDP and location in one envelope, both signed."""
        mark = "seven"
        offer = sdp.offer("127.0.0.1", 40100, 40102)
        parts = [bodies.mime("application/sdp", offer.encode()),
                 bodies.mime("application/pidf+xml", place.encode(), [f"Content-ID: <{cid}>"])]
        inner = bodies.mime(f"multipart/mixed; boundary={mark}", b"".join(
            f"--{mark}\r\n".encode() + p + b"\r\n" for p in parts) + f"--{mark}--\r\n".encode())
        if sign:
            inner = bodies.mime(*bodies.multipart_signed(inner, *(signer or self.keys.alice)))
        return bodies.pkcs7("auth-enveloped-data", bodies.encrypt(
            inner, [self.keys.bob[0], self.keys.reader[0]], "-aes-256-gcm"))

    def call(self, body, routing="yes", geolocation="<cid:loc@inside.example>",
             uri="sip:order@pizza.example"):
        line = self.alice.connect("127.0.0.1", self.border.ports["inside"], NAME)
        rows = [("Geolocation", geolocation)] if geolocation else []
        rows += [("Geolocation-Routing", routing)] if routing else []
        return self.alice.invite(line, uri, body=body, extra=rows)

    def lands(self, call, there):
        """The call reaches `there` and nobody else; its body is what Alice sent."""
        other = self.carol if there is self.bob else self.bob
        taken = there.next_call(10, call.call_id)
        self.assertEqual(call.invite.body, taken.invite.body)
        self.assertTrue(other.never_got(call.call_id))
        taken.respond(486)
        self.assertEqual(486, call.final().status)

    def refused(self, call, error):
        answer = call.final()
        self.assertEqual(424, answer.status, str(answer))
        self.assertEqual(error, answer.get("Geolocation-Error"))
        self.border.gateway.event("location.unused", call.call_id)
        self.assertTrue(self.bob.never_got(call.call_id) and self.carol.never_got(call.call_id))

    # -- tests

    def test_point_circle_polygon_and_address_choose_the_way(self):
        for kind in (POINT, CIRCLE, POLYGON, CIVIC):
            with self.subTest(kind=kind):
                call = self.call(self.body(pidf(shape(kind))))
                self.lands(call, self.bob)
                told = self.border.gateway.event("location.routed", call.call_id)
                self.assertEqual({"to": "outside"}, told["details"])

    def test_a_location_for_the_gateway_alone(self):
        """Two envelopes: the callee has a key for the first only, and the label names that one."""
        mark = "split"
        offer = bodies.mime("application/sdp", sdp.offer("127.0.0.1", 40100, 40102).encode())
        place = bodies.mime("application/pidf+xml", pidf(shape(POINT)).encode(),
                            ["Content-ID: <loc@inside.example>"])
        place = bodies.mime(*bodies.multipart_signed(place, *self.keys.alice))

        def part(content, readers, cid, handling):
            return bodies.mime(
                "application/pkcs7-mime; smime-type=enveloped-data",
                bodies.encrypt(content, readers),
                ["Content-Transfer-Encoding: binary", f"Content-ID: <{cid}>",
                 f"Content-Disposition: session; handling={handling}"])
        gateways = self.keys.reader[0]
        parts = [part(offer, [self.keys.bob[0], gateways], "sdp@inside.example", "required"),
                 part(place, [gateways], "loc@inside.example", "optional")]
        octets = b"".join(f"--{mark}\r\n".encode() + p + b"\r\n" for p in parts)
        body = ([("Content-Type", f"multipart/mixed; boundary={mark}")],
                octets + f"--{mark}--\r\n".encode())
        line = self.alice.connect("127.0.0.1", self.border.ports["inside"], NAME)
        call = self.alice.invite(line, "sip:order@pizza.example", body=body, extra=[
            ("Geolocation", "<cid:loc@inside.example>"), ("Geolocation-Routing", "yes"),
            ("Proxy-Inspect-Body", f'{NAME};cid="sdp@inside.example"')])
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual(body[1], taken.invite.body)
        sealed = bodies.multipart(taken.invite.get("Content-Type"), taken.invite.body)
        self.assertIn(b"m=audio", bodies.decrypt(sealed[0][1], *self.keys.bob))
        with self.assertRaises(bodies.Unreadable):
            bodies.decrypt(sealed[1][1], *self.keys.bob)
        taken.respond(486)
        self.assertEqual(486, call.final().status)
        self.border.gateway.event("location.routed", call.call_id)

    def test_beyond_the_180th_meridian(self):
        self.lands(self.call(self.body(pidf(shape(POINT, 0.5, -179.5)))), self.bob)
        self.lands(self.call(self.body(pidf(shape(POINT, 0.5, 178.5)))), self.carol)

    def test_elsewhere_takes_the_common_route(self):
        self.lands(self.call(self.body(pidf(shape(POINT, 55.6, 13.0)))), self.carol)

    def test_no_permission_no_look(self):
        """Without the header, or with `no`, the place chooses nothing (RFC 6442 section 4.2)."""
        for routing in (None, "no"):
            with self.subTest(routing=routing):
                call = self.call(self.body(pidf(shape(POINT))), routing)
                self.lands(call, self.carol)
                self.assertEqual([], self.border.gateway.events("location.routed", call.call_id))

    def test_what_cannot_be_used_is_424(self):
        cannot = '100 ;code="Cannot Process Location"'
        dtd = pidf(shape(POINT)).replace(
            "<presence", '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><presence', 1)
        hole = shape(POLYGON).replace("</gml:Polygon>", "<gml:interior/></gml:Polygon>")
        for name, body in (
                ("unsigned", self.body(pidf(shape(POINT)), sign=False)),
                ("expired", self.body(pidf(shape(POINT), "2020-01-01T00:00:00Z"))),
                ("a document type", self.body(dtd)),
                ("a hole", self.body(pidf(hole))),
                ("another object", self.body(pidf(shape(POINT)), cid="other@inside.example"))):
            with self.subTest(name=name):
                self.refused(self.call(body), cannot)
        self.refused(self.call(self.body(pidf(shape(POINT))),
                               geolocation="<https://lis.example/place/4711>"),
                     '300 ;code="Dereference Failure"')

    def test_bad_signature_never_routes(self):
        call = self.call(self.body(pidf(shape(POINT)), signer=self.keys.bob_signs))
        self.assertEqual(403, call.final().status)
        self.assertTrue(self.bob.never_got(call.call_id) and self.carol.never_got(call.call_id))

    def test_emergency_calls_pass_unread_and_are_told(self):
        opaque = bodies.pkcs7("enveloped-data", bodies.encrypt(
            bodies.mime("application/sdp", b"v=0\r\n"), [self.keys.bob[0]]))
        call = self.call(opaque, uri="urn:service:sos")
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual("urn:service:sos", taken.invite.uri)
        self.assertEqual(opaque[1], taken.invite.body)
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        self.border.gateway.event("emergency.bypass", call.call_id)
        self.assertEqual([], self.border.gateway.events("pinhole.open", call.call_id))
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_where_somebody_is_is_told_nobody(self):
        call = self.call(self.body(pidf(shape(POINT, 59.3312345, 18.0654321))))
        self.lands(call, self.bob)
        self.border.gateway.event("location.routed", call.call_id)
        for file in self.border.place.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"3312345", file.read_bytes(), file)


class HelpInClear(unittest.TestCase):
    """EDG-63: who calls for help over a listener in clear is let through, and only he."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.alice, cls.bob = cls.border.alice, cls.border.bob

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @staticmethod
    def change(tree, border):
        border.ports["clear"] = gateway.free_port()
        tree["listeners"].append(
            {"name": "clear", "address": "127.0.0.1", "port": border.ports["clear"],
             "side": "inside", "transport": "tcp", "client-certificate": "none"})
        tree["services"] = {"emergency": {"to": "outside", "side": "outside"}}
        for peer in tree["peers"]:
            # All stand on the loopback: who calls from a peer's address must show a certificate.
            peer["require-certificate"] = False

    def connect(self):
        return self.alice.connect("127.0.0.1", self.border.ports["clear"], tls=False)

    def test_a_whole_call_for_help(self):
        body = [("Content-Type", "application/sdp")], b"not even a description"
        call = self.alice.invite(self.connect(), "urn:service:sos.fire", e2e=False, body=body)
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual(("urn:service:sos.fire", body[1]), (taken.invite.uri, taken.invite.body))
        self.assertIn("TLS", taken.invite.get("Via"))
        taken.respond(200)
        call.answered()
        taken.next_request("ACK")
        told = self.border.gateway.event("emergency.bypass", call.call_id)
        self.assertIn("clear", told["details"]["ingress"])
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_the_tag_does_not_stop_it(self):
        call = self.alice.invite(self.connect(), "urn:service:sos")
        taken = self.bob.next_call(10, call.call_id)
        taken.respond(486)
        self.assertEqual(486, call.final().status)

    def test_nobody_else_is_let_through(self):
        for uri, status in ((self.bob.aor, 403), ("urn:service:counseling", 416)):
            with self.subTest(uri=uri):
                call = self.alice.invite(self.connect(), uri, e2e=False)
                self.assertEqual(status, call.final().status)
