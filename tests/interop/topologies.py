"""The reference topologies T1 to T12: several gateways, proxies of another make, and Kamailio.

What each must end with is in its comment. A verdict is read in three places that do not know of
each other: at the caller from NOTIFYs and Hop-Record, in the journal of each gateway, and on the
wire, where a capture shows what ran in clear.
"""

import time

from lib import chain, gateway, processes
from lib.chain import (
    AGAIN, ALL, EDGES, FORK, INJECTED, LACKING, ODD, REFUSED, SEVERED, host)
from lib.onlookers import Case, Watched, hosts
from ua import assurance, sdp
from ua.agent import reply
from ua.bodies import sdp_body


class T1AllComply(Case, Watched):
    """Hop-Record names every hop, each is attested in one combined NOTIFY: ASSURED."""

    def assured(self, domain, names, judges):
        offer, answer = (sdp_body(sdp.offer("127.0.0.1", p)) for p in (41000, 51000))
        call, taken, ok = self.chain.talk(domain, offer, answer)
        self.assertEqual(hosts(*names), assurance.read_hop_record(ok), str(ok))
        report = self.report(call.call_id)
        self.assertEqual(sorted(hosts(*names)), sorted(h["id"] for h in report["hops"]))
        for hop in report["hops"]:
            self.assertEqual("complied", hop["result"], hop)
            self.assertEqual(("tls", "tls"),
                             (hop["received"]["security"], hop["forwarded"]["security"]), hop)
        self.assertEqual("ASSURED", self.own(ok)[0])
        for judge in judges:
            self.assert_verdict(judge, call.call_id, "ASSURED")
        self.finish(call, taken)
        return call

    def test_t1_gateways_at_1_2_4_and_5(self):
        self.watch()
        names = ("ps1", "ps2", "ps3", "ps4", "ps5")
        call = self.assured(ALL, names, ("ps1", "ps2", "ps4", "ps5"))
        code, out, err = processes.output_of(
            gateway.COMMAND, "explain", call.call_id, "--config",
            self.chain.gateways["ps1"].config)
        self.assertEqual(0, code, out + err)
        self.assertIn("ASSURED", out)
        for name in names[1:]:
            self.assertIn(host(name), out)
        self.assert_clear(words=("SIP/2.0", "alice", "v=0"))

    def test_t1_gateways_at_1_and_5(self):
        self.assured(EDGES, ("ps1", "p2", "p3", "p4", "ps5"), ("ps1", "ps5"))

    def test_t1_gateways_at_1_3_and_5(self):
        self.assured(ODD, ("ps1", "p2", "ps2", "p4", "ps5"), ("ps1", "ps2", "ps5"))


