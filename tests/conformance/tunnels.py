"""Signed copies of whole messages (SM-7), and labels that somebody must have written (REQ-CONF-3)."""

import secrets
import unittest

from lib import gateway
from lib.gateway import INSIDE, NAME
from ua import bodies, message, sdp
from ua.agent import Call, Identity, put_body, reply

OFFER, ANSWER = sdp.offer("127.0.0.1", 44100), sdp.offer("127.0.0.1", 54100)
FREE = ("Via", "Max-Forwards", "Route", "Record-Route")


def copy(found, text, without=(), **changed):
    """The message once more, with SDP in it, as message/sip."""
    rows = {k: v for k, v in found.headers
            if k not in ("Content-Length", "Content-Type", *without)}
    rows.update({k.replace("_", "-"): v for k, v in changed.items()})
    head = [found.start, *(f"{k}: {v}" for k, v in rows.items()),
            "Content-Type: application/sdp", f"Content-Length: {len(text.encode())}"]
    return bodies.mime("message/sip", ("\r\n".join(head) + "\r\n\r\n" + text).encode())


def signed(inner, signer, opaque=False):
    """Such a copy as a body; `signer` is (cert, key)."""
    if opaque:
        return bodies.pkcs7("signed-data", bodies.sign_opaque(inner, *signer))
    kind, octets = bodies.multipart_signed(inner, *signer)
    return [("Content-Type", kind)], octets


class Case(unittest.TestCase):
    """One gateway for each class."""

    change = None

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob
        cls.gateway = cls.border.gateway

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def mismatches(self, call_id):
        return self.gateway.events("e2m.identity-mismatch", call_id)

    def told(self, call, reason="tunnel-mismatch"):
        found = self.gateway.event("e2m.identity-mismatch", call.call_id, reason)
        return found["details"]["headers"]


