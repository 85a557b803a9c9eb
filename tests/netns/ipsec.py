"""A declared IPsec link (POL-80), with the kernel's own policies, associations and ESP.

      alice (TLS)          gateway                       bob (TCP)
      127.0.0.1  ---  127.0.0.1 | 10.80.1.1  --- link ---  10.80.1.2
                                            --- other --- 10.80.2.2, not on the link

Where this machine's kernel has no ESP, the tests that need it run in Debian's kernel in QEMU.
"""

import os
import time
import unittest

from lib import gateway, guest, netns, processes, suite
from lib.capture import Capture
from lib.gateway import INSIDE, NAME, OUTSIDE, Border, peer
from ua import sdp
from ua.agent import Agent
from ua.bodies import sdp_body

OWN, PEER = "10.80.1.1", "10.80.1.2"
CIPHER = ("auth-trunc", "hmac(sha256)", "0x" + "a5" * 32, "128",
          "enc", "cbc(aes)", "0x" + "5a" * 16)
NULL = ("auth-trunc", "hmac(sha256)", "0x" + "a5" * 32, "128", "enc", "ecb(cipher_null)", "")
MODULES = ("veth", "esp4", "authenc", "cbc", "hmac", "sha256_generic", "aes_generic",
           "crypto_null", "ctr", "drbg", "echainiv", "xfrm_user", "af_packet")


class ClearAgent(Agent):
    """Speaks SIP over TCP: what protects it is beneath."""

    def via(self, branch=None, host=None):
        return super().via(branch, host).replace("SIP/2.0/TLS", "SIP/2.0/TCP")


class Link:
    """Two namespaces, two cables, and what the kernel is told of IPsec between them."""

    def __init__(self):
        self.near, self.far = netns.Namespace("gw"), netns.Namespace("branch")
        netns.cable(self.near, self.far, ("esp0", "eth0"), ([f"{OWN}/24"], [f"{PEER}/24"]))
        netns.cable(self.near, self.far, ("plain0", "eth1"),
                    (["10.80.2.1/24"], ["10.80.2.2/24"]))

    def policies(self, priority=10):
        """Both ends let nothing but ESP pass between the two addresses."""
        for space, here, there in ((self.near, OWN, PEER), (self.far, PEER, OWN)):
            for way, src, dst in (("out", here, there), ("in", there, here)):
                space.ip("xfrm", "policy", "add", "src", src, "dst", dst, "dir", way,
                         "priority", str(priority), "tmpl", "src", src, "dst", dst,
                         "proto", "esp", "reqid", "80", "mode", "transport")
        return self

    def associations(self, cipher=CIPHER):
        for space in (self.near, self.far):
            for src, dst, spi in ((OWN, PEER, "0x8001"), (PEER, OWN, "0x8002")):
                space.ip("xfrm", "state", "add", "src", src, "dst", dst, "proto", "esp",
                         "spi", spi, "reqid", "80", "mode", "transport", *cipher)
        return self

    def flush(self, *what):
        for table in what:
            for space in (self.near, self.far):
                space.ip("xfrm", table, "flush")
        time.sleep(0.6)  # one look at the kernel holds good for so long

    def remove(self):
        for space in (self.near, self.far):
            space.remove()


def missing_esp():
    """Why the kernel of this machine has no ESP; empty when it has."""
    space = netns.Namespace("probe")
    try:
        space.ip("xfrm", "state", "add", "src", OWN, "dst", PEER, "proto", "esp", "spi", "0x80",
                 "mode", "transport", *CIPHER)
        return ""
    except RuntimeError as fault:
        return str(fault)
    finally:
        space.remove()


class Linked(Border):
    """Alice inside by TLS, Bob on the link by TCP, the gateway in a namespace between."""

    def __init__(self, **declared):
        self.link = Link()
        super().__init__(start=False)
        self.alice.close()
        self.bob.close()
        near = self.link.near.inside
        self.alice = Agent("alice", INSIDE, self.alice.identity, place=near)
        self.bob = ClearAgent("bob", OUTSIDE, self.bob.identity, PEER, self.link.far.inside)
        self.alice.listen(5071)
        self.bob.listen(5060, tls=False)
        self.tree["gateway"]["port"] = 5061
        self.tree["tls"]["handshake-timeout"] = "60s"  # without acceleration it takes its time
        self.tree["listeners"] = [
            {"name": "link", "address": OWN, "port": 5060, "side": "outside",
             "transport": "ipsec"},
            {"name": "other", "address": "10.80.2.1", "port": 5060, "side": "outside",
             "transport": "ipsec"},
            {"name": "inside", "address": "127.0.0.1", "port": 5061, "side": "inside",
             "client-certificate": "required"}]
        self.tree["peers"] = [
            peer("inside", INSIDE, "127.0.0.1", 5071),
            {**peer("branch", OUTSIDE, PEER, 0), "secure-transport": "ipsec",
             "ipsec-addresses": [f"{PEER}/32"], "ipsec-interface": "esp0", **declared}]
        self.tree["routes"] = [{"domain": INSIDE, "to": "inside", "side": "inside"},
                               {"domain": OUTSIDE, "to": "branch", "side": "outside"}]

    def start(self):
        self.gateway = gateway.Gateway(self.place / "gateway", self.tree, self.link.near.name)
        self.line = self.alice.connect("127.0.0.1", 5061, NAME)
        return self

    def close(self):
        try:
            super().close()
        finally:
            self.link.remove()

    def media(self):
        return sdp_body(sdp.offer("127.0.0.1", 40000)), sdp_body(sdp.offer(PEER, 50000))