class T2Veiled(Case):
    """PS2 and PS4 show their domain as one: the caller sees PS1, PS2, PS5; ASSURED; no PS3."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.show("domain")

    @classmethod
    def tearDownClass(cls):
        cls.show("full")

    @classmethod
    def show(cls, topology):
        for name in ("ps2", "ps4"):
            cls.chain.gateways[name].take(lambda tree: tree["assurance"].update(
                {"topology": topology, "own-domains": [chain.MIDDLE]}))

    def test_t2_one_name_for_the_domain_and_assured(self):
        call, taken, ok = self.chain.talk(ALL)
        self.assertEqual(hosts("ps1", "ps2", "ps5"), assurance.read_hop_record(ok), str(ok))
        hops = {h["id"]: h["result"] for h in self.report(call.call_id)["hops"]}
        self.assertEqual(dict.fromkeys(hosts("ps1", "ps2", "ps5"), "complied"), hops)
        self.assertEqual("ASSURED", self.own(ok)[0])
        for judge in ("ps1", "ps2", "ps4", "ps5"):
            self.assert_verdict(judge, call.call_id, "ASSURED")
        self.assertIn(host("ps3"), self.judged("ps2", call.call_id)[2]["attested"])
        self.finish(call, taken)

    def test_t2_no_octet_of_the_inside_reaches_the_next_domain(self):
        """A proxy before PS2 keeps what it gets: calls, refusals, NOTIFYs."""
        nearest = self.chain.others["p1"]
        line = self.chain.other_line
        call, taken, ok = self.chain.talk(ALL, line=line)
        self.assertEqual({nearest.name} | hosts("ps2", "ps5"), assurance.read_hop_record(ok))
        processes.until(lambda: len(self.reports(call.call_id)) == 2, "two NOTIFYs", 20)
        told = {h["id"] for _, report in self.reports(call.call_id) for h in report["hops"]}
        self.assertEqual({nearest.name} | hosts("ps2", "ps5"), told)
        answers = taken.agent.ask(taken.connection, taken.make("BYE"))
        call.reply(call.next_request("BYE"), 200)
        self.assertEqual(200, answers.get(timeout=10).status)
        refused = self.alice.invite(line, f"sip:bob@{LACKING}").final()
        self.assertEqual((420, ["e2e-sec"]), (refused.status, refused.tokens("Unsupported")))
        flow, = (c for c in nearest.connections if host("ps2") in c.peer)
        ports = (self.chain.third_port, *self.chain.ports["ps4"])
        for secret in ("ps3", "ps4", *map(str, ports)):
            self.assertNotIn(secret.encode(), flow.received)

    def test_t2_a_hidden_silent_hop_is_a_mismatch_without_a_name(self):
        self.chain.third("kamailio")
        try:
            call, taken, ok = self.chain.talk(ALL)
            self.assertEqual(hosts("ps1", "ps2", "ps5"), assurance.read_hop_record(ok), str(ok))
            inner = self.assert_verdict("ps2", call.call_id, "MISMATCH", "silent-hop")
            self.assertEqual(f"{host('ps3')}:{self.chain.third_port}", inner["silent"])
            outer = self.assert_verdict("ps1", call.call_id, "MISMATCH", "negative-assertion")
            self.assertEqual(host("ps2"), outer["negative"])
            self.assertNotIn("ps3", str(outer) + str(self.report(call.call_id)))
            self.assertEqual("MISMATCH", self.own(ok)[0])
            self.finish(call, taken)
        finally:
            self.chain.third("compliant")


class T3LacksTls(Case):
    """420 with Unsupported, and a Warning of the hop that found no TLS; FAILED; no attestation."""

    def refused(self, domain, agent, causes, judges):
        call = self.alice.invite(self.chain.line, f"sip:bob@{domain}")
        final = call.final()
        self.assertEqual((420, ["e2e-sec"]), (final.status, final.tokens("Unsupported")))
        warned = [w for w in final.tokens("Warning") if f" {agent} " in w]
        self.assertTrue(any(f"e2e-sec: {cause}" in w for w in warned for cause in causes),
                        f"Warning of {agent} with one of {causes}: {final}")
        for judge in judges:
            self.assert_verdict(judge, call.call_id, "FAILED")
        self.nobody_is_assured(call.call_id, *self.chain.gateways)
        time.sleep(0.5)
        self.assertEqual([], self.reports(call.call_id), "POL-36: nothing is attested")
        for connection in self.chain.deaf.connections:
            self.assertNotIn(b"SIP/2.0", connection.received, "nothing in clear")
        self.assertTrue(self.bob.never_got(call.call_id))
        return final

    def test_t3_ps4_finds_nobody_who_speaks_tls(self):
        final = self.refused(LACKING, host("ps4"), ("tls-handshake-failed", "no-tls-target"),
                             ("ps1", "ps2"))
        for relay in ("ps1", "ps2"):
            self.assertTrue(any(f" {host(relay)} " in w and "next-hop-rejected" in w
                                for w in final.tokens("Warning")), str(final))

    def test_t3_a_proxy_finds_nobody_and_earlier_notifies_count_for_nothing(self):
        """p2 has forwarded and says so; the request has failed all the same."""
        self.refused(SEVERED, host("p3"), ("no-tls-target",), ("ps1",))


class T4DoesNotKnow(Case):
    """Kamailio with its sanity module refuses what it does not know: 420 from PS3."""

    third, options = "kamailio", {"refuse": True}

    def test_t4_420_comes_from_ps3(self):
        call = self.alice.invite(self.chain.line, f"sip:bob@{ALL}")
        final = call.final()
        self.assertEqual((420, ["e2e-sec"]), (final.status, final.tokens("Unsupported")))
        for relay in ("ps1", "ps2"):
            self.assertTrue(any(f" {host(relay)} " in w and "next-hop-rejected" in w
                                for w in final.tokens("Warning")), str(final))
            self.assert_verdict(relay, call.call_id, "FAILED")
        self.assertTrue(self.bob.never_got(call.call_id), "POL-33: no second try without the tag")
        self.assertEqual([], self.chain.gateways["ps4"].events(call_id=call.call_id))


class T5Silent(Case, Watched):
    """Kamailio ignores Proxy-Require but keeps TLS: MISMATCH, and PS3 alone is named."""

    third = "kamailio"

    def test_t5_the_silent_hop_is_named(self):
        self.watch()
        call, taken, ok = self.chain.talk(ALL)
        self.assertEqual(hosts("ps1", "ps2", "ps4", "ps5") | {self.hop()},
                         assurance.read_hop_record(ok), str(ok))
        for judge in ("ps2", "ps1"):
            details = self.assert_verdict(judge, call.call_id, "MISMATCH", "silent-hop")
            self.assertEqual(self.hop(), details["silent"], f"at {judge}: {details}")
            self.assertTrue(self.chain.gateways[judge].event("e2e-sec.silent-hop", call.call_id))
        self.assertEqual(("MISMATCH", f"silent: ['{self.hop()}']"), self.own(ok))
        self.nobody_is_assured(call.call_id, "ps1", "ps2")
        self.finish(call, taken)
        self.assert_clear()  # TLS all the way

    def hop(self):
        return f"{host('ps3')}:{self.chain.third_port}"


class T6StripsAndClear(Case, Watched):
    """POL-100: Kamailio takes the tag away and goes on by TCP: UNVERIFIED, never ASSURED."""

    third, options = "kamailio", {"transport": "tcp", "strip": True}

    def test_t6_no_hop_record_is_unverified(self):
        self.watch()
        call, taken, ok = self.chain.talk(ALL)
        self.assertEqual([], taken.invite.tokens("Proxy-Require"), str(taken.invite))
        for judge in ("ps2", "ps1"):
            self.assert_verdict(judge, call.call_id, "UNVERIFIED", "no-hop-record")
        self.assertEqual("UNVERIFIED", self.own(ok)[0])
        self.nobody_is_assured(call.call_id, *self.chain.gateways)
        self.finish(call, taken)
        self.assert_clear(self.chain.clear_port)  # PS3 to PS4, no other hop

    def test_t6_a_callee_that_vouches_for_itself_changes_nothing(self):
        """A short Hop-Record, from a callee that was never asked for one."""
        call, taken = self.chain.call(ALL)
        taken.respond(200, extra=[("Hop-Record", host("ps5"))])
        call.answered()
        taken.next_request("ACK")
        for judge in ("ps2", "ps1"):
            self.assertIn(self.judged(judge, call.call_id)[0], ("UNVERIFIED", "MISMATCH"))
        self.nobody_is_assured(call.call_id, *self.chain.gateways)
        self.finish(call, taken)


class MiddleInClear(Case, Watched):
    """POL-93: first and last hop TLS, PS3 ignores the tag and goes on by TCP: 420 at PS4."""

    third, options = "kamailio", {"transport": "tcp"}

    def test_the_hop_that_receives_in_clear_refuses(self):
        self.watch()
        call = self.alice.invite(self.chain.line, f"sip:bob@{ALL}")
        final = call.final()
        self.assertEqual(420, final.status, str(final))
        self.assertIn("e2e-sec: ingress-not-secure", str(final.tokens("Warning")))
        self.chain.gateways["ps4"].event("e2e-sec.ingress-not-secure", call.call_id)
        for judge in ("ps1", "ps2"):
            self.assert_verdict(judge, call.call_id, "FAILED")
        self.assertTrue(self.bob.never_got(call.call_id))
        self.assert_clear(self.chain.clear_port)  # PS3 to PS4, no other hop


class T7Injected(Case):
    """PS1 asks on Alice's behalf and PS5, a Kamailio that does not know the tag, refuses."""

    def test_t7_reject_tells_the_caller_without_naming_what_it_never_sent(self):
        call = self.alice.invite(self.chain.line, f"sip:bob@{REFUSED}", e2e=False)
        final = call.final()
        self.assertEqual((403, []), (final.status, final.tokens("Unsupported")), str(final))
        self.assertIn("injected-rejected", str(final.tokens("Warning")))
        ps1 = self.chain.gateways["ps1"]
        ps1.event("e2e-sec.injected", call.call_id)
        ps1.event("e2e-sec.injected-rejected", call.call_id)
        for judge in ("ps1", "ps2", "ps4"):
            self.assert_verdict(judge, call.call_id, "FAILED")
        self.assertTrue(self.bob.never_got(call.call_id))
        self.assertEqual([], self.reports(call.call_id))

    def test_t7_retry_without_is_delivered_by_tls_and_unassured(self):
        call, taken, ok = self.chain.talk(AGAIN, e2e=False)
        self.assertEqual(([], []), (taken.invite.tokens("Require"),
                                    taken.invite.tokens("Proxy-Require")), str(taken.invite))
        self.assertGreater(taken.invite.cseq[0], call.invite.cseq[0])
        self.assertEqual(call.invite.cseq[0], ok.cseq[0])
        self.chain.gateways["ps1"].event("e2e-sec.injected-rejected", call.call_id)
        self.assert_verdict("ps1", call.call_id, "UNASSURED")
        self.nobody_is_assured(call.call_id, *self.chain.gateways)
        self.assertIsNone(assurance.read_hop_record(ok))
        self.assertEqual([], self.reports(call.call_id))
        self.finish(call, taken)

    def test_t7_what_the_caller_asks_itself_is_never_taken_back(self):
        final = self.alice.invite(self.chain.line, f"sip:bob@{AGAIN}").final()
        self.assertEqual((420, ["e2e-sec"]), (final.status, final.tokens("Unsupported")))


