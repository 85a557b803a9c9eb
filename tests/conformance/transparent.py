"""Legs that keep the Contact, so that what is signed survives (D10, D10b, EDG-62, AIB-2, SM-7)."""

import secrets
import unittest
from types import SimpleNamespace

from lib import gateway, kamailio, processes, suite
from lib.gateway import INSIDE, NAME, OUTSIDE, peer
from ua import assurance, bodies, message, sdp
from ua.agent import Call, put_body
from ua.bodies import sdp_body

SECOND, MIDDLE = "gw2.example", "middle.example"
OFFER, ANSWER = sdp.offer("127.0.0.1", 44300), sdp.offer("127.0.0.1", 54300)
# RFC 3261 23.4.1.1: what may differ between a signed copy and the message around it.
FREE = ("via", "record-route", "route", "max-forwards", "proxy-authorization")
AROUND = ("content-type", "content-length")


def keeping(tree):
    for route in tree["routes"]:
        route["leg-mode"] = "transparent"


class Row(gateway.Border):
    """alice -> gateway -> second gateway -> bob, and no other policy than as shipped."""

    def __init__(self):
        super().__init__(start=False)
        ports = {"inside": gateway.free_port(), "outside": gateway.free_port()}
        place = self.place / "second"
        ca = self.keys.ca
        keys = SimpleNamespace(
            gateway=ca.tls("second", SECOND), trust=ca.cert,
            reader=ca.smime("second-reads", SECOND), signer=ca.signing("second-signs", SECOND))
        other = gateway.configuration(
            place, keys, ports,
            [peer("first", NAME, "127.0.0.1", self.ports["outside"]),
             peer("bob", OUTSIDE, "127.0.0.1", self.bob.port)],
            [{"domain": "*", "to": "bob", "side": "outside"}])
        other["gateway"] = {"id": "second", "name": SECOND, "port": ports["inside"]}
        self.tree["peers"] = [peer("inside", INSIDE, "127.0.0.1", self.alice.port),
                              peer("second", SECOND, "127.0.0.1", ports["inside"])]
        self.tree["routes"] = [{"domain": "*", "to": "second", "side": "outside"}]
        for tree in (self.tree, other):
            keeping(tree)
            tree["assurance"] = {"grace": "4s", "cap": "20s"}
        self.second = gateway.Gateway(place, other)
        self.hops = {f"{NAME}:{self.ports['inside']}", f"{SECOND}:{ports['inside']}"}
        self.start()

    def close(self):
        super().close()
        self.second.end()


class Proxied(gateway.Border):
    """alice -> gateway -> Kamailio, which record-routes -> bob."""

    def __init__(self):
        super().__init__(start=False)
        self.proxy = kamailio.Kamailio(
            self.place / "kamailio", MIDDLE, self.keys.identity(MIDDLE),
            ("127.0.0.1", self.bob.port), (NAME, "127.0.0.1", self.ports["outside"]))
        self.tree["peers"] = [peer("inside", INSIDE, "127.0.0.1", self.alice.port),
                              peer("middle", MIDDLE, "127.0.0.1", self.proxy.port)]
        self.tree["routes"] = [{"domain": "*", "to": "middle", "side": "outside"}]
        keeping(self.tree)
        self.start()

    def close(self):
        super().close()
        self.proxy.end()


def fragment(request):
    """An identity body (RFC 3893): From, Date, Call-ID, Contact, To, CSeq."""
    rows = [f"{name}: {request.get(name)}"
            for name in ("From", "To", "Contact", "Date", "Call-ID", "CSeq")]
    return bodies.mime("message/sipfrag", "\r\n".join(rows + [""]).encode(),
                       ["Content-Disposition: aib; handling=optional"])


def identified(request, signer):
    """multipart/mixed of an offer and an identity body about that request."""
    mark = "mixed-" + secrets.token_hex(8)
    kind, octets = bodies.multipart_signed(fragment(request), *signer)
    line = f"--{mark}".encode()
    whole = b"\r\n".join([line, bodies.mime("application/sdp", OFFER.encode()), line,
                          bodies.mime(kind, octets), line + b"--", b""])
    return [("Content-Type", f'multipart/mixed; boundary="{mark}"')], whole


def copy(found, text):
    """The whole message once more as message/sip, with SDP in it."""
    head = [found.start, *(f"{k}: {v}" for k, v in found.headers if k.lower() not in AROUND),
            "Content-Type: application/sdp", f"Content-Length: {len(text.encode())}"]
    return bodies.mime("message/sip", ("\r\n".join(head) + "\r\n\r\n" + text).encode())


