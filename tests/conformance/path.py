"""What may come in and what may go out when e2e-sec is asked (POL-20 to POL-28)."""

import time
import unittest

from lib import gateway, processes
from ua import sdp
from ua.agent import reply
from ua.bodies import sdp_body


def clear_listener(side="inside"):
    def change(tree, border):
        border.ports["clear"] = gateway.free_port()
        tree["listeners"].append(
            {"name": "clear", "address": "127.0.0.1", "port": border.ports["clear"], "side": side,
             "transport": "tcp", "client-certificate": "none"})
    return change


def accepting(tree, border):
    clear_listener()(tree, border)
    tree["path"] = {"accept-unassured": True}
    for peer in tree["peers"]:
        # All stand on the loopback here: who calls from a peer's address must show its certificate.
        peer["require-certificate"] = False


class ClearIngress(unittest.TestCase):
    """A listener in clear tells callers why they are refused (POL-28)."""

    change = staticmethod(clear_listener())

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(cls.change)
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway
        cls.clear = cls.alice.connect("127.0.0.1", cls.border.ports["clear"], tls=False)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def event(self, request):
        return self.gateway.event("e2e-sec.ingress-not-secure", request.call_id,
                                  "ingress-not-secure")


class Refused(ClearIngress):
    """The default."""

    def test_e2e_sec_in_clear_is_420_with_its_cause(self):
        for method in ("INVITE", "OPTIONS", "MESSAGE"):
            with self.subTest(method=method):
                request = self.alice.request(method, self.bob.aor)
                answer = self.alice.exchange(self.clear, request)
                self.assertEqual(420, answer.status, str(answer))
                self.assertEqual(["e2e-sec"], answer.tokens("Unsupported"))
                self.assertIn("e2e-sec: ingress-not-secure", answer.get("Warning"))
                self.assertEqual("420", self.event(request)["details"]["status"])
        self.assertTrue(self.bob.incoming.empty(), "nothing goes on")

    def test_without_the_tag_it_is_403(self):
        request = self.alice.request("INVITE", self.bob.aor, e2e=False)
        answer = self.alice.exchange(self.clear, request)
        self.assertEqual(403, answer.status, str(answer))
        self.assertIn("ingress-not-secure", answer.get("Warning"))
        self.event(request)
        self.assertTrue(self.bob.incoming.empty(), "nothing goes on")

    def test_a_tls_call_cannot_be_moved_to_a_connection_in_clear(self):
        call, taken = self.border.talk(sdp_body(sdp.offer("127.0.0.1", 40000)),
                                       sdp_body(sdp.offer("127.0.0.1", 50000)))
        for e2e, status in ((True, 420), (False, 403)):
            call.e2e = e2e
            answer = self.alice.exchange(self.clear, call.make("BYE"))
            self.assertEqual(status, answer.status, str(answer))
        call.e2e = True
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_a_notify_in_clear_is_refused(self):
        request = self.bob.request("NOTIFY", "sip:gw.example", e2e=False,
                                   extra=[("Event", "e2e-sec;id=1")])
        self.assertEqual(403, self.alice.exchange(self.clear, request).status)


class Accepted(ClearIngress):
    """`accept-unassured`: without the tag only."""

    change = staticmethod(accepting)

    def test_e2e_sec_in_clear_is_refused_all_the_same(self):
        request = self.alice.request("INVITE", self.bob.aor)
        self.assertEqual(420, self.alice.exchange(self.clear, request).status)

    def test_a_whole_call_without_the_tag(self):
        call = self.alice.invite(self.clear, self.bob.aor, e2e=False,
                                 body=sdp_body(sdp.offer("127.0.0.1", 40000)))
        taken = self.bob.next_call(5, call.call_id)
        self.assertEqual([], taken.invite.tokens("Proxy-Require"), "POL-92: nothing is added")
        taken.respond(200, sdp_body(sdp.offer("127.0.0.1", 50000)))
        call.answered()
        taken.next_request("ACK")
        answers = self.bob.ask(taken.connection, taken.make("BYE"))
        bye = call.next_request("BYE")
        self.assertIs(self.clear, call.connection)
        call.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)


