"""Agents of other boxes command the middlebox of this one, over the wire and in a real kernel.

The namespaces are those of the pinholes suite. The agents speak SIMCO from the callee's side, which
is no inside prefix: who may do what is said by their certificates alone.
"""

import contextlib
import copy
import json
import socket
import ssl
import struct
import unittest

from lib import gateway, netns, processes, simco, suite
from lib.gateway import NAME, free_port
from lib.simco import (ARE, AST, BFM, CAPABILITIES, EXTERNAL, GROUP, INTERNAL, LIFETIME, NEGATIVE,
                       NOTIFICATION, OWNER, PDR, PEA, PER, PER_SET, PES, PLC, POSITIVE, PRD, PRL,
                       PRR, PRS, RULE, SA, SE, ST, TUPLE, VERSION, SimcoAgent, attribute,
                       enable_set, number, reserve_set, tuple_of)
from netns.pinholes import Middle
from ua import bodies, media, sdp

INSIDE_USER, OUTSIDE_USER = "10.77.1.2", "198.18.0.2"


class Commanded(Middle):
    """The border whose gateway is a middlebox for two agents, an administrator and a looker."""

    def start(self):
        self.midcom_port = free_port()
        inside = ["10.77.0.0/16"]
        self.tree["midcom"] = {
            "address": self.own[1], "port": self.midcom_port, "max-sessions": 4, "agents": [
                {"name": "a.example", "prefixes": inside, "max-rules": 20},
                {"name": "b.example", "prefixes": ["10.77.1.3/32"], "max-rules": 3},
                {"name": "admin.example", "prefixes": inside, "administrator": True},
                {"name": "looker.example", "prefixes": []}]}
        return super().start()

    def agent(self, name, opened=True, identity=None):
        who = identity or self.keys.identity(name)
        return SimcoAgent(who, self.own[1], self.midcom_port, self.spaces.callee.inside, opened)


class MidcomCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        cls.border = Commanded(4, **{"lifetime": "30s", "early-lifetime": "10s"})

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def setUp(self):
        self.opened = []

    def tearDown(self):
        for one in self.opened:
            with contextlib.suppress(OSError, ConnectionError):
                one.close()
        with contextlib.closing(self.border.agent("admin.example")) as admin:
            for rule in admin.ask(PRL).values(RULE):
                admin.ask(PLC, attribute(RULE, rule), number(LIFETIME, 0))
        processes.until(lambda: not self.border.elements(), "an empty kernel", 5)

    def agent(self, name="a.example", **options):
        made = self.border.agent(name, **options)
        self.opened.append(made)
        return made

    def ends(self, port):
        inside = media.Port(INSIDE_USER, port, self.border.spaces.caller.inside)
        outside = media.Port(OUTSIDE_USER, port + 1000, self.border.spaces.callee.inside)
        self.opened += [inside, outside]
        return inside, outside

    def refused(self, expected, reply):
        self.assertEqual((NEGATIVE, expected), (reply.basic, reply.sub), reply)

    def test_capabilities(self):
        welcome = self.agent().welcome
        self.assertEqual([CAPABILITIES], welcome.kinds())
        value = welcome.values(CAPABILITIES)[0]
        kind, flags, _, most = struct.unpack("!BBHI", value)
        self.assertEqual((0x80, 0x6F, 30), (kind, flags, most))

    def test_rule_opens_and_closes_exactly(self):
        agent = self.agent()
        inside, outside = self.ends(21000)
        stranger = media.Port("198.18.0.3", 22000, self.border.spaces.callee.inside)
        self.opened.append(stranger)
        self.assertEqual(0, media.passes(outside, inside), "before the rule")
        reply = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000))
        self.assertEqual((POSITIVE, PER), (reply.basic, reply.sub))
        self.assertEqual(30, reply.number(LIFETIME), "no more than the most")
        self.assertEqual([RULE, GROUP, LIFETIME, TUPLE, TUPLE], reply.kinds())
        self.assertEqual([tuple_of(simco.OUTSIDE, INSIDE_USER, 21000)[4:],
                          tuple_of(simco.INSIDE, OUTSIDE_USER, 22000)[4:]], reply.values(TUPLE))
        self.assertEqual(5, media.passes(outside, inside), "the rule's flow")
        self.assertEqual(0, media.passes(stranger, inside), "another sender")
        self.assertEqual(0, media.passes(inside, outside), "the other direction")
        self.assertEqual(1, len(self.border.elements()))
        gone = agent.delete(reply.number(RULE))
        self.assertEqual((POSITIVE, PRD, []), (gone.basic, gone.sub, gone.all))
        self.assertEqual(0, media.passes(outside, inside), "after the rule")
        self.border.gateway.event("pinhole.open")
        self.border.gateway.event("pinhole.close")

    def test_both_directions_and_a_range(self):
        agent = self.agent()
        inside, outside = self.ends(21001)
        reply = agent.ask(PER, enable_set(simco.BOTH),
                          tuple_of(INTERNAL, INSIDE_USER, 21000, ports=2),
                          tuple_of(EXTERNAL, OUTSIDE_USER, 22000, ports=2), number(LIFETIME, 9))
        self.assertEqual(POSITIVE, reply.basic)
        self.assertEqual(4, len(self.border.elements()))
        self.assertEqual(5, media.passes(outside, inside))
        self.assertEqual(5, media.passes(inside, outside))

    def test_reserve_then_enable(self):
        agent = self.agent()
        reply = agent.ask(PRR, reserve_set(parity=2), number(LIFETIME, 9))
        self.assertEqual((POSITIVE, PRR, [RULE, GROUP, LIFETIME, TUPLE]),
                         (reply.basic, reply.sub, reply.kinds()))
        self.assertEqual([b"\x11\0\x11\2"], reply.values(TUPLE), "protocols only, IPv4, UDP, A2")
        self.assertEqual([], self.border.elements())
        rule, group = reply.number(RULE), reply.number(GROUP)
        status = agent.ask(PRS, number(RULE, rule))
        self.assertEqual((PRS, reply.values(TUPLE), [b"a.example"]),
                         (status.sub, status.values(TUPLE), status.values(OWNER)))
        wrong = agent.ask(PEA, enable_set(), tuple_of(INTERNAL, INSIDE_USER, 21000, simco.TCP),
                          tuple_of(EXTERNAL, OUTSIDE_USER, 22000, simco.TCP),
                          number(LIFETIME, 9), number(RULE, rule))
        self.refused(0x4B, wrong)
        right = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 9, number(RULE, rule),
                             sub=PEA)
        self.assertEqual((rule, group), (right.number(RULE), right.number(GROUP)))
        self.assertEqual(1, len(self.border.elements()))
        again = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 9, number(RULE, rule),
                             sub=PEA)
        self.refused(0x4B, again)
        self.refused(0x43, agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 9,
                                        number(RULE, 4711), sub=PEA))

    def test_status_list_and_group(self):
        agent = self.agent()
        one = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 9)
        group = number(GROUP, one.number(GROUP))
        two = agent.enable((INSIDE_USER, 21002), (OUTSIDE_USER, 22002), 20, group)
        self.assertEqual(one.number(GROUP), two.number(GROUP))
        status = agent.ask(PRS, number(RULE, two.number(RULE)))
        self.assertEqual((PES, [RULE, GROUP, PER_SET, TUPLE, TUPLE, TUPLE, TUPLE, LIFETIME, OWNER]),
                         (status.sub, status.kinds()))
        self.assertEqual([b"a.example"], status.values(OWNER))
        self.assertEqual([0, 1, 2, 3], [v[3] for v in status.values(TUPLE)], "A0 to A3")
        self.assertIn(status.number(LIFETIME), (19, 20))
        self.assertEqual(2, len(agent.ask(PRL).values(RULE)))
        # SIMCO has no group transactions (RFC 4540 §2): a change of many is many changes.
        self.refused(0x12, agent.ask(PLC, group, number(LIFETIME, 25)))
        self.refused(0x12, agent.ask(PRS, group))
        for rule in (one, two):
            longer = agent.ask(PLC, number(RULE, rule.number(RULE)), number(LIFETIME, 25))
            self.assertEqual((PLC, [LIFETIME], 25),
                             (longer.sub, longer.kinds(), longer.number(LIFETIME)))
            self.assertEqual(PRD, agent.delete(rule.number(RULE)).sub)
        self.assertEqual([], self.border.elements())
        self.refused(0x43, agent.ask(PRS, number(RULE, one.number(RULE))))

    def test_refusals(self):
        agent, other, looker = self.agent(), self.agent("b.example"), self.agent("looker.example")
        here, there = (INSIDE_USER, 21000), (OUTSIDE_USER, 22000)
        self.refused(0x41, other.enable(here, there))
        self.refused(0x41, looker.enable(here, there))
        self.refused(0x41, agent.enable(here, ("127.0.0.1", 9000)))
        self.refused(0x50, agent.enable((INSIDE_USER, 5060), there))
        self.refused(0x4C, agent.enable((INSIDE_USER, 0), there))
        self.refused(0x4C, agent.enable(here, (OUTSIDE_USER, 0), direction=simco.OUT))
        self.refused(0x48, agent.enable(here, ("2001:db8::1", 22000)))
        self.refused(0x43, agent.delete(4711))
        self.refused(0x40, agent.ask(PDR, tuple_of(INTERNAL, *here), tuple_of(EXTERNAL, *there),
                                     number(LIFETIME, 9)))
        self.refused(0x4A, agent.enable(here, there, 0))
        self.refused(0x4B, agent.enable(here, (OUTSIDE_USER, 0), direction=simco.BOTH))
        self.refused(0x4C, agent.ask(PER, enable_set(), tuple_of(INTERNAL, *here, 0),
                                     tuple_of(EXTERNAL, *there, 0), number(LIFETIME, 9)))
        self.refused(0x54, agent.ask(PRR, reserve_set(protocol=132), number(LIFETIME, 9)))
        rule = agent.enable(here, there)
        self.refused(0x45, other.ask(PRS, number(RULE, rule.number(RULE))))
        self.refused(0x45, other.ask(PLC, number(RULE, rule.number(RULE)), number(LIFETIME, 9)))
        mine = ("10.77.1.3", 21000)
        self.refused(0x46, other.enable(mine, there, 9, number(GROUP, rule.number(GROUP))))
        for port in range(3):
            self.assertEqual(POSITIVE, other.enable(("10.77.1.3", 21000 + port), there).basic)
        self.refused(0x42, other.enable(("10.77.1.3", 21004), there))
        self.assertEqual(4, len(self.border.elements()), "a refusal opens nothing")

    def test_sessions(self):
        for sub, told in ((PRL, 0x11), (ST, 0x20), (0x77, 0x11), (PER, 0x12)):
            early = self.agent(opened=False)
            self.refused(told, early.ask(sub))
            self.assertTrue(early.closed(), "no session, no more than one try")
        early = self.agent(opened=False)
        old = early.ask(SE, attribute(VERSION, b"\2\0\0\0"))
        self.refused(0x22, old)
        self.assertEqual([b"\3\0\0\0"], old.values(VERSION), "what is spoken here")
        self.assertTrue(early.closed())
        early = self.agent(opened=False)
        self.assertEqual(POSITIVE, early.ask(SE, attribute(VERSION, b"\3\0\0\0")).basic)
        self.refused(0x20, early.ask(SE, attribute(VERSION, b"\3\0\0\0")))
        self.refused(0x20, early.ask(SA))
        self.refused(0x24, self.agent("nobody.example", opened=False).ask(
            SE, attribute(VERSION, b"\3\0\0\0")))
        ended = early.ask(ST)
        self.assertEqual((POSITIVE, ST), (ended.basic, ended.sub))
        self.assertTrue(early.closed())

    def test_wrong_certificates(self):
        cert, key = self.border.keys.other.tls("a.example", "a.example")
        foreign = type(self.border.keys.identity("a.example"))(cert, key, self.border.keys.trust)
        none = type(foreign)(None, None, self.border.keys.trust)
        for identity in (foreign, none):
            with self.assertRaises((OSError, ssl.SSLError, ConnectionError)):
                self.agent(identity=identity)

    def test_malformed(self):
        agent = self.agent()
        self.refused(0x11, agent.ask(0x77))
        self.refused(0x10, agent.ask(PRL, basic=POSITIVE))
        self.refused(0x12, agent.ask(PER))
        self.refused(0x12, agent.ask(PRS, b"\0\5\0\x60"))
        self.refused(0x12, agent.ask(PRS, attribute(0x99, b"1234")))
        self.refused(0x12, agent.ask(PRS, number(GROUP, 1), number(GROUP, 2)))
        self.assertEqual(POSITIVE, agent.ask(PRL).basic, "the session lives")
        for opened in (True, False):
            broken = self.agent(opened=opened)
            broken.sock.sendall(b"\1\x22\xff\xff\0\0\0\1")
            came = broken.notification()
            self.assertEqual((NOTIFICATION, BFM), (came.basic, came.sub))
            if opened:
                self.assertEqual(AST, broken.notification().sub, "a session ends with it")
            self.assertTrue(broken.closed())
        self.border.gateway.event("input.malformed")
        self.assertEqual(POSITIVE, agent.ask(PRL).basic, "others notice nothing")

    def test_the_others_are_told(self):
        agent, admin = self.agent(), self.agent("admin.example")
        rule = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 9).number(RULE)
        told = admin.notification()
        self.assertEqual((NOTIFICATION, ARE, rule, 9),
                         (told.basic, told.sub, told.number(RULE), told.number(LIFETIME)))
        admin.delete(rule)
        self.assertEqual(0, agent.notification().number(LIFETIME))

    def test_rules_outlive_their_agent_until_their_lifetime(self):
        agent, admin = self.agent(), self.agent("admin.example")
        inside, outside = self.ends(21000)
        rule = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 4).number(RULE)
        agent.sock.shutdown(socket.SHUT_RDWR)
        self.assertEqual(5, media.passes(outside, inside), "after the agent's end")
        self.assertEqual(4, admin.notification().number(LIFETIME))
        ended = admin.notification(8)
        self.assertEqual((rule, 0), (ended.number(RULE), ended.number(LIFETIME)))
        processes.until(lambda: not self.border.elements(), "no element after the lifetime", 1)
        self.assertEqual(0, media.passes(outside, inside), "after the lifetime")

    def test_a_stranger_deletes_an_element(self):
        agent = self.agent()
        rule = agent.enable((INSIDE_USER, 21000), (OUTSIDE_USER, 22000), 30).number(RULE)
        middle = self.border.spaces.middle
        listed = json.loads(middle.run("nft", "-j", "list", "table", "inet", "surehop_test"))
        for entry in listed["nftables"]:
            found = entry.get("set", {})
            if "timeout" in found.get("flags", []) and found.get("elem"):
                middle.run("nft", "flush", "set", "inet", "surehop_test", found["name"])
        ended = agent.notification(15)
        self.assertEqual((ARE, rule, 0), (ended.sub, ended.number(RULE), ended.number(LIFETIME)))
        self.refused(0x43, agent.ask(PRS, number(RULE, rule)))

    def test_two_agents_at_once_get_one_order(self):
        one, two = self.agent(), self.agent("admin.example")
        asked = []
        for n in range(10):
            for who in (one, two):
                asked.append((who, who.send(PER, enable_set(), tuple_of(
                    INTERNAL, INSIDE_USER, 21000 + n), tuple_of(EXTERNAL, OUTSIDE_USER, 22000),
                    number(LIFETIME, 20))))
        rules = []
        for who, name in asked:
            came = who.read()
            while came.basic == NOTIFICATION:
                came = who.read()
            self.assertEqual((POSITIVE, name), (came.basic, came.transaction))
            rules.append(came.number(RULE))
        self.assertEqual(20, len(set(rules)))
        self.assertEqual(10, len(self.border.elements()), "two rules share one element")