def violations(found, trust):
    """What a reader of the signed copy in that message would have to tell its user (23.4)."""
    _, octets, layers = bodies.read(found.get("Content-Type"), found.body, trust=trust)
    assert layers == ["verified"], layers
    head = octets.decode().partition("\r\n\r\n")[0].split("\r\n")[1:]
    inner, outer = {}, {}
    for name, value in (row.split(": ", 1) for row in head):
        inner.setdefault(message.canonical(name), []).append(value)
    for name, value in found.headers:
        outer.setdefault(message.canonical(name), []).append(value)
    return sorted(name for name in inner.keys() | outer.keys()
                  if name not in (*FREE, *AROUND) and inner.get(name) != outer.get(name))


class Case(unittest.TestCase):
    make = Row

    @classmethod
    def setUpClass(cls):
        cls.border = cls.make()
        cls.alice, cls.bob, cls.keys = cls.border.alice, cls.border.bob, cls.border.keys

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def talk(self, **options):
        return self.border.talk(sdp_body(OFFER), sdp_body(ANSWER), **options)

    def again(self, asks, answers):
        """A re-INVITE with a new Contact each way; gives both as the other side saw them."""
        user = asks.agent.user
        contact = f"<sip:{user}-moved@127.0.0.1:{asks.agent.port}>"
        asked = asks.make("INVITE", body=sdp_body(OFFER if asks.agent is self.alice else ANSWER),
                          extra=[("Contact", contact)])
        waiting = asks.agent.ask(asks.connection, asked)
        seen = answers.next_request("INVITE")
        there = f"<sip:{answers.agent.user}-moved@127.0.0.1:{answers.agent.port}>"
        routes = [("Record-Route", r) for r in seen.all("Record-Route")]
        answers.reply(seen, 200, body=sdp_body(ANSWER if asks.agent is self.alice else OFFER),
                      extra=[("Contact", there), *routes])
        found = waiting.get(timeout=10)
        while found.status < 200:
            found = waiting.get(timeout=10)
        self.assertEqual(200, found.status, str(found))
        asks.target, answers.target = message.addr(there), message.addr(contact)
        ack = asks.make("ACK", cseq=asked.cseq[0])
        asks.connection.send(ack)
        came = answers.next_request("ACK")
        self.assertEqual(contact, seen.get("Contact"), "it crosses as it is")
        self.assertEqual(there, found.get("Contact"), "and so does the answer's")
        self.assertEqual(message.addr(there), came.uri)
        return seen, found

    def bye(self, asks, answers):
        waiting = asks.agent.ask(asks.connection, asks.make("BYE"))
        seen = answers.next_request("BYE")
        answers.reply(seen, 200)
        self.assertEqual(200, waiting.get(timeout=10).status)
        return seen


