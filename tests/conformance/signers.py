"""Who signed, and whether he still may: revocation by lists and responders that openssl makes."""

import contextlib
import hashlib
import http.server
import socket
import threading
import time
import unittest
from pathlib import Path

from lib import gateway, pki, processes
from lib.gateway import INSIDE, OUTSIDE
from ua import agent, bodies, sdp

OFFER = sdp.offer("127.0.0.1", 43100, 43102)


class Trial(unittest.TestCase):
    """One gateway for each class."""

    @classmethod
    def setUpClass(cls):
        cls.made = 0
        cls.border = gateway.Border(cls.change, start=False)
        cls.keys, cls.alice, cls.bob = cls.border.keys, cls.border.alice, cls.border.bob
        cls.ca = cls.keys.ca
        cls.prepare()
        cls.border.start()

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def signers(cls, tree, **settings):
        tree["smime"]["signers"] = settings
        tree["disclosure"] = {"require-signature": True}

    @classmethod
    def signer(cls, *extensions):
        """A new certificate of Alice's, with those extensions."""
        cls.made += 1
        return cls.ca.leaf(f"alice{cls.made}", pki.smime_names(f"alice@{INSIDE}"), "ec", False,
                           "keyUsage=critical,digitalSignature",
                           "extendedKeyUsage=emailProtection", *extensions)

    def call(self, signer):
        """The status of a call that this one signs, its Warning, and how long that took."""
        body = bodies.shape("N3", OFFER, [self.keys.bob[0], self.keys.reader[0]], signer[0],
                            key=signer[1])
        began = time.monotonic()
        call = self.alice.invite(self.border.line, self.bob.aor, body=body)
        answer = call.wait(100)
        while answer.status == 100:
            with contextlib.suppress(AssertionError):
                taken = self.bob.next_call(0.2, call.call_id)
                took = time.monotonic() - began
                taken.respond(486)
                call.final()
                return 200, "", took
            if not call.answers.empty():
                answer = call.final()
        return answer.status, answer.get("Warning", ""), time.monotonic() - began

    def accepts(self, signer):
        status, words, took = self.call(signer)
        self.assertEqual(200, status, words)
        return took

    def refuses(self, signer, why):
        status, words, took = self.call(signer)
        self.assertEqual(403, status, words)
        self.assertIn(why, words)
        self.border.gateway.event("e2m.bad-signature", reason=why)
        return took


class ListInAFile(Trial):
    """The operator brings the list; what nobody knows is let through."""

    @classmethod
    def change(cls, tree, border):
        cls.file = Path(border.place) / "ca.crl"
        cls.signers(tree, **{"revocation": "soft", "crl-files": [str(cls.file)]})

    @classmethod
    def prepare(cls):
        cls.ca.crl(cls.file)

    def test_revoked_while_the_gateway_runs(self):
        signer, other = self.signer(), self.signer()
        self.accepts(signer)
        self.ca.revoke(signer[0])
        self.accepts(signer)  # nobody has told the gateway yet
        self.ca.crl(self.file)
        time.sleep(2.1)  # it looks at the file every two seconds
        self.refuses(signer, "signer-revoked")
        self.accepts(other)

    def test_list_of_somebody_else_says_nothing(self):
        signer = self.signer()
        self.keys.other.crl(self.file)
        time.sleep(2.1)
        self.accepts(signer)
        self.ca.crl(self.file)


class ListOutOfDate(Trial):
    """Hard: what nobody vouches for today is refused."""

    @classmethod
    def change(cls, tree, border):
        cls.file = Path(border.place) / "ca.crl"
        cls.signers(tree, **{"revocation": "hard", "crl-files": [str(cls.file)]})

    @classmethod
    def prepare(cls):
        cls.ca.crl(cls.file)

    def test_only_while_the_list_is_in_force(self):
        signer = self.signer()
        self.accepts(signer)
        self.ca.crl(self.file, 1)
        time.sleep(3.1)
        self.refuses(signer, "signer-unverified")
        self.ca.crl(self.file)
        time.sleep(2.1)
        self.accepts(signer)


