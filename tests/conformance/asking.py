"""How the gateway asks to read, and how a user agent learns it (E2M-11 to E2M-38, REQ-GEN-4)."""

import secrets
import threading
import time
import unittest
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

from lib import gateway, pki, processes
from lib.gateway import INSIDE, NAME, OUTSIDE, free_port, peer
from ua import bodies, sdp
from ua.discloser import Discloser
from ua.message import Message

SECOND = "gw2.example"
OFFER, ANSWER = sdp.offer("127.0.0.1", 42100), sdp.offer("127.0.0.1", 52100)
KEY = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj"
WITH_KEY = sdp.offer("127.0.0.1", 42300,
                     extra=[f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}"])


class Asking(unittest.TestCase):
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

    def discloser(self, **options):
        return Discloser(self.alice, self.keys.trust, self.keys.alice, self.keys.bob[0],
                         [NAME, SECOND], **options)

    def sealed(self, text=OFFER, shape="N1", readers=()):
        return bodies.shape(shape, text, [self.keys.bob[0], *readers], self.keys.alice[0],
                            "offer@inside.example", key=self.keys.alice[1])

    def answer(self, readers=None):
        return bodies.shape("N3", ANSWER, [self.keys.alice_reads[0],
                                           *(readers or [self.keys.reader[0]])],
                            self.keys.bob_signs[0], key=self.keys.bob_signs[1])

    def refused(self, body, **options):
        call = self.alice.invite(self.border.line, self.bob.aor, body=body, **options)
        answer = call.final()
        self.assertTrue(self.bob.never_got(call.call_id))
        return call, answer

    def placed(self, caller):
        """A call that learns until it rings; what came first if it never does."""
        rung = []

        def ring():
            rung.append(self.bob.next_call(30))
            rung[0].respond(180)
        ringing = threading.Thread(target=ring, daemon=True)
        ringing.start()
        call, found = caller.place_call(self.border.line, self.bob.aor, OFFER)
        ringing.join(30)
        return call, rung[0], found

    def options(self, *accept, **over):
        port = self.border.ports["inside"]
        request = self.alice.request("OPTIONS", f"sip:{NAME}:{port}", e2e=False,
                                     extra=[("Accept", a) for a in accept], **over)
        return self.alice.exchange(self.border.line, request)


class Policy(Asking):
    """Learnt before the first call (REQ-GEN-4)."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "require-signature": True}

    def test_options_tells_certificate_and_what_must_be_read(self):
        answer = self.options("application/sdp, application/pkix-cert;q=0.5")
        self.assertEqual(200, answer.status, str(answer))
        self.assertEqual("application/pkix-cert", answer.get("Content-Type"))
        self.assertEqual(pki.der(self.keys.reader[0]), answer.body)
        self.assertEqual([f"399 {NAME} \"Required to View Content-Type 'application/sdp'\"",
                          f'399 {NAME} "Signature Required"'], answer.all("Warning"))

    def test_options_without_wish_tells_nothing_of_it(self):
        for accept in ((), ("*/*",), ("application/sdp",)):
            with self.subTest(accept=accept):
                answer = self.options(*accept)
                self.assertEqual((200, b"", []),
                                 (answer.status, answer.body, answer.all("Warning")))

    def test_who_has_asked_is_never_refused(self):
        caller = self.discloser()
        self.assertTrue(caller.learn(self.options("application/pkix-cert")))
        caller.refused.clear()
        call = self.alice.invite(self.border.line, self.bob.aor, body=caller.body(OFFER),
                                 extra=caller.labels())
        taken = self.bob.next_call(10, call.call_id)
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.assertEqual([200], [m.status for m in call.seen if m.status > 100])
        self.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)

    def test_key_first_and_signature_then(self):
        """E2M-19: one error at a time, and both can be learnt from."""
        caller = self.discloser()
        call, taken, found = self.placed(caller)
        self.assertEqual(180, found.status, str(found))
        wanted = [(NAME, "application/sdp")]
        self.assertEqual([(496, wanted), (495, wanted)], caller.refused)
        call.cancel()
        taken.respond(487)


class Row(Asking):
    """Two gateways that inspect, one behind the other (E2M-21)."""

    @classmethod
    def setUpClass(cls):
        cls.border = border = gateway.Border(cls.first, start=False)
        cls.keys, cls.alice, cls.bob = border.keys, border.alice, border.bob
        ca, place = border.keys.ca, border.place / "second"
        keys = SimpleNamespace(gateway=ca.tls("gw2", SECOND), trust=ca.cert,
                               reader=ca.smime("gw2-reads", SECOND),
                               signer=ca.signing("gw2-signs", SECOND))
        ports = {"inside": border.second, "outside": free_port()}
        tree = gateway.configuration(
            place, keys, ports,
            [peer("first", NAME, "127.0.0.1", border.ports["outside"]),
             peer("outside", OUTSIDE, "127.0.0.1", border.bob.port)],
            [{"domain": OUTSIDE, "to": "outside", "side": "outside"}])
        tree["gateway"]["name"] = SECOND
        tree["disclosure"] = {"clear-sdp": False}
        cls.second_reader = keys.reader[0]
        border.start()
        cls.gateway, cls.second = border.gateway, gateway.Gateway(place, tree)

    @classmethod
    def tearDownClass(cls):
        cls.second.end()
        cls.border.close()

    @staticmethod
    def first(tree, border):
        border.second = free_port()
        tree["disclosure"] = {"clear-sdp": False}
        tree["peers"][1] = peer("outside", SECOND, "127.0.0.1", border.second)

    def test_a_caller_converges_with_three_recipients_after_two_refusals(self):
        caller = self.discloser()
        call, taken, found = self.placed(caller)
        self.assertEqual(180, found.status, f"{found}: {caller.refused}")
        self.assertEqual([496, 496], [status for status, _ in caller.refused])
        self.assertEqual([NAME, SECOND], caller.readers)
        self.assertEqual(3, len(caller.recipients))
        learnt = [pki.der(r) for r in caller.recipients[1:]]
        self.assertEqual([pki.der(self.keys.reader[0]), pki.der(self.second_reader)], learnt)
        invite = taken.invite
        self.assertEqual(2, len(invite.all("Proxy-Inspect-Body")), str(invite))
        kind, octets, _ = bodies.read(invite.get("Content-Type"), invite.body, *self.keys.bob,
                                      self.keys.trust)
        self.assertEqual(("application/sdp", OFFER), (kind, octets.decode()))
        taken.respond(200, self.answer([self.keys.reader[0], self.second_reader]))
        call.answered()
        taken.next_request("ACK")
        for box in (self.gateway, self.second):
            box.event("pinhole.open", call.call_id)
        self.border.end(call, taken)

    def test_a_caller_who_trusts_one_of_them_alone_gives_up(self):
        caller = self.discloser()
        caller.legitimate = {NAME}
        _, found = caller.place_call(self.border.line, self.bob.aor, OFFER)
        self.assertEqual(496, found.status, str(found))
        self.assertEqual([496, 496], [status for status, _ in caller.refused])
        self.assertEqual(2, len(caller.recipients))


class Learning(Asking):
    """The user agent by itself: whom it does not believe (E2M-34)."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False}

    def answered(self, certificate):
        made = Message("SIP/2.0 496 Proxy Undecipherable")
        made.headers = [("Content-Type", "application/pkix-cert"), ("CSeq", "1 INVITE")]
        made.body = pki.der(certificate)
        return made

    def test_certificates_that_teach_nothing(self):
        ca, other = self.keys.ca, self.keys.other
        cases = {
            "another name": ca.smime("eve", "eve.example"),
            "a user's": ca.smime("carol", f"carol@{NAME}"),
            "expired": ca.smime("old", NAME, expired=True),
            "of an unknown authority": other.smime("copy", NAME),
            "an authority itself": (other.cert, None),
        }
        for name, (certificate, _) in cases.items():
            with self.subTest(name=name):
                caller = self.discloser()
                self.assertFalse(caller.learn(self.answered(certificate)))
                self.assertEqual(1, len(caller.recipients))
        caller = self.discloser()
        self.assertTrue(caller.learn(self.answered(self.keys.reader[0])))
        self.assertFalse(caller.learn(self.answered(self.keys.reader[0])), "the same once more")

    def test_a_certificate_that_was_taken_back_teaches_nothing(self):
        """E2M-34, REQ-GEN-4: neither our agent nor `surehop probe` shares anything with it."""
        ca, place = self.keys.ca, self.border.place
        reader, gone = self.keys.reader[0], ca.smime("gone", NAME)
        good = self.keys.other.crl(place / "others.crl")
        ca.revoke(gone[0])
        listed = ca.crl(place / "gone.crl")
        self.assertFalse(self.discloser(revoked=listed).learn(self.answered(gone[0])))
        self.assertTrue(self.discloser(revoked=listed).learn(self.answered(reader)))
        ca.revoke(reader)
        taken_back = ca.crl(place / "reader.crl")
        identity = self.alice.identity
        for crl, words in ((good, "486"), (listed, "486"), (taken_back, "revoked")):
            with self.subTest(crl=crl.name):
                probe = processes.Process(
                    [gateway.COMMAND, "probe", self.bob.aor, "--via",
                     f"{NAME}:{self.border.ports['inside']}", "--address", "127.0.0.1", "--as",
                     f"alice@{INSIDE}", "--cert", identity.cert, "--key", identity.key, "--trust",
                     self.keys.trust, "--smime-cert", self.keys.alice_reads[0], "--smime-key",
                     self.keys.alice_reads[1], "--to-cert", self.keys.bob[0],
                     "--share-on-demand", "--crl", crl, "--grace", "1"],
                    place / f"probe-{crl.stem}.log", env=gateway.JVM)
                if words == "486":
                    self.bob.next_call(60).respond(486)
                processes.until(lambda: not probe.running, "probe ends", 60)
                self.assertIn(words, probe.output())

    def test_what_is_for_the_gateway_alone_is_optional_for_the_callee(self):
        """E2M-31: handling=optional on the part, and nothing or required on the whole."""
        rows, octets = self.sealed(shape="N4", readers=[self.keys.reader[0]])
        parts = bodies.multipart(dict(rows)["Content-Type"], octets)
        self.assertNotIn(b"handling=optional", parts[0][2].split(b"\r\n\r\n")[0])
        self.assertIn(b"handling=optional", parts[1][2].split(b"\r\n\r\n")[0])
        self.assertNotIn("optional", dict(rows).get("Content-Disposition", ""))


class PerUser(Asking):
    """E2M-12: for some users nothing is looked at."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "users": [
            {"user": f"alice@{INSIDE}", "profile": "route-only"},
            {"user": f"dora@{INSIDE}", "clear-sdp": True}]}

    def call_as(self, user, body):
        label = [("Proxy-Inspect-Body", f'{NAME};cid="offer@inside.example"')]
        return self.alice.invite(self.border.line, self.bob.aor, body=body, extra=label,
                                 From=f"<sip:{user}@{INSIDE}>;tag={user}")

    def test_an_exempt_user_is_not_asked_and_gets_no_pinhole(self):
        call = self.call_as("alice", self.sealed())
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual(1, len(taken.invite.all("Proxy-Inspect-Body")))
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.border.end(call, taken)
        self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))

    def test_others_are_asked(self):
        answer = self.call_as("carol", self.sealed()).final()
        self.assertEqual(496, answer.status, str(answer))
        answer = self.call_as("carol", bodies.sdp_body(OFFER)).final()
        self.assertEqual(488, answer.status, str(answer))

    def test_a_user_may_be_allowed_clear_sdp(self):
        call = self.call_as("dora", bodies.sdp_body(OFFER))
        taken = self.bob.next_call(10, call.call_id)
        taken.respond(486)
        call.final()

    def test_options_tells_each_user_what_holds_for_them(self):
        for user, told in (("alice", False), ("carol", True)):
            with self.subTest(user=user):
                answer = self.options("application/pkix-cert",
                                      From=f"<sip:{user}@{INSIDE}>;tag=1")
                self.assertEqual(told, bool(answer.body), str(answer))

    def test_calls_from_outside_follow_the_user_who_is_called(self):
        line = self.bob.connect("127.0.0.1", self.border.ports["outside"], NAME)
        body = bodies.shape("N1", OFFER, [self.keys.alice_reads[0]])
        call = self.bob.invite(line, f"sip:alice@{INSIDE}", body=body)
        taken = self.alice.next_call(10, call.call_id)
        taken.respond(486)
        call.final()
        call = self.bob.invite(line, f"sip:carol@{INSIDE}", body=body,
                               to=f"<sip:alice@{INSIDE}>")
        self.assertEqual(496, call.final().status)


class Whole(Asking):
    """E2M-14, E2M-38: a policy that wants all of the body names no type."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "must-read": "body"}

    def test_a_part_for_others_alone_is_496_without_warning(self):
        _, answer = self.refused(self.sealed(shape="N4", readers=[self.keys.reader[0]]))
        self.assertEqual(496, answer.status, str(answer))
        self.assertEqual([], answer.all("Warning"))
        self.assertEqual(pki.der(self.keys.reader[0]), answer.body)

    def test_what_is_shared_as_a_whole_passes(self):
        call, taken = self.border.call(body=self.sealed(readers=[self.keys.reader[0]]))
        taken.respond(486)
        call.final()


class MediaKeys(Asking):
    """SVC-5: what becomes of an SRTP key that somebody shows us."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "users": [
            {"user": f"alice@{INSIDE}", "clear-sdp": True}]}

    def written(self):
        """Everything that the gateway has written so far."""
        files = [self.gateway.log, *self.gateway.journal.parent.glob("journal.db*")]
        return b"".join(Path(f).read_bytes() for f in files)

    def test_a_shared_key_is_told_and_nowhere_kept(self):
        for name, body in (("shared", self.sealed(WITH_KEY, readers=[self.keys.reader[0]])),
                           ("in clear", bodies.sdp_body(WITH_KEY))):
            with self.subTest(name=name):
                call, taken = self.border.call(body=body)
                taken.respond(200, self.answer())
                call.answered()
                taken.next_request("ACK")
                event = self.gateway.event("e2m.srtp-key-exposed", call.call_id)
                self.assertEqual({"in": "offer"}, event["details"])
                self.border.end(call, taken)
                self.gateway.event("call.ended", call.call_id)
                for word in (KEY.encode(), b"inline:"):
                    self.assertNotIn(word, self.written())

    def test_a_key_for_the_callee_alone_is_no_event(self):
        """N4: the gateway's copy has no key."""
        body = self.sealed(WITH_KEY, "N4", [self.keys.reader[0]])
        call, taken = self.border.call(body=body)
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)
        self.assertEqual([], self.gateway.events("e2m.srtp-key-exposed", call.call_id))

    def test_an_unreadable_183_opens_nothing_and_ends_nothing(self):
        """E2M-16: only what completes the offer must be readable."""
        call, taken = self.border.call(body=self.sealed(readers=[self.keys.reader[0]]))
        hidden = bodies.shape("N1", ANSWER, [self.keys.alice_reads[0]])
        taken.respond(183, hidden)
        self.assertEqual(183, call.wait(183).status)
        self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)