class Case(unittest.TestCase):
    declared = {}

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("ip")
        cls.border = Linked(**cls.declared)
        cls.prepare(cls.border.link)
        cls.border.start()

    @classmethod
    def prepare(cls, link):
        """What the kernel knows before the gateway starts."""

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def refused(self, why):
        """A call that must not leave: 420 with its cause, an event, and nobody is dialled."""
        border = self.border
        offer, _ = border.media()
        request = border.alice.request("INVITE", border.bob.aor, body=offer)
        answer = border.alice.exchange(border.line, request)
        self.assertEqual(420, answer.status, str(answer))
        self.assertEqual(["e2e-sec"], answer.tokens("Unsupported"))
        self.assertIn("e2e-sec: no-tls-target", answer.get("Warning"))
        event = border.gateway.event("e2e-sec.rejected", request.call_id, "no-tls-target")
        self.assertIn(why, event["details"]["detail"])
        self.assertTrue(border.bob.never_got(request.call_id), "it must not have left")

    def whole_call(self, cipher):
        """A call that is assured on the link: attested as ipsec, told, and counted."""
        border = self.border
        call, taken = border.talk(*border.media())
        self.assertIn("SIP/2.0/TCP", taken.invite.get("Via"))
        self.assertEqual(["e2e-sec"], taken.invite.tokens("Proxy-Require"))
        report = processes.until(lambda: next(
            (r for _, _, m, r in border.alice.notifies if m.call_id == call.call_id), None),
            "the gateway's NOTIFY")
        hop = next(h for h in report["hops"] if h["id"] == NAME)
        self.assertEqual("complied", hop["result"])
        self.assertEqual("ipsec", hop["forwarded"]["security"])
        self.assertEqual(cipher, hop["forwarded"].get("cipher", ""))
        self.assertEqual("tls", hop["received"]["security"])
        verdict = border.gateway.event("e2e-sec.verdict", call.call_id)
        self.assertEqual("ASSURED", verdict["details"]["verdict"].upper(), verdict)
        code, told, err = processes.output_of(
            gateway.COMMAND, "explain", "--journal", border.gateway.journal, call.call_id,
            env={**os.environ, **gateway.JVM})
        self.assertEqual(0, code, err)
        self.assertIn("IPsec", told)
        return call, taken


class OnItsWord(Case):
    """`ipsec-check: false`: the range and the interface, and the operator's word for the rest."""

    declared = {"ipsec-check": False}

    def test_a_call_on_the_link_is_assured_as_ipsec(self):
        call, taken = self.whole_call("")
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_sips_is_tls_on_each_hop_and_no_link(self):
        uri = self.border.bob.aor.replace("sip:", "sips:")
        for e2e, status in ((True, 420), (False, 480)):
            request = self.border.alice.request("MESSAGE", uri, e2e=e2e)
            answer = self.border.alice.exchange(self.border.line, request)
            self.assertEqual(status, answer.status, str(answer))
            self.assertIn("no-tls-target", answer.get("Warning"))

    def test_a_call_from_the_link_comes_in_as_secure(self):
        line = self.border.bob.connect(OWN, 5060, tls=False)
        request = self.border.bob.request("OPTIONS", f"sip:{NAME}")
        self.assertEqual(200, self.border.bob.exchange(line, request).status)
        offer, _ = self.border.media()
        call = self.border.bob.invite(line, self.border.alice.aor, body=offer)
        taken = self.border.alice.next_call(call_id=call.call_id)
        taken.respond(486)
        call.expect(486)

    def test_who_calls_from_elsewhere_came_in_clear(self):
        line = self.border.bob.connect("10.80.2.1", 5060, tls=False)
        request = self.border.bob.request("INVITE", self.border.alice.aor)
        answer = self.border.bob.exchange(line, request)
        self.assertEqual(420, answer.status, str(answer))
        self.assertIn("e2e-sec: ingress-not-secure", answer.get("Warning"))
        self.border.gateway.event("e2e-sec.ingress-not-secure", request.call_id)


class OtherInterface(Case):
    """The peer's address, moved to where no link was declared."""

    declared = {"ipsec-check": False, "ipsec-interface": "plain0"}

    def test_it_is_not_dialled(self):
        self.refused(f"{PEER} is reached by esp0, declared is plain0")


class OutOfRange(Case):
    declared = {"ipsec-check": False, "ipsec-addresses": ["10.80.1.64/26"]}

    def test_it_is_not_dialled(self):
        self.refused(f"{PEER} is outside the declared range")