class Apart(Middle):
    """The gateway has no firewall: it stands beside the middlebox, in a namespace of its own."""

    def start(self):
        spaces = self.spaces
        self.desk = netns.Namespace("desk")
        netns.cable(self.desk, spaces.middle, ("eth0", "desk"), (["10.78.0.2/24"],
                                                                 ["10.78.0.1/24"]))
        self.desk.ip("route", "add", "default", "via", "10.78.0.1")
        self.own = ("10.78.0.2", "10.78.0.2")
        port = free_port()
        wall = copy.deepcopy(self.tree)
        cert, key = self.keys.ca.tls("wall", "wall.example")
        wall["gateway"] = {"id": "wall", "name": "wall.example", "port": 5061}
        wall["tls"].update({"certificate": str(cert), "key": f"file:{key}"})
        reads = self.keys.ca.smime("wall-smime", "wall.example")
        signs = self.keys.ca.signing("wall-sign", "wall.example")
        wall["smime"].update({
            "certificate": str(reads[0]), "key": f"file:{reads[1]}",
            "signing-certificate": str(signs[0]), "signing-key": f"file:{signs[1]}"})
        wall["listeners"] = [{"name": "none", "address": "127.0.0.1", "port": 5061,
                              "side": "inside", "client-certificate": "required"}]
        wall["journal"] = {"path": str(self.place / "wall.db")}
        wall["midcom"] = {"address": "10.78.0.1", "port": port, "agents": [
            {"name": "gw.example", "prefixes": ["10.77.0.0/16"]}]}
        self.wall_tree = wall
        self.wall = gateway.Gateway(self.place / "wall", wall, spaces.middle.name)
        for number, listener in enumerate(self.tree["listeners"]):
            listener.update({"address": "10.78.0.2", "port": 5061 + number})
        self.tree["pinholes"]["driver"] = "simco"
        self.tree["midcom"] = {"middleboxes": [
            {"name": "wall.example", "address": "10.78.0.1", "port": port,
             "prefixes": ["10.77.0.0/16"]}]}
        self.gateway = gateway.Gateway(self.place / "gateway", self.tree, self.desk.name)
        self.line = self.alice.connect("10.78.0.2", 5061, NAME)
        processes.until(lambda: "session opened" in self.gateway.output(), "the session", 20)
        return self

    def close(self):
        try:
            if hasattr(self, "wall"):
                self.wall.end()
        finally:
            super().close()
            if hasattr(self, "desk"):
                self.desk.remove()