class RefusedKeys(Asking):
    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "srtp-keys": "refuse"}

    def test_a_shared_key_is_403_in_an_offer(self):
        call, answer = self.refused(self.sealed(WITH_KEY, readers=[self.keys.reader[0]]))
        self.assertEqual(403, answer.status, str(answer))
        self.assertIn("srtp-key-exposed", answer.get("Warning"))
        self.gateway.event("e2m.srtp-key-exposed", call.call_id)

    def test_a_shared_key_ends_the_call_in_an_answer(self):
        call, taken = self.border.call(body=self.sealed(readers=[self.keys.reader[0]]))
        taken.respond(200, bodies.shape(
            "N1", WITH_KEY, [self.keys.alice_reads[0], self.keys.reader[0]]))
        self.assertEqual(403, call.final().status)
        taken.next_request("ACK")
        bye = taken.next_request("BYE")
        self.assertIn("srtp-key-exposed", bye.get("Reason", ""), str(bye))
        taken.reply(bye, 200)
        self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))


class Requirements(Asking):
    """REQ-GEN-2, REQ-INT-1, REQ-INT-3 and SVC-5 where signatures are asked."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "require-signature": True}
        tree["path"] = {"anchored-signed-headers": "forward"}

    def signed(self, **options):
        return self.sealed(shape="N2", readers=[self.keys.reader[0]], **options)

    def test_reading_needs_no_e2e_sec(self):
        label = [("Proxy-Inspect-Body", f'{NAME};cid="offer@inside.example"')]
        call = self.alice.invite(self.border.line, self.bob.aor, body=self.signed(), e2e=False,
                                 extra=label)
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual([], taken.invite.all("Proxy-Require"))
        self.assertEqual(label, [h for h in taken.invite.headers if h[0] == label[0][0]])
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)

    def test_signed_identities_of_every_kind_arrive_as_they_left(self):
        """Signed SDP, an identity body and RFC 8224 Identity with its Date, From and To."""
        call_id, date = f"{secrets.token_hex(8)}@{INSIDE}", formatdate(usegmt=True)
        fragment = bodies.mime(
            "message/sipfrag", (f"From: <{self.alice.aor}>\r\nDate: {date}\r\nCall-ID: {call_id}"
                                f"\r\nContact: {self.alice.contact()}\r\n").encode(),
            ["Content-Disposition: aib; handling=optional"])
        rows, cms = self.signed()
        sealed = bodies.mime(dict(rows)["Content-Type"], cms,
                             ["Content-Transfer-Encoding: binary"])
        kind, octets = bodies.mixed(sealed, bodies.mime(
            *bodies.multipart_signed(fragment, *self.keys.alice)))
        passport = ("eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjF9.c2ln;info=<https://cert.example/p.pem>"
                    ";alg=ES256")
        call = self.alice.invite(self.border.line, self.bob.aor,
                                 body=([("Content-Type", kind)], octets), Call_ID=call_id,
                                 Date=date, extra=[("Identity", passport)])
        taken = self.bob.next_call(10, call_id)
        for name in ("From", "To", "Date", "Identity", "Call-ID", "CSeq"):
            self.assertEqual(call.invite.get(name), taken.invite.get(name), name)
        self.assertEqual(octets, taken.invite.body)
        self.assertEqual([], self.gateway.events("e2m.identity-mismatch", call_id))
        taken.respond(486)
        call.final()

    def test_no_pinhole_before_the_answer_is_verified(self):
        call, taken = self.border.call(body=self.signed())
        taken.respond(183, self.answer())
        call.wait(183)
        self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))
        taken.respond(200, self.answer())
        call.answered()
        taken.next_request("ACK")
        self.gateway.event("pinhole.open", call.call_id)
        self.border.end(call, taken)

    def test_an_answer_that_nobody_signed_or_somebody_else_ends_the_call(self):
        readers = [self.keys.alice_reads[0], self.keys.reader[0]]
        other = self.keys.alice
        cases = [("unsigned", bodies.shape("N1", ANSWER, readers), "signature-missing"),
                 ("another signer", bodies.shape("N3", ANSWER, readers, other[0], key=other[1]),
                  "signer-unverified")]
        for name, answer, reason in cases:
            with self.subTest(name=name):
                call, taken = self.border.call(body=self.signed())
                taken.respond(200, answer)
                self.assertEqual(403, call.final().status)
                taken.next_request("ACK")
                bye = taken.next_request("BYE")
                self.assertIn(reason, bye.get("Reason", ""), str(bye))
                taken.reply(bye, 200)
                self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))


class Identities(Asking):
    """AIB (RFC 3893) in requests and answers: N9 in clear, N10 for the gateway alone."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": True, "identities": "refuse"}
        tree["path"] = {"anchored-signed-headers": "forward"}

    def fragment(self, sender, contact, call_id, date, **change):
        rows = {"From": f"<{sender}>", "Date": date, "Call-ID": call_id, "Contact": contact}
        rows.update(change)
        text = "".join(f"{name}: {value}\r\n" for name, value in rows.items() if value)
        return bodies.mime("message/sipfrag", text.encode(),
                           ["Content-Disposition: aib; handling=optional"])

    def beside(self, text, identity, signer, hidden=False):
        """SDP and the signed identity, encrypted before it is signed when it is hidden."""
        inner = bodies.mime("application/sdp", text.encode())
        if hidden:
            sealed = bodies.encrypt(identity, [self.keys.reader[0]])
            identity = bodies.mime("application/pkcs7-mime; smime-type=enveloped-data", sealed,
                                   ["Content-Transfer-Encoding: binary"])
        kind, octets = bodies.mixed(inner, bodies.mime(*bodies.multipart_signed(identity, *signer)))
        return [("Content-Type", kind)], octets

    def calling(self, hidden=False, signer=None, call_id=None, changed=None, **over):
        """An INVITE with an identity, and what was said in it."""
        call_id, date = call_id or f"{secrets.token_hex(8)}@{INSIDE}", formatdate(usegmt=True)
        identity = self.fragment(self.alice.aor, self.alice.contact(), call_id, date,
                                 **(changed or {}))
        body = self.beside(OFFER, identity, signer or self.keys.alice, hidden)
        call = self.alice.invite(self.border.line, self.bob.aor, body=body, Call_ID=call_id,
                                 Date=date, **over)
        return call, date, body

    def told(self, call, reason="identity-mismatch"):
        return self.gateway.event("e2m.identity-mismatch", call.call_id, reason)["details"]

    def test_an_identity_that_fits_passes_in_both_directions(self):
        call, date, body = self.calling()
        taken = self.bob.next_call(10, call.call_id)
        self.assertEqual(body[1], taken.invite.body)
        identity = self.fragment(self.bob.aor, self.bob.contact(), call.call_id, date)
        taken.respond(200, self.beside(ANSWER, identity, self.keys.bob_signs),
                      extra=[("Date", date)])
        call.answered()
        taken.next_request("ACK")
        self.border.end(call, taken)
        self.assertEqual([], self.gateway.events("e2m.identity-mismatch", call.call_id))

    def test_an_anonymous_caller_is_known_to_the_gateway_alone(self):
        nobody = "<sip:anonymous@anonymous.invalid>;tag=1"
        call, _, _ = self.calling(hidden=True, From=nobody)
        taken = self.bob.next_call(10, call.call_id)
        seen = bytes(taken.connection.received)
        self.assertNotIn(f"<{self.alice.aor}>".encode(), seen[seen.rfind(call.call_id.encode()):])
        taken.respond(486)
        call.final()
        self.assertEqual([], self.gateway.events("e2m.identity-mismatch", call.call_id))

    def test_what_does_not_fit_is_403_and_told(self):
        old = formatdate(time.time() - 7200, usegmt=True)
        cases = [({"Call-ID": "other@inside.example"}, "Call-ID"),
                 ({"Contact": "<sip:alice@192.0.2.9>"}, "Contact"),
                 ({"Contact": None}, "Contact"), ({"Date": old}, "Date"),
                 ({"From": f"<sip:carol@{INSIDE}>"}, "signature,From")]
        for changed, headers in cases:
            with self.subTest(changed=changed):
                call, _, _ = self.calling(changed=changed)
                answer = call.final()
                self.assertEqual(403, answer.status, str(answer))
                self.assertIn("identity-mismatch", answer.get("Warning"))
                self.assertEqual({"headers": headers}, self.told(call))

    def test_an_answer_with_a_foreign_identity_ends_the_call(self):
        call, date, _ = self.calling()
        taken = self.bob.next_call(10, call.call_id)
        identity = self.fragment(self.bob.aor, self.bob.contact(), "other@x.example", date)
        taken.respond(200, self.beside(ANSWER, identity, self.keys.bob_signs),
                      extra=[("Date", date)])
        self.assertEqual(403, call.final().status)
        taken.next_request("ACK")
        bye = taken.next_request("BYE")
        self.assertIn("identity-mismatch", bye.get("Reason", ""))
        taken.reply(bye, 200)
        self.assertEqual([], self.gateway.events("pinhole.open", call.call_id))

    def test_an_identity_is_good_for_one_request(self):
        call, date, body = self.calling()
        self.bob.next_call(10, call.call_id).respond(486)
        call.final()
        again = self.alice.invite(self.border.line, self.bob.aor, body=body,
                                  Call_ID=call.call_id, Date=date)
        self.assertEqual(403, again.final().status)
        self.told(again, "identity-replayed")