class T8Fork(Case):
    """PS4 forks to two callees and both answer: two verdicts, one for each To tag."""

    def test_t8_two_answers_two_verdicts(self):
        call = self.alice.invite(self.chain.line, f"sip:bob@{FORK}")
        ends = [user.next_call(10, call.call_id) for user in (self.bob, self.chain.carol)]
        for taken in ends:
            taken.respond(200)
        ok = call.answered()
        self.assertEqual(hosts("ps1", "p2", "p3", "p4", "p5"), assurance.read_hop_record(ok))
        ps1 = self.chain.gateways["ps1"]
        ps1.event("e2e-sec.verdict", call.call_id, count=2, timeout=20)
        events = ps1.events("e2e-sec.verdict", call.call_id)
        self.assertEqual(["ASSURED"] * 2, [e["details"]["verdict"] for e in events], events)
        loser = events[1]["details"]["to-tag"]
        self.assertIn(loser, [taken.tag for taken in ends])
        for taken in ends:
            taken.next_request("ACK")
        winner, = (taken for taken in ends if taken.tag != loser)
        beaten, = (taken for taken in ends if taken.tag == loser)
        beaten.reply(beaten.next_request("BYE"), 200)
        self.finish(call, winner)


class T9Unaware(Case):
    """Alice knows nothing of e2e-sec and PS1 asks: the verdict is told, but not to her."""

    def test_t9_no_notify_and_no_hop_record_for_the_caller(self):
        call, taken, ok = self.chain.talk(INJECTED, e2e=False)
        self.assertEqual(["e2e-sec"], taken.invite.tokens("Proxy-Require"), str(taken.invite))
        for judge in ("ps1", "ps2", "ps4", "ps5"):
            self.assert_verdict(judge, call.call_id, "ASSURED")
        attested = self.judged("ps1", call.call_id)[2]["attested"]
        self.assertEqual(hosts("ps2", "ps3", "ps4", "ps5"), set(attested.split()))
        self.chain.gateways["ps1"].event("e2e-sec.injected", call.call_id)
        answers = taken.agent.ask(taken.connection, taken.make("BYE"))
        bye = call.next_request("BYE")
        self.assertEqual([], bye.tokens("Proxy-Require"), str(bye))
        call.reply(bye, 200)
        self.assertEqual(200, answers.get(timeout=10).status)
        self.assertIsNone(assurance.read_hop_record(ok))
        self.assertEqual([], self.reports(call.call_id))