class Responder(Trial):
    """One responder is configured: `openssl ocsp`."""

    @classmethod
    def change(cls, tree, border):
        cls.port = gateway.free_port()
        cls.signers(tree, **{"revocation": "hard", "timeout": "3s",
                             "ocsp-responder": f"http://127.0.0.1:{cls.port}/"})

    @classmethod
    def start_responder(cls):
        cls.responder = responder(cls.ca, cls.port)

    @classmethod
    def prepare(cls):
        cls.good, cls.bad = cls.signer(), cls.signer()
        cls.ca.revoke(cls.bad[0])
        cls.start_responder()

    def test_good_revoked_and_unknown(self):
        self.accepts(self.good)
        self.refuses(self.bad, "signer-revoked")
        self.responder.end()
        began = time.monotonic()
        self.accepts(self.good)  # the answer is kept
        self.assertLess(time.monotonic() - began, 3)
        self.refuses(self.signer(), "signer-unverified")


class Named(Trial):
    """The certificates say where to ask."""

    @classmethod
    def change(cls, tree, border):
        cls.ports = gateway.free_port(), gateway.free_port()
        cls.signers(tree, revocation="hard", fetch=True, timeout="3s")

    @classmethod
    def prepare(cls):
        cls.asks = f"authorityInfoAccess=OCSP;URI:http://127.0.0.1:{cls.ports[0]}/"
        cls.gets = f"crlDistributionPoints=URI:http://127.0.0.1:{cls.ports[1]}/ca.crl"
        cls.bad = [cls.signer(cls.asks), cls.signer(cls.gets)]
        cls.good = [cls.signer(cls.asks), cls.signer(cls.gets)]
        for signer in cls.bad:
            cls.ca.revoke(signer[0])
        cls.ca.crl(cls.ca.place / "ca.crl")
        cls.responder = responder(cls.ca, cls.ports[0])
        place = str(cls.ca.place)

        class Quiet(http.server.SimpleHTTPRequestHandler):
            """Serves the directory of the authority."""

            def __init__(self, *arguments, **options):
                super().__init__(*arguments, directory=place, **options)

            def log_message(self, *_):
                pass

        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", cls.ports[1]), Quiet)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.responder.end()
        super().tearDownClass()

    def test_responder_and_list_that_the_certificate_names(self):
        for good, bad, kind in zip(self.good, self.bad, ("OCSP", "CRL")):
            with self.subTest(kind=kind):
                self.accepts(good)
                self.refuses(bad, "signer-revoked")
        with self.subTest(kind="neither"):
            self.refuses(self.signer(), "signer-unverified")


class Silent(Trial):
    """The responder takes connections and says nothing: a call waits for its time limit, once."""

    @classmethod
    def change(cls, tree, border):
        cls.ear = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = cls.ear.getsockname()[1]
        cls.signers(tree, **{"revocation": "soft", "ocsp-responder": f"http://127.0.0.1:{port}/"})

    def test_is_waited_for_once(self):
        self.assertGreater(self.accepts(self.signer()), 0.9)
        took = [self.accepts(self.signer()) for _ in range(4)]
        self.assertLess(min(took), 0.8, str(took))
        self.ear.close()


def responder(ca, port):
    """`openssl ocsp`, which answers from the list of certificates that the authority keeps."""
    found = processes.Process(
        ["openssl", "ocsp", "-port", port, "-index", ca.place / "index.txt", "-CA", ca.cert,
         "-rsigner", ca.cert, "-rkey", ca.key, "-ignore_err"], ca.place / "ocsp.log")
    processes.until(lambda: f":{port} " in processes.output_of("ss", "-Hltn")[1],
                    "openssl ocsp listens", 10, 0.1)
    return found