class TwoInARow(Case):
    """Through two gateways."""

    def test_each_end_sees_the_contact_of_the_other(self):
        call, taken = self.talk()
        self.assertEqual(self.alice.contact(), taken.invite.get("Contact"))
        answer = call.seen[-1]
        self.assertEqual(self.bob.contact(), answer.get("Contact"))
        self.assertEqual([call.invite.get("Via")], answer.all("Via"))
        self.assertEqual(3, len(taken.invite.tokens("Via")), "Vias are stacked")
        self.assertEqual([SECOND, NAME], [assurance.normal_hop(r).split(":")[0]
                                          for r in taken.invite.tokens("Record-Route")])
        for routes in (taken.invite.tokens("Record-Route"), answer.tokens("Record-Route")):
            self.assertTrue(all(r.endswith(";lr>") for r in routes), routes)
        self.assertEqual("", "".join(self.bye(call, taken).all("Route")))

    def test_what_happens_in_the_dialog_comes_from_either_side(self):
        call, taken = self.talk()
        for asks, answers in ((taken, call), (call, taken)):
            seen, _ = self.again(asks, answers)
            self.assertEqual([], seen.all("Route"), "both gateways took themselves off")
            self.assertEqual(2, len(seen.tokens("Record-Route")), "and stay in the path")
        bye = self.bye(taken, call)
        self.assertEqual(f"sip:alice-moved@127.0.0.1:{self.alice.port}", bye.uri)
        for gateway_ in (self.border.gateway, self.border.second):
            gateway_.event("call.ended", call.call_id)

    def test_without_route_the_dialog_is_known_by_its_tags(self):
        call, taken = self.talk()
        call.routes = taken.routes = []
        self.again(call, taken)
        self.again(taken, call)
        self.bye(call, taken)

    def test_hops_are_the_same_set_and_the_call_is_assured(self):
        call, taken = self.talk()
        record = assurance.read_hop_record(call.seen[-1])
        self.assertEqual(self.border.hops, record)
        for gateway_ in (self.border.gateway, self.border.second):
            event = gateway_.event("e2e-sec.verdict", call.call_id, timeout=15)
            self.assertEqual("ASSURED", event["details"]["verdict"], event)
        def told():
            return [n[3] for n in self.alice.notifies if n[2].call_id == call.call_id]
        processes.until(told, "the first gateway tells what it and the second assert")
        reports = told()
        self.assertEqual(1, len(reports), "the first gateway gathers what the second asserts")
        self.assertEqual("ASSURED", assurance.verdict(200, record, reports)[0])
        self.bye(call, taken)

    def test_an_identity_body_holds_at_the_callee(self):
        request = self.alice.request("INVITE", self.bob.aor)
        request.drop("Content-Length")
        put_body(request, identified(request, self.keys.alice))
        call = Call(self.alice, self.border.line, request)
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual(request.body, taken.invite.body)
        part = bodies.multipart(taken.invite.get("Content-Type"), taken.invite.body)[1]
        kind, text, layers = bodies.read(part[0], part[1], trust=self.keys.trust)
        self.assertEqual(("message/sipfrag", ["verified"]), (kind, layers))
        rows = dict(row.split(": ", 1) for row in text.decode().split("\r\n") if row)
        for name in ("From", "To", "Contact", "Date", "Call-ID", "CSeq"):
            self.assertEqual(rows[name], taken.invite.get(name), name)
        taken.respond(486)
        call.final()

    def test_a_signed_copy_of_all_headers_has_no_violation(self):
        for tags in (("Require", "Proxy-Require"), ("Proxy-Require",)):
            with self.subTest(tags=tags):
                request = self.alice.request(
                    "INVITE", self.bob.aor, e2e=False,
                    extra=[("Subject", "lunch"), ("Allow", "INVITE, ACK, BYE, CANCEL"),
                           *((tag, "e2e-sec") for tag in tags)])
                request.drop("Content-Length")
                kind, octets = bodies.multipart_signed(copy(request, OFFER), *self.keys.alice)
                put_body(request, ([("Content-Type", kind)], octets))
                call = Call(self.alice, self.border.line, request)
                taken = self.bob.next_call(10, call.call_id)
                self.assertEqual([], violations(taken.invite, self.keys.trust),
                                 str(taken.invite))
                taken.respond(200, sdp_body(ANSWER))
                answer = call.answered()
                self.assertEqual([], answer.all("Supported"), "nothing is added on the way back")
                taken.next_request("ACK")
                event = self.border.second.event("e2e-sec.verdict", call.call_id, timeout=15)
                self.assertEqual("ASSURED", event["details"]["verdict"], event)
                self.bye(call, taken)

    def test_a_cancel_reaches_the_callee(self):
        call, taken = self.border.call(body=sdp_body(OFFER))
        taken.respond(180)
        call.expect(180)
        answers = call.cancel()
        self.assertEqual(200, answers.status)
        taken.reply(taken.next_request("CANCEL"), 200)
        taken.respond(487)
        self.assertEqual(487, call.final().status)


class ThroughKamailio(Case):
    """A record-routing proxy of another make on the callee's side."""

    make = Proxied

    @classmethod
    def setUpClass(cls):
        suite.needs("kamailio")
        super().setUpClass()

    def test_the_call_lives_by_its_route_set(self):
        call, taken = self.talk()
        self.assertEqual(self.alice.contact(), taken.invite.get("Contact"))
        self.assertEqual([MIDDLE, NAME], [assurance.normal_hop(r).split(":")[0]
                                          for r in taken.invite.tokens("Record-Route")])
        self.again(taken, call)
        self.again(call, taken)
        self.bye(taken, call)

    def test_the_caller_ends_it(self):
        call, taken = self.talk()
        self.assertEqual([], self.bye(call, taken).all("Route"))


class Hidden(unittest.TestCase):
    """A realm that may not see the hops beyond us."""

    def test_its_route_cannot_be_transparent(self):
        border = gateway.Border(start=False)
        border.tree["peers"][1]["topology"] = "self"
        keeping(border.tree)
        refused = gateway.Gateway(border.place / "gateway", border.tree, ready=False)
        refused.child.wait(60)
        self.assertIn("routes[1].leg-mode: a transparent route shows 'outside' every element",
                      refused.output())
        border.close()


if __name__ == "__main__":
    unittest.main()