class LostConnections(unittest.TestCase):
    """A dialog and its answers live on TLS, or not at all (POL-24, POL-25)."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border()
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def talk(self):
        return self.border.talk(sdp_body(sdp.offer("127.0.0.1", 40000)),
                                sdp_body(sdp.offer("127.0.0.1", 50000)))

    def test_1_a_lost_connection_of_a_dialog_is_made_again_by_tls(self):
        call, taken = self.talk()
        old = taken.connection
        old.close()
        answers = self.alice.ask(call.connection, call.make("INFO"))
        info = taken.next_request("INFO")
        self.assertIsNot(old, taken.connection)
        self.assertEqual(["gw.example"], taken.connection.peer)
        taken.reply(info, 200)
        self.assertEqual(200, answers.get(timeout=10).status)
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_2_a_response_whose_connection_is_gone_goes_by_tls_to_the_sent_by(self):
        line = self.alice.connect("127.0.0.1", self.border.ports["inside"], "gw.example")
        request = self.alice.request("MESSAGE", self.bob.aor)
        answers = self.alice.ask(line, request)
        connection, found = self.bob.next_incoming(5)
        line.close()
        self.gone(line)
        connection.send(reply(found, 200))
        self.assertEqual(200, answers.get(timeout=10).status, "on a connection of its own")

    def test_3_a_response_that_no_tls_can_carry_is_dropped_and_told(self):
        line = self.alice.connect("127.0.0.1", self.border.ports["inside"], "gw.example")
        nobody = gateway.free_port()
        request = self.alice.request("MESSAGE", self.bob.aor)
        branch = request.get("Via").partition("branch=")[2]
        request.set("Via", f"SIP/2.0/TLS 127.0.0.1:{nobody};branch={branch}")
        self.alice.ask(line, request)
        connection, found = self.bob.next_incoming(5)
        line.close()
        self.gone(line)
        connection.send(reply(found, 200))
        event = self.gateway.event("e2e-sec.broken", request.call_id, "connection-lost")
        self.assertIn("response", event["details"]["detail"])

    def test_4_a_request_that_no_tls_can_carry_is_420_and_the_call_stays(self):
        call, taken = self.talk()
        self.bob.close()
        self.gone(taken.connection)
        answer = call.exchange("INFO")
        self.assertEqual(420, answer.status, str(answer))
        self.assertEqual(["e2e-sec"], answer.tokens("Unsupported"))
        self.assertIn("e2e-sec: connection-lost", answer.get("Warning"))
        event = self.gateway.event("e2e-sec.broken", call.call_id, "connection-lost")
        self.assertEqual("420", event["details"]["status"])
        closed = self.gateway.events("pinhole.close", call.call_id)
        self.assertEqual([], closed, "pinholes stay until BYE or their lifetime")
        self.assertEqual(200, call.bye().status)
        self.gateway.event("pinhole.close", call.call_id)

    def gone(self, connection):
        """Until the gateway has seen the end as well."""
        processes.until(lambda: connection not in connection_owner(self, connection), "closed", 5)
        time.sleep(0.3)


def connection_owner(case, connection):
    return case.alice.connections + case.bob.connections


def signed_fragment(contact, kind="message/sipfrag"):
    """A multipart/signed around a fragment: the gateway looks, it does not verify."""
    inner = (f"Content-Type: {kind}\r\nContent-Disposition: aib; handling=optional\r\n\r\n"
             "From: <sip:alice@inside.example>\r\nProxy-Require: e2e-sec\r\n")
    if contact:
        inner += "Contact: <sip:alice@192.0.2.1>\r\n"
    text = (f"--b1\r\n{inner}\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\n\r\n"
            "\x80\xff\x00\r\n--b1--\r\n")
    kind = 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b1'
    return [("Content-Type", kind)], text.encode("latin-1")


class SignedHeaders(unittest.TestCase):
    """Signed copies of headers: whole or not at all (POL-70, POL-73)."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border()
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def test_a_signed_contact_is_488_before_anything_goes_on(self):
        for method in ("INVITE", "OPTIONS"):
            for kind in ("message/sipfrag", "message/sip"):
                with self.subTest(method=method, kind=kind):
                    request = self.alice.request(
                        method, self.bob.aor, body=signed_fragment(True, kind))
                    answer = self.alice.exchange(self.border.line, request)
                    self.assertEqual(488, answer.status, str(answer))
                    self.assertIn('399 gw.example "surehop: signed-headers"',
                                  answer.get("Warning"))
                    self.gateway.event("call.refused", request.call_id, "signed-headers")
        self.assertTrue(self.bob.incoming.empty(), "nothing goes on")

    def test_what_an_anchored_leg_keeps_passes_octet_by_octet(self):
        for method, contact in (("OPTIONS", False), ("MESSAGE", True)):
            with self.subTest(method=method):
                body = signed_fragment(contact)
                request = self.alice.request(method, self.bob.aor, body=body)
                answers = self.alice.ask(self.border.line, request)
                connection, found = self.bob.next_incoming(5)
                self.assertEqual(body[1], found.body)
                self.assertEqual(body[0][0][1], found.get("Content-Type"))
                connection.send(reply(found, 200))
                self.assertEqual(200, answers.get(timeout=10).status)