class LessThanBefore(Trial):
    """Protection that gets less is told, and stops nothing (RFC 3261 section 23.2)."""

    @classmethod
    def change(cls, tree, border):
        tree["disclosure"] = {"clear-sdp": True}

    def offer(self, signer, text=OFFER):
        return bodies.shape("N3", text, [self.keys.bob[0], self.keys.reader[0]], signer[0],
                            key=signer[1])

    def answer(self, signer, text=OFFER):
        return bodies.shape("N3", text, [self.keys.alice_reads[0], self.keys.reader[0]],
                            signer[0], key=signer[1])

    def told(self, kind, call, times):
        """The details of those events of that call; waits for the first one that must come."""
        if times:
            self.border.gateway.event(kind, call.call_id)
        return [e["details"] for e in self.border.gateway.events(kind, call.call_id)]

    def print_of(self, signer):
        return hashlib.sha256(pki.der(signer[0])).hexdigest()

    def whole(self, offer, answer):
        """A call with that offer and answer, still up."""
        call, taken = self.border.call(body=offer)
        taken.respond(200, answer)
        call.answered()
        taken.next_request("ACK")
        self.border.gateway.event("pinhole.open", call.call_id)
        return call, taken

    def test_certificates_that_change(self):
        """SM-7c: from call to call, and within one."""
        one, two = self.signer(), self.signer()
        for signer, times in ((one, None), (one, 0), (two, 1), (two, 0)):
            call, taken = self.whole(self.offer(signer), self.answer(self.keys.bob_signs))
            told = self.told("e2m.signer-changed", call, times)
            if times is not None:
                self.assertEqual(times, len(told), told)
            if times:
                self.assertEqual({"was": self.print_of(one), "is": self.print_of(two),
                                  "of": "user"}, told[0])
            self.assertEqual(200, self.border.end(call, taken).status)
        call, taken = self.whole(self.offer(two), self.answer(self.keys.bob_signs))
        later = self.ca.signing("bob-later", f"bob@{OUTSIDE}")
        again = call.make("INVITE", body=self.offer(two, sdp.offer("127.0.0.1", 43100)),
                          extra=[("Contact", self.alice.contact())])
        answers = self.alice.ask(self.border.line, again)
        found = taken.next_request("INVITE")
        taken.reply(found, 200, extra=[("Contact", self.bob.contact())],
                    body=self.answer(later, sdp.offer("127.0.0.1", 43300)))
        self.assertEqual(200, agent.final(answers, 10, "re-INVITE").status)
        self.border.line.send(call.make("ACK", cseq=again.cseq[0]))
        taken.next_request("ACK")
        self.assertEqual([{"was": self.print_of(self.keys.bob_signs),
                           "is": self.print_of(later), "of": "call"}],
                         self.told("e2m.signer-changed", call, 1))
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_an_answer_in_clear(self):
        """SM-7c: who sent S/MIME should hear that what comes back is none."""
        for answer, times in ((bodies.sdp_body(OFFER), 1),
                              (self.answer(self.keys.bob_signs), 0)):
            call, taken = self.whole(self.offer(self.keys.alice), answer)
            self.assertEqual(times, len(self.told("e2m.answer-unsecured", call, times)))
            self.assertEqual(200, self.border.end(call, taken).status)

    def test_a_second_try_in_clear(self):
        """SM-3: after 415, or 493 without a certificate, a user agent may leave S/MIME out."""
        for status, times in ((415, 1), (493, 1), (486, 0)):
            call, taken = self.border.call(body=self.offer(self.keys.alice))
            taken.respond(status)
            self.assertEqual(status, call.final().status)
            taken.next_request("ACK")
            call, taken = self.border.call(body=bodies.sdp_body(OFFER))
            taken.respond(486)
            call.final()
            self.border.gateway.event("call.refused", call.call_id)
            self.assertEqual([{"after": str(status)}] * times,
                             self.told("e2m.downgrade-415", call, times))


del Trial