class T10Message(Case):
    """MESSAGE has no Contact: NOTIFYs find back by flow over five domains. ASSURED."""

    def test_t10_message_is_attested_by_flow(self):
        for domain, names in ((ALL, ("ps1", "ps2", "ps3", "ps4", "ps5")),
                              (EDGES, ("ps1", "p2", "p3", "p4", "ps5"))):
            with self.subTest(domain=domain):
                request = self.alice.request("MESSAGE", f"sip:bob@{domain}",
                                             body=([("Content-Type", "text/plain")], b"hello"))
                self.assertEqual([], request.all("Contact"))
                answers = self.alice.ask(self.chain.line, request)
                connection, found = self.bob.next_incoming()
                self.assertEqual((request.call_id, b"hello"), (found.call_id, found.body))
                answer = reply(found, 200, extra=[("Hop-Record", assurance.hop_record(found))])
                connection.send(answer)
                ok = answers.get(timeout=10)
                self.assertEqual(hosts(*names), assurance.read_hop_record(ok), str(ok))
                self.assertEqual("ASSURED", self.own(ok)[0])
                for judge in ("ps1", "ps5"):
                    self.assert_verdict(judge, request.call_id, "ASSURED")
                for other in self.chain.others.values():
                    self.assertEqual([], other.refused, f"NOTIFYs of {other.name}")