class RemoteCase(unittest.TestCase):
    """Calls through a gateway whose firewall stands in another box."""

    @classmethod
    def setUpClass(cls):
        suite.needs_root()
        suite.needs("nft", "conntrack", "ip")
        cls.border = Apart(4, **{"lifetime": "80s", "early-lifetime": "10s"})

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "border"):
            cls.border.close()

    def talk(self, port):
        border = self.border
        inside = media.Port(INSIDE_USER, port, border.spaces.caller.inside)
        outside = media.Port(OUTSIDE_USER, port + 1000, border.spaces.callee.inside)
        self.addCleanup(inside.close)
        self.addCleanup(outside.close)
        self.assertEqual(0, media.passes(outside, inside), "before the call")
        call, taken = border.talk(
            bodies.sdp_body(sdp.offer(INSIDE_USER, port, port + 2)),
            bodies.sdp_body(sdp.offer(OUTSIDE_USER, port + 1000, port + 1002)))
        return inside, outside, call, taken

    def test_media_of_a_call(self):
        inside, outside, call, taken = self.talk(21000)
        self.assertEqual(5, media.passes(outside, inside), self.border.elements())
        self.assertEqual(5, media.passes(inside, outside), self.border.elements())
        self.border.wall.event("pinhole.open")
        self.border.gateway.event("pinhole.open")
        self.border.end(call, taken)
        processes.until(lambda: not self.border.elements(), "nothing open after BYE", 2)
        self.assertEqual(0, media.passes(outside, inside), "after BYE")

    def test_the_middlebox_forgets(self):
        _, _, call, taken = self.talk(21100)
        # The confirmed lifetime is in force: nothing is under way when the middlebox goes.
        processes.until(lambda: self.border.elements() and all(
            "'timeout': 80" in e for e in self.border.elements()), "the long lifetime", 10)
        self.border.wall.end()
        self.border.wall = gateway.Gateway(self.border.place / "wall", self.border.wall_tree,
                                           self.border.spaces.middle.name)
        # The new session's list has nothing of ours: the call has lost its media, and ends.
        bye = taken.next_request("BYE", 45)
        taken.reply(bye, 200)
        self.border.gateway.event("pinhole.expired", timeout=45)
        self.assertIsNotNone(call)


del Middle
if __name__ == "__main__":
    unittest.main()