class Names(Asking):
    """What other user agents know: 488 for a code, 380 for a Warning, the header's old name."""

    @staticmethod
    def change(tree, border):
        tree["disclosure"] = {"clear-sdp": False, "emit-code": 488, "warn-code": 380,
                              "hide-inspect-policy": True}

    def test_configured_code_and_warning(self):
        _, answer = self.refused(self.sealed())
        self.assertEqual(488, answer.status, str(answer))
        self.assertEqual(f"380 {NAME} \"Required to View Content-Type 'application/sdp'\"",
                         answer.get("Warning"))
        self.assertEqual(pki.der(self.keys.reader[0]), answer.body)

    def test_both_names_of_the_label_are_read_and_ours_is_hidden(self):
        for name in ("Proxy-Inspect-Body", "Proxy-Required-Body"):
            with self.subTest(name=name):
                extra = [(name, f'{NAME};cid="offer@inside.example"'),
                         (name, 'ps9.example;cid="offer@inside.example",cid="x@y"')]
                call, taken = self.border.call(
                    body=self.sealed(readers=[self.keys.reader[0]]), extra=extra)
                self.assertEqual(['ps9.example;cid="offer@inside.example",cid="x@y"'],
                                 taken.invite.all(name))
                taken.respond(486)
                call.final()

    def test_a_label_that_is_none_is_400(self):
        for row in ("gw.example", "gw.example;cid=", 'gw.example;cid="a"', ";cid=a@b",
                    'gw.example;cid="a@b', "gw.example;cid=a@b,,"):
            with self.subTest(row=row):
                _, answer = self.refused(self.sealed(), extra=[("Proxy-Inspect-Body", row)])
                self.assertEqual(400, answer.status, str(answer))

    def test_options_hides_what_is_hidden(self):
        answer = self.options("application/pkix-cert")
        self.assertEqual((200, b""), (answer.status, answer.body))


del Asking