class Copies(Case):
    """As shipped: what somebody has changed is refused."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": True}
        tree["path"] = {"anchored-signed-headers": "forward"}

    def calling(self, opaque=False, sealed=False, on_the_way=None, method="INVITE", **how):
        """A request with a copy of itself in it, and then what somebody does to its rows."""
        request = self.alice.request(method, self.bob.aor, extra=[("Subject", "lunch")])
        request.drop("Content-Length")
        inner = copy(request, OFFER, **how)
        body = signed(inner, self.keys.alice, opaque)
        if sealed:
            whole = bodies.mime(dict(body[0])["Content-Type"], body[1],
                                ["Content-Transfer-Encoding: binary"])
            body = bodies.pkcs7("enveloped-data", bodies.encrypt(
                whole, [self.keys.bob[0], self.keys.reader[0]]))
        put_body(request, body)
        for name, value in (on_the_way or {}).items():
            request.set(name, value)
        return Call(self.alice, self.border.line, request), body

    def crosses(self, **how):
        call, body = self.calling(**how)
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual(body[1], taken.invite.body)
        taken.respond(486)
        call.final()
        self.assertEqual([], self.mismatches(call.call_id))

    def test_what_fits_crosses_octet_by_octet(self):
        for how in ({}, {"opaque": True}, {"sealed": True}):
            with self.subTest(**how):
                self.crosses(**how)

    def test_what_a_proxy_may_change_is_no_difference(self):
        self.crosses(without=FREE)
        self.crosses(on_the_way={"Max-Forwards": "50", "Session-Expires": "90"},
                     Session_Expires="1800")

    def test_an_encrypted_copy_may_say_more(self):
        self.crosses(sealed=True, Subject="what lunch is about", Organization="secret")

    def test_what_somebody_has_changed_is_403_and_told(self):
        cases = [({"Subject": "dinner"}, "Subject"),
                 ({"Contact": "<sip:alice@192.0.2.1:5061>"}, "Contact"),
                 ({"Call-ID": f"{secrets.token_hex(8)}@{INSIDE}"}, "Call-ID"),
                 ({"CSeq": "2 INVITE"}, "CSeq"),
                 ({"To": "<sip:carol@outside.example>"}, "To"),
                 ({"Date": "Fri, 01 May 2026 12:00:00 GMT", "Expires": "9"}, "Date")]
        for changed, header in cases:
            for opaque in (False, True):
                with self.subTest(header=header, opaque=opaque):
                    call, _ = self.calling(opaque, on_the_way=changed)
                    answer = call.final()
                    self.assertEqual(403, answer.status, str(answer))
                    self.assertIn("tunnel-mismatch", answer.get("Warning"))
                    self.assertEqual(header, self.told(call))
                    self.assertTrue(self.bob.never_got(call.call_id))

    def test_a_copy_that_nothing_binds_to_its_message_is_403(self):
        call, _ = self.calling(without=("Call-ID",))
        self.assertEqual(403, call.final().status)
        self.assertEqual("Call-ID", self.told(call))

    def answering(self, **changed):
        """A call whose answer has a copy of itself in it."""
        call, taken = self.border.call(body=bodies.sdp_body(OFFER))
        made = reply(taken.invite, 200, tag=taken.tag)
        made.drop("Content-Length")
        made.headers += [("Contact", self.bob.contact()), ("Subject", "lunch")]
        put_body(made, signed(copy(made, ANSWER, **changed), self.keys.bob_signs))
        taken.connection.send(made)
        return call, taken

    def test_an_answer_that_fits_opens_its_pinhole(self):
        call, taken = self.answering()
        call.answered()
        taken.next_request("ACK")
        self.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)
        self.assertEqual([], self.mismatches(call.call_id))

    def test_a_changed_answer_ends_the_call(self):
        call, taken = self.answering(Subject="dinner")
        self.assertEqual(403, call.final().status)
        taken.next_request("ACK")
        bye = taken.next_request("BYE")
        self.assertIn("tunnel-mismatch", bye.get("Reason", ""), str(bye))
        taken.reply(bye, 200)
        self.assertEqual("Subject", self.told(call))
        self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))


class Reported(Copies):
    """`disclosure.tunnels: report`: it passes, and an event says so."""

    @staticmethod
    def change(tree, border):
        Copies.change(tree, border)
        tree["disclosure"]["tunnels"] = "report"

    def test_it_passes_and_is_told(self):
        call, _ = self.calling(on_the_way={"Subject": "dinner"})
        self.bob.next_call(10, call.call_id).respond(486)
        call.final()
        self.assertEqual("Subject", self.told(call))

    # These are of the other policy.
    test_what_somebody_has_changed_is_403_and_told = None
    test_a_copy_that_nothing_binds_to_its_message_is_403 = None
    test_a_changed_answer_ends_the_call = None


class Messages(Case):
    """A MESSAGE that the gateway reads is compared, too."""

    @staticmethod
    def change(tree, border):
        tree["services"] = {"messages": "report"}

    def send(self, **changed):
        request = self.alice.request("MESSAGE", self.bob.aor, extra=[("Subject", "lunch")])
        request.drop("Content-Length")
        inner = copy(request, "at noon").replace(b"application/sdp", b"text/plain")
        put_body(request, signed(inner, self.keys.alice))
        for name, value in changed.items():
            request.set(name, value)
        return request, self.alice.ask(self.border.line, request)

    def test_changed_ones_are_refused(self):
        request, answers = self.send()
        connection, found = self.bob.next_incoming(10)
        self.assertEqual(request.body, found.body)
        connection.send(reply(found, 200, tag="b"))
        self.assertEqual(200, answers.get(timeout=10).status)
        request, answers = self.send(Subject="dinner")
        self.assertEqual(403, answers.get(timeout=10).status)
        event = self.gateway.event("e2m.identity-mismatch", request.call_id, "tunnel-mismatch")
        self.assertEqual("Subject", event["details"]["headers"])


class Labels(Case):
    """Who shows no certificate and no credentials cannot say what the gateway shall read."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "require-authenticated-label": True}
        tree["listeners"][0]["client-certificate"] = "optional"
        for known in tree["peers"]:
            known["require-certificate"] = False

    def labelled(self, line, named, confirmed=False):
        """One part for the callee, one for the gateway, and a label that names one of them."""
        request = self.alice.request("INVITE", self.bob.aor)
        request.drop("Content-Length")
        label = f'{NAME};cid="{named}@inside.example"'
        request.headers.append(("Proxy-Inspect-Body", label))
        inner = bodies.mime("application/sdp", OFFER.encode())
        parts = [bodies.pkcs7_part("enveloped-data", bodies.encrypt(inner, [reader]),
                                   f"Content-ID: <{name}@inside.example>",
                                   "Content-Disposition: attachment;handling=optional")
                 for name, reader in (("one", self.keys.bob[0]), ("two", self.keys.reader[0]))]
        if confirmed:
            rows = [f"{n}: {request.get(n)}" for n in ("From", "Call-ID", "CSeq")]
            text = "\r\n".join([*rows, f"Proxy-Inspect-Body: {label}", ""]).encode()
            parts.append(bodies.mime(*bodies.multipart_signed(
                bodies.mime("message/sipfrag", text), *self.keys.alice)))
        kind, octets = bodies.mixed(*parts)
        put_body(request, ([("Content-Type", kind)], octets))
        return Call(self.alice, line, request)

    def nobody(self):
        return self.alice.connect("127.0.0.1", self.border.ports["inside"], NAME,
                                  Identity(None, None, self.keys.trust))

    def passes(self, call):
        taken = self.bob.next_call(10, call.call_id)
        self.assertTrue(message.addr(taken.invite.get("From")))
        taken.respond(486)
        call.final()

    def test_the_label_of_a_known_peer_is_followed(self):
        call = self.labelled(self.border.line, "one")
        self.assertEqual(496, call.final().status)
        self.passes(self.labelled(self.border.line, "two"))
        self.assertEqual([], self.mismatches(call.call_id))

    def test_the_label_of_somebody_unknown_is_not(self):
        line = self.nobody()
        for named in ("one", "two"):
            with self.subTest(named=named):
                call = self.labelled(line, named)
                self.passes(call)
                self.assertEqual("Proxy-Inspect-Body", self.told(call, "label-unauthenticated"))

    def test_a_label_that_its_sender_signed_is_followed(self):
        line = self.nobody()
        call = self.labelled(line, "one", confirmed=True)
        self.assertEqual(496, call.final().status)
        call = self.labelled(line, "two", confirmed=True)
        self.passes(call)
        self.assertEqual([], self.mismatches(call.call_id))


del Case