class Unprotected(Case):
    """The kernel is asked, and says no."""

    def test_no_policy(self):
        self.refused(f"no policy demands ESP out, {OWN} to {PEER}")

    def test_policies_alone(self):
        self.border.link.policies()
        try:
            time.sleep(0.1)
            self.refused(f"no security association out, {OWN} to {PEER}")
        finally:
            self.border.link.flush("policy")


class Protected(Case):
    """Real ESP. The tests go on from one another, so each makes what it needs."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("ip", "tcpdump", "tshark")
        missing = missing_esp()
        if missing:
            raise unittest.SkipTest(f"this kernel has no ESP, see InDebiansKernel: {missing}")
        super().setUpClass()

    def setUp(self):
        self.border.link.flush("policy", "state")

    def lines_are_new(self):
        """Every connection to Bob has gone, so the next call dials."""
        for connection in list(self.border.bob.connections):
            connection.close()
        time.sleep(0.2)

    def test_a_call_runs_in_esp_and_never_in_clear(self):
        self.lines_are_new()
        self.border.link.policies().associations()
        wire = Capture(self.border.place, "link", "esp0", self.border.link.near.name,
                       f"host {PEER}")
        call, taken = self.whole_call("cbc(aes) hmac(sha256)")
        self.assertEqual(200, self.border.end(call, taken).status)
        wire.end()
        self.assertGreater(wire.count("esp"), 5, "frames of ESP")
        self.assertEqual(0, wire.count("tcp or sip"), "frames in clear")
        octets = wire.file.read_bytes()
        for word in (b"INVITE", b"SIP/2.0", b"bob@"):
            self.assertNotIn(word, octets)

    def test_flushed_associations_are_420_on_a_connection_that_stood(self):
        self.lines_are_new()
        self.border.link.policies().associations()
        call, taken = self.whole_call("cbc(aes) hmac(sha256)")
        self.assertEqual(200, self.border.end(call, taken).status)
        self.border.link.flush("state")
        self.refused(f"no security association out, {OWN} to {PEER}")
        self.refused(f"no security association out, {OWN} to {PEER}")
        self.border.link.associations()
        self.lines_are_new()
        call, taken = self.border.talk(*self.border.media())
        self.border.end(call, taken)

    def test_associations_without_a_policy_protect_nothing(self):
        self.lines_are_new()
        self.border.link.associations()
        self.refused(f"no policy demands ESP out, {OWN} to {PEER}")

    def test_a_policy_that_is_taken_away_is_noticed(self):
        self.lines_are_new()
        self.border.link.policies().associations()
        call, taken = self.border.talk(*self.border.media())
        self.border.link.flush("policy")
        answer = self.border.alice.exchange(self.border.line, call.make("OPTIONS"))
        self.assertEqual(420, answer.status, str(answer))
        self.assertIn("e2e-sec: connection-lost", answer.get("Warning"))
        self.border.gateway.event("e2e-sec.broken", call.call_id)
        with self.assertRaises(AssertionError):
            taken.next_request("OPTIONS", 0.5)
        self.border.link.policies()
        self.assertEqual(200, self.border.end(call, taken).status)

    def test_an_association_that_does_not_encrypt_is_none(self):
        self.lines_are_new()
        self.border.link.policies().associations(NULL)
        self.refused("a security association does not encrypt out")

    def test_a_call_from_the_link_comes_in_as_secure_while_it_is_one(self):
        self.border.link.policies().associations()
        line = self.border.bob.connect(OWN, 5060, tls=False)
        call = self.border.bob.invite(line, self.border.alice.aor,
                                      body=sdp_body(sdp.offer(PEER, 50000)))
        taken = self.border.alice.next_call(call_id=call.call_id)
        taken.respond(486)
        call.expect(486)
        self.border.link.flush("policy")
        line = self.border.bob.connect(OWN, 5060, tls=False)
        request = self.border.bob.request("INVITE", self.border.alice.aor)
        answer = self.border.bob.exchange(line, request)
        self.assertEqual(420, answer.status, str(answer))
        self.assertIn("e2e-sec: ingress-not-secure", answer.get("Warning"))


class InDebiansKernel(unittest.TestCase):
    """The class before this one, where the kernel has no ESP."""

    def test_the_same_with_real_esp(self):
        suite.needs_root()
        if os.environ.get("SUREHOP_GUEST") or not missing_esp():
            self.skipTest("this kernel has ESP itself")
        place = suite.place()
        machine = guest.Guest(place)
        result = place / "result.txt"
        code, told = machine.run(
            f"/usr/bin/python3 -u -m lib.suite ipsec {__file__} {result}", MODULES,
            {"SUREHOP_GUEST": "1", "SUREHOP_PATIENCE": "6", "SUREHOP_TEST_ONLY": "Protected",
             "SUREHOP_TEST_DIR": "/run/work", "SUREHOP_NETNS": "shguest",
             "PYTHONPATH": str(suite.ROOT / "tests"),
             "JAVA_HOME": os.environ.get("JAVA_HOME", "")})
        print("\n".join("      " + row for row in told.strip().splitlines()[-40:]), flush=True)
        self.assertEqual(0, code, told[-3000:])
        passed, failed, skipped = map(int, result.read_text().split())
        self.assertEqual((6, 0, 0), (passed, failed, skipped), told[-3000:])