class T11Moved(Case):
    """PS3 is on TCP all at once: 420 in the dialog, the dialog survives, and it is told."""

    third = "kamailio"

    def reinvite(self, call):
        call.cseq += 1
        request = call.make("INVITE", cseq=call.cseq, extra=[("Contact", self.alice.contact())])
        again = self.alice.ask(call.connection, request)
        got = again.get(timeout=15)
        while got.status < 200:
            got = again.get(timeout=15)
        return got

    def test_t11_ps3_speaks_no_tls_any_more(self):
        call, taken, _ = self.chain.talk(ALL)
        plain = self.chain.third("plain")
        got = self.reinvite(call)
        self.assertEqual((420, ["e2e-sec"]), (got.status, got.tokens("Unsupported")), str(got))
        self.assertTrue(any(f" {host('ps2')} " in w for w in got.tokens("Warning")), str(got))
        self.chain.gateways["ps2"].event("e2e-sec.broken", call.call_id)
        for connection in plain.connections:
            self.assertNotIn(b"SIP/2.0", connection.received, "nothing in clear")
        self.chain.third("kamailio")
        self.finish(call, taken)

    def test_t11_ps3_goes_on_by_tcp(self):
        self.chain.third("kamailio")
        call, taken, _ = self.chain.talk(ALL)
        self.chain.third("kamailio", transport="tcp")
        got = self.reinvite(call)
        self.assertEqual(420, got.status, str(got))
        self.assertIn("e2e-sec: ingress-not-secure", str(got.tokens("Warning")))
        self.chain.gateways["ps4"].event("e2e-sec.ingress-not-secure", call.call_id)
        self.chain.third("kamailio")
        self.finish(call, taken)


class T12Late(Case):
    """A NOTIFY after the grace, before the cap: MISMATCH, then ASSURED, once, where it came."""

    def test_t12_late_notify_upgrades(self):
        for late, domain, judge in ((self.chain.others["p3"], EDGES, "ps1"),
                                    (self.chain.standing, ALL, "ps2")):
            late.late = True
            self.addCleanup(late.release)
            call, taken, _ = self.chain.talk(domain)
            details = self.assert_verdict(judge, call.call_id, "MISMATCH", "silent-hop")
            self.assertEqual(late.name, details["silent"])
            late.release()
            changed = self.judged(judge, call.call_id, "e2e-sec.verdict-changed")[0]
            self.assertEqual("ASSURED", changed)
            if judge == "ps2":  # its own one NOTIFY has gone before
                self.assert_verdict("ps1", call.call_id, "MISMATCH", "silent-hop")
                self.nobody_is_assured(call.call_id, "ps1")
            self.finish(call, taken)


del Case
