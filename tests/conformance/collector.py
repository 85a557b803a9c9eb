"""Subscriptions to `e2e-sec` at the gateway: SUBSCRIBE, NOTIFY and their rules (RFC 6665)."""

import unittest

from lib import gateway, processes, suite
from lib.gateway import INSIDE, NAME
from ua import assurance, message
from ua.agent import Agent
from ua.notify import notify
from ua.subscriber import Subscription, against_schema, report, state, xml

SCHEMA = suite.ROOT / "gateway/src/main/resources/org/surehop/adapter/cms/e2e-sec-info.xsd"
SHORT = 2  # seconds of the shortest subscription in these tests


def explicit(tree, _):
    tree["assurance"] = {"grace": "1s", "cap": "4s"}
    tree["notifies"] = {"minimum-expires": f"{SHORT}s"}
    for peer in tree["peers"]:
        peer["notify-mode"] = "explicit"
    tree["listeners"][0]["client-certificate"] = "optional"


class Collector(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(explicit)
        cls.alice, cls.bob, cls.gateway = cls.border.alice, cls.border.bob, cls.border.gateway
        cls.me = f"{NAME}:{cls.border.ports['inside']}"

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def subscribe(self, status=200, agent=None, line=None, **options):
        made = Subscription(agent or self.alice, line or self.border.line, self.me, **options)
        self.assertEqual(status, made.answer.status, str(made.answer))
        if status == 200:
            self.addCleanup(self.unsubscribe, made)
        return made

    def unsubscribe(self, made):
        if not made.connection.closed.is_set():
            made.status = 200
            made.again(0)

    def run_call(self, hop_record="", hops=()):
        call, taken = self.border.call()
        for hop in hops:
            self.assertEqual(200, self.bob.exchange(
                taken.connection, notify(self.bob, taken.invite, [hop])).status)
        taken.respond(200, extra=[("Hop-Record", hop_record)], hop_record=False)
        call.answered()
        taken.next_request("ACK")
        self.addCleanup(self.border.end, call, taken)
        return call

    def judged(self, found):
        """The report of a NOTIFY, valid by the schema and signed by the gateway."""
        octets = xml(found, self.border.keys.trust)
        self.assertEqual("", against_schema(octets, SCHEMA))
        return report(found)

    def test_state_at_once_and_each_verdict_as_it_comes(self):
        made = self.subscribe()
        self.assertEqual("600", made.answer.get("Expires"))
        first = made.next()
        self.assertEqual(("active", "600"), (state(first)[0], state(first)[1]["expires"]))
        self.assertEqual("1 NOTIFY", first.get("CSeq"))
        self.assertEqual(message.param(made.answer.get("To"), "tag"),
                         message.param(first.get("From"), "tag"))
        self.assertEqual([], first.tokens("Require") + first.tokens("Proxy-Require"), "POL-13")
        call = self.run_call()
        told = made.next()
        self.assertEqual(("2 NOTIFY", "active"), (told.get("CSeq"), state(told)[0]))
        read, verdict = self.judged(told)
        self.assertEqual(("ASSURED", "no-hops"), verdict)
        self.assertEqual(call.call_id, read["request"]["call-id"])
        self.assertEqual(message.param(call.invite.get("From"), "tag"),
                         read["request"]["from-tag"])
        self.assertEqual([self.me], [assurance.normal_hop(h["id"]) for h in read["hops"]])
        self.assertEqual([], self.alice.notifies, "no NOTIFY outside the subscription")

    def test_what_hops_said_is_in_it_and_who_was_silent_makes_the_verdict(self):
        made = self.subscribe()
        made.next()
        self.run_call("a.example, b.example", [("a.example", "proxy", "complied")])
        read, verdict = self.judged(made.next())
        self.assertEqual(("MISMATCH", "silent-hop"), verdict)
        self.assertEqual({self.me, "a.example"},
                         {assurance.normal_hop(h["id"]) for h in read["hops"]})

    def test_refused_call_is_told_as_failed(self):
        made = self.subscribe()
        made.next()
        call, taken = self.border.call()
        taken.respond(486)
        self.assertEqual(486, call.final().status)
        read, verdict = self.judged(made.next())
        self.assertEqual("FAILED", verdict[0])
        self.assertEqual(["not-complied"], [h["result"] for h in read["hops"]])

    def test_a_subscription_can_name_one_call(self):
        call = self.run_call()
        made = self.subscribe(event=f'e2e-sec;call-id="{call.call_id}";id=5')
        found = made.next()
        self.assertEqual("e2e-sec;id=5", found.get("Event"))
        self.assertEqual(call.call_id, self.judged(found)[0]["request"]["call-id"])
        self.run_call()
        self.assertTrue(made.silent(1.5), "of no other call")

    def test_a_fetch_is_told_once(self):
        call = self.run_call()
        made = self.subscribe(expires=0)
        found = made.next()
        self.assertEqual("terminated", state(found)[0])
        self.assertEqual(call.call_id, self.judged(found)[0]["request"]["call-id"])
        self.assertEqual(481, made.again(600).status)

    def test_it_is_prolonged_ended_and_expires(self):
        made = self.subscribe(expires=SHORT)
        made.next()
        self.assertEqual(200, made.again(600).status)
        self.assertEqual("active", state(made.next())[0])
        self.assertEqual(200, made.again(SHORT).status)
        self.assertEqual("active", state(made.next())[0])
        last = made.next(SHORT + 3)
        self.assertEqual(("terminated", "timeout"), (state(last)[0], state(last)[1]["reason"]))
        self.assertEqual(481, made.again(600).status)
        other = self.subscribe()
        other.next()
        self.assertEqual("0", other.again(0).get("Expires"))
        self.assertEqual("terminated", state(other.next())[0])

    def test_refused_notify_ends_it(self):
        made = self.subscribe()
        made.next()
        made.status = 481
        self.run_call()
        made.next()
        made.status = 200
        self.run_call()
        self.assertTrue(made.silent(1.5))
        self.assertEqual(481, made.again(600).status)

    def test_what_cannot_be_served_is_refused_by_its_rule(self):
        for event, expires, status, row, value in (
                ("presence", 600, 489, "Allow-Events", "e2e-sec"),
                ("e2e-sec", SHORT - 1, 423, "Min-Expires", str(SHORT)),
                ("e2e-sec", "soon", 400, None, None)):
            with self.subTest(event=event, expires=expires):
                made = self.subscribe(status, event=event, expires=expires)
                if row:
                    self.assertEqual(value, made.answer.get(row), str(made.answer))
                self.assertTrue(made.silent(0.2))

    def test_nobody_else_hears_of_it(self):
        spy = Agent("carol", INSIDE, self.alice.identity)
        far = Agent("alice", INSIDE, self.bob.identity)
        self.addCleanup(spy.close)
        self.addCleanup(far.close)
        line = spy.connect("127.0.0.1", self.border.ports["inside"], NAME)
        way = far.connect("127.0.0.1", self.border.ports["outside"], NAME)
        mine = self.subscribe()
        mine.next()
        hers = self.subscribe(agent=spy, line=line)
        hers.next()
        call = self.run_call()
        self.assertEqual(call.call_id, self.judged(mine.next())[0]["request"]["call-id"])
        self.assertTrue(hers.silent(1), "another user of the same peer")
        named = self.subscribe(agent=spy, line=line, event=f"e2e-sec;call-id={call.call_id}")
        self.assertEqual(b"", named.next().body)
        # From Alice, but by another peer's certificate.
        self.subscribe(403, agent=far, line=way)

    def test_who_has_proven_no_name_may_not_subscribe(self):
        bare = Agent("alice", INSIDE, type(self.alice.identity)(
            None, None, self.alice.identity.trust))
        self.addCleanup(bare.close)
        line = bare.connect("127.0.0.1", self.border.ports["inside"], NAME)
        made = self.subscribe(403, agent=bare, line=line)
        self.assertRegex(made.answer.get("Warning"), "no-certificate|peer-not-authenticated")
        self.assertTrue(made.silent(0.3))

    def test_a_notify_never_follows_what_the_message_says(self):
        """POL-51, POL-97: Contact, Record-Route and Via point to somebody else."""
        victim = Agent("victim", "victim.example", self.bob.identity)
        self.addCleanup(victim.close)
        victim.listen()
        there = f"<sip:victim@127.0.0.1:{victim.port};lr>"
        made = self.subscribe(extra=[("Record-Route", there),
                                     ("Event-Collector", there)])
        made.next()
        made.again(600, Contact=there)
        self.assertEqual(f"sip:victim@127.0.0.1:{victim.port};lr", made.next().uri)
        self.run_call()
        self.judged(made.next())
        self.assertTrue(victim.incoming.empty())

    def test_the_subscriber_and_the_gateway_come_to_the_same_verdict(self):
        made = self.subscribe()
        made.next()
        call = self.run_call("a.example", [("a.example", "proxy", "complied")])
        read, verdict = self.judged(made.next())
        record = assurance.read_hop_record(call.seen[-1])
        own = assurance.verdict(200, record, [read], [f"127.0.0.1:{self.alice.port}"])
        self.assertEqual(own[0], verdict[0])


class Sipp(unittest.TestCase):
    """SIPp subscribes, is told, and ends the subscription; stunnel is its TLS."""

    SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="subscribe">
<send><![CDATA[
SUBSCRIBE sip:GATEWAY SIP/2.0
Via: SIP/2.0/TLS [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:sipp@inside.example>;tag=[pid]S[call_number]
To: <sip:GATEWAY>
Call-ID: [call_id]
CSeq: 1 SUBSCRIBE
Contact: <sip:sipp@[local_ip]:[local_port]>
Event: e2e-sec
Expires: 600
Content-Length: 0

]]></send>
<recv response="200" rrs="true"><action>
<ereg regexp="600" search_in="hdr" header="Expires:" check_it="true" assign_to="1"/>
</action></recv>
<recv request="NOTIFY"><action>
<ereg regexp="active" search_in="hdr" header="Subscription-State:" check_it="true" assign_to="2"/>
</action></recv>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<send><![CDATA[
SUBSCRIBE sip:GATEWAY SIP/2.0
Via: SIP/2.0/TLS [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:sipp@inside.example>;tag=[pid]S[call_number]
To: <sip:GATEWAY>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 SUBSCRIBE
Contact: <sip:sipp@[local_ip]:[local_port]>
Event: e2e-sec
Expires: 0
Content-Length: 0

]]></send>
<recv response="200"/>
<recv request="NOTIFY"><action>
<ereg regexp="terminated" search_in="hdr" header="Subscription-State:" check_it="true"
 assign_to="3"/>
</action></recv>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<Reference variables="1,2,3"/>
</scenario>
"""

    def test_sipp_subscribes_and_ends_it(self):
        suite.needs("sipp", "stunnel4")
        border = gateway.Border(explicit)
        self.addCleanup(border.close)
        port = border.ports["inside"]
        scenario = border.place / "subscribe.xml"
        scenario.write_text(self.SCENARIO.replace("GATEWAY", f"{NAME}:{port}"))
        near, identity = gateway.free_port(), border.alice.identity
        setting = border.place / "stunnel.conf"
        setting.write_text(
            f"foreground = yes\npid =\n[sip]\nclient = yes\naccept = 127.0.0.1:{near}\n"
            f"connect = 127.0.0.1:{port}\ncert = {identity.cert}\nkey = {identity.key}\n"
            f"CAfile = {identity.trust}\nverifyChain = yes\n")
        tunnel = processes.Process(["stunnel4", setting], border.place / "stunnel.log")
        self.addCleanup(tunnel.end)
        processes.until(lambda: "Configuration successful" in tunnel.output(), "stunnel is ready")
        code, out, err = processes.output_of(
            "sipp", "-sf", scenario, "-t", "t1", "-i", "127.0.0.1", "-m", "3",
            "-r", "1", "-timeout", "30", "-nostdin", f"127.0.0.1:{near}", cwd=border.place)
        self.assertEqual(0, code, out[-2000:] + err[-1000:])
