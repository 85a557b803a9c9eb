"""Reports received by others: snmptrapd, snmpwalk, mosquitto; and the MIB read by smilint."""

import os
import re
import socket
import time
import unittest

from lib import gateway, processes, receivers, simco, suite
from ua import bodies, sdp
from ua.agent import Identity


def snmp_tree(border, agent, receiver, inform=True):
    for name, words in (("auth", receivers.AUTH), ("priv", receivers.PRIV)):
        (border.place / name).write_text(words)
    (border.place / "snmp").mkdir(exist_ok=True)
    return {
        "enabled": True, "address": "127.0.0.1", "port": agent,
        "state-directory": str(border.place / "snmp"),
        "users": [{"name": receivers.USER, "auth-passphrase": f"file:{border.place}/auth",
                   "priv-passphrase": f"file:{border.place}/priv"}],
        "receivers": [{"name": "noc", "address": "127.0.0.1", "port": receiver,
                       "user": receivers.USER, "inform": inform}],
    }


def mqtt_tree(border, port, identity):
    return {"enabled": True, "uri": f"ssl://localhost:{port}", "client-id": "gw", "root": "surehop",
            "site": "lab", "trust": str(border.keys.trust), "certificate": str(identity.cert),
            "key": f"file:{identity.key}", "keep-alive": "5s"}


def label(word):
    """How the MIB spells a word of the journal: e2e-sec.verdict is e2eSecVerdict."""
    first, *others = re.split("[-.]", word)
    return first.lower() + "".join(o[:1].upper() + o[1:] for o in others)


class Received(unittest.TestCase):
    """One gateway that reports to both; receivers can go away and come back."""

    @classmethod
    def setUpClass(cls):
        suite.needs("snmptrapd", "mosquitto", "mosquitto_sub", "snmpwalk")
        udp = socket.SOCK_DGRAM
        cls.agent, cls.trap = gateway.free_port(kind=udp), gateway.free_port(kind=udp)
        cls.broker = gateway.free_port()
        cls.border = gateway.Border(start=False)
        border, keys = cls.border, cls.border.keys
        cls.broker_id = Identity(*keys.ca.tls("broker", "localhost"), keys.trust)
        cls.reader_id = Identity(*keys.ca.tls("reader", "reader.example"), keys.trust)
        border.tree["snmp"] = snmp_tree(border, cls.agent, cls.trap)
        border.tree["mqtt"] = mqtt_tree(border, cls.broker, cls.reader_id)
        border.tree["assurance"] = {"grace": "1s", "cap": "2s"}
        cls.start_receivers()
        cls.messages = receivers.Subscriber(border.place / "sub", cls.broker, keys, cls.reader_id)
        border.start()

    @classmethod
    def start_receivers(cls):
        cls.traps = receivers.Snmptrapd(cls.border.place / "trapd", cls.trap)
        cls.mosquitto = receivers.Mosquitto(
            cls.border.place / "broker", cls.broker, cls.border.keys, cls.broker_id)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()
        cls.messages.end()
        cls.traps.end()
        cls.mosquitto.end()

    def offer(self, address="127.0.0.1"):
        return bodies.sdp_body(sdp.offer(address, 40300))

    def answer(self):
        return bodies.sdp_body(sdp.offer("127.0.0.1", 50300))

    def whole_call(self, **options):
        call, taken = self.border.call(body=self.offer())
        taken.respond(200, self.answer(), **options)
        call.answered()
        taken.next_request("ACK")
        self.border.gateway.event("e2e-sec.verdict", call.call_id)
        self.border.end(call, taken)
        self.border.gateway.event("pinhole.close", call.call_id)
        return call.call_id

    def told(self, call_id, name, kind, *words, timeout=15):
        """The event came by SNMP under its name and by MQTT under its kind, each with the words."""
        labels = [label(w) for w in (kind, *words)]
        processes.until(lambda: self.traps.lines(call_id, name, *labels),
                        f"an SNMP notification with {call_id}, {name}, {labels} among "
                        f"{self.traps.lines(call_id)}", timeout)
        processes.until(lambda: self.by_mqtt(call_id, kind, *words),
                        f"an MQTT message with {call_id}, {kind}, {words} among "
                        f"{self.by_mqtt(call_id)}", timeout)

    def by_mqtt(self, *words):
        return [m for m in self.messages.messages()
                if all(w in m[1] + " " + str(m[2]) for w in words)]

    def test_assured_call_and_its_pinhole(self):
        call_id = self.whole_call()
        self.told(call_id, "surehopCallAssured", "e2e-sec.verdict", "ASSURED", "no-hops")
        self.told(call_id, "surehopPinholeOpened", "pinhole.open")
        self.told(call_id, "surehopPinholeClosed", "pinhole.close")

    def test_call_that_is_not_assured_says_why(self):
        call_id = self.whole_call(extra=[("Hop-Record", "mute.example")], hop_record=False)
        self.told(call_id, "surehopCallNotAssured", "e2e-sec.verdict", "MISMATCH", "silent-hop")

    def test_refused_call(self):
        invite = self.border.alice.request("INVITE", "sip:bob@192.0.2.1;transport=udp")
        answer = self.border.alice.exchange(self.border.line, invite)
        self.assertEqual(420, answer.status, str(answer))
        self.told(invite.call_id, "surehopCallRefused", "e2e-sec.rejected", "no-tls-target")

    def test_sequence_numbers_have_no_gap(self):
        """What came by MQTT is what the journal holds, each number once."""
        self.whole_call()
        last = self.border.gateway.events()[-1]["seq"]
        numbers = processes.until(
            lambda: (n := sorted({m[2]["seq"] for m in self.messages.messages()
                                  if isinstance(m[2], dict) and "seq" in m[2]}))
            and n[-1] >= last and n, f"event {last} by MQTT")
        self.assertEqual(list(range(numbers[0], numbers[-1] + 1)), numbers)

    def test_walk_by_name(self):
        self.whole_call()
        code, out = receivers.walk(self.agent, "SUREHOP-MIB::surehop")
        self.assertEqual(0, code, out)
        self.assertIn("gw-test", out)
        self.assertGreater(len(out.splitlines()), 20, out)
        unnamed = [row for row in out.splitlines() if "enterprises" in row or ".32473" in row]
        self.assertEqual([], unnamed, "rows that the MIB does not name")

    def test_the_agent_refuses_what_is_not_private(self):
        for weak in (["-v2c", "-c", "public"],
                     ["-v3", "-l", "noAuthNoPriv", "-u", receivers.USER],
                     ["-v3", "-l", "authNoPriv", "-u", receivers.USER, "-a", "SHA-256", "-A",
                      receivers.AUTH]):
            with self.subTest(weak=weak[:3]):
                code, out, err = processes.output_of(
                    "snmpget", *weak, "-t", "1", "-r", "0", f"127.0.0.1:{self.agent}",
                    "1.3.6.1.2.1.1.1.0")
                self.assertTrue(code != 0 or "No Such" in out, f"{code} {out} {err}")

    def test_zz_receivers_that_were_away_miss_nothing(self):
        self.whole_call()
        self.traps.end()
        self.mosquitto.end()
        away = [self.whole_call() for _ in range(5)]
        time.sleep(1)
        self.start_receivers()
        for call_id in away:
            self.told(call_id, "surehopCallAssured", "e2e-sec.verdict", timeout=60)
            self.told(call_id, "surehopPinholeClosed", "pinhole.close", timeout=60)
        self.assertEqual(200, self.border.end(*self.border.talk()).status)


class Midcom(unittest.TestCase):
    """Policy rules by name, as RFC 5190 has them: of a call, and of agents that speak SIMCO."""

    HERE, THERE = ("127.0.0.9", 41000), ("198.18.0.2", 42000)

    @classmethod
    def setUpClass(cls):
        suite.needs("snmptrapd", "snmptable", "snmpwalk", "snmpset", "snmpbulkwalk")
        udp = socket.SOCK_DGRAM
        cls.port, trap = gateway.free_port(kind=udp), gateway.free_port(kind=udp)
        cls.border = gateway.Border(start=False)
        cls.midcom = gateway.free_port()
        cls.border.tree["snmp"] = snmp_tree(cls.border, cls.port, trap)
        cls.border.tree["midcom"] = {"address": "127.0.0.1", "port": cls.midcom, "agents": [
            {"name": "a.example", "prefixes": ["127.0.0.0/8"], "max-rules": 20000}]}
        cls.border.tree["pinholes"].update({"max-rules": 30000, "max-rules-per-user": 30000,
                                            "lifetime": "5m"})
        cls.traps = receivers.Snmptrapd(cls.border.place / "trapd", trap)
        cls.border.start()

    @classmethod
    def tearDownClass(cls):
        cls.border.close()
        cls.traps.end()

    def setUp(self):
        self.agent = simco.SimcoAgent(self.border.keys.identity("a.example"), "127.0.0.1",
                                      self.midcom)
        self.addCleanup(self.agent.close)
        for rule in self.agent.ask(simco.PRL).values(simco.RULE):
            self.agent.ask(simco.PLC, simco.attribute(simco.RULE, rule),
                           simco.number(simco.LIFETIME, 0))
        # What the agent says is up to 0.75 s old: counters of before must not move any more.
        time.sleep(1)

    def net(self, command, *words):
        return processes.output_of(command, *receivers.USM, "-M", receivers.MIBS, "-m",
                                   "MIDCOM-MIB", "-t", "5", "-r", "1", *words)

    def value(self, name):
        code, out, err = self.net("snmpget", "-Oqv", f"127.0.0.1:{self.port}",
                                  f"MIDCOM-MIB::{name}")
        self.assertEqual(0, code, err)
        return out.strip()

    def walk(self, name):
        """{index: value} of a column."""
        code, out, err = self.net("snmpwalk", "-Oq", f"127.0.0.1:{self.port}",
                                  f"MIDCOM-MIB::{name}")
        self.assertEqual(0, code, err)
        rows = [row.split(" ", 1) for row in out.splitlines() if f"::{name}." in row]
        return {row[0].split("::", 1)[1].split(".", 1)[1]: row[1].strip() for row in rows}

    def becomes(self, expected, name):
        processes.until(lambda: self.value(name) == str(expected),
                        f"{name} is {expected}, not {self.value(name)}", 10)

    def test_rules_of_a_call(self):
        before = int(self.value("midcomTotalTerminatedOnRqEnableRules.0"))
        call, taken = self.border.talk(bodies.sdp_body(sdp.offer("127.0.0.1", 40300)),
                                       bodies.sdp_body(sdp.offer("127.0.0.1", 50300)))
        rules = processes.until(lambda: self.walk("midcomRuleOperStatus"), "rules of the call")
        self.assertEqual(4, len(rules), rules)
        self.assertEqual({"enabled"}, set(rules.values()))
        self.assertEqual({'"call:inside"'}, {index.rsplit(".", 2)[0] for index in rules})
        self.assertEqual({"40300", "40301", "50300", "50301"},
                         set(self.walk("midcomRuleInternalPort").values()))
        self.assertEqual(1, len(self.walk("midcomGroupLifetime")), "one dialog, one group")
        self.assertEqual("4", self.value("midcomCurrentActiveEnableRules.0"))
        self.assertEqual("1", self.value("midcomCurrentOwners.0"))
        code, out, err = self.net("snmptable", f"127.0.0.1:{self.port}",
                                  "MIDCOM-MIB::midcomRuleTable")
        self.assertEqual((0, 4), (code, out.count("enabled")), out + err)
        self.border.end(call, taken)
        self.becomes(0, "midcomCurrentActiveEnableRules.0")
        self.assertEqual({}, self.walk("midcomRuleOperStatus"))
        self.becomes(before + 4, "midcomTotalTerminatedOnRqEnableRules.0")

    def test_rules_of_an_agent(self):
        kept = self.agent.ask(simco.PRR, simco.reserve_set(parity=2, ports=2),
                              simco.number(simco.LIFETIME, 100))
        made = self.agent.enable(self.HERE, self.THERE, 60)
        index = f'"a.example".{made.number(simco.GROUP)}.{made.number(simco.RULE)}'
        self.becomes(1, "midcomCurrentActiveReserveRules.0")
        processes.until(lambda: index in self.walk("midcomRuleOperStatus"), index, 5)
        status = self.walk("midcomRuleOperStatus")
        self.assertEqual({"reserved", "enabled"}, set(status.values()))
        row = {c: self.walk(f"midcomRule{c}")[index] for c in (
            "AdminStatus", "FlowDirection", "TransportProtocol", "PortRange", "InternalIpVersion",
            "InternalIpAddr", "InternalPort", "ExternalPort", "OutsidePort", "StorageType",
            "RowStatus", "InternalIpPrefixLength")}
        self.assertEqual(
            {"AdminStatus": "enable", "FlowDirection": "inbound", "TransportProtocol": "17",
             "PortRange": "single", "InternalIpVersion": "ipv4",
             "InternalIpAddr": '"7F 00 00 09 "', "InternalPort": "41000", "ExternalPort": "42000",
             "OutsidePort": "41000", "StorageType": "volatile", "RowStatus": "active",
             "InternalIpPrefixLength": "32"}, row)
        life = int(self.walk("midcomRuleLifetime")[index].split()[0])
        self.assertLessEqual(50, life)
        self.assertLessEqual(life, 60)
        pair = f'"a.example".{kept.number(simco.GROUP)}.{kept.number(simco.RULE)}'
        self.assertEqual("pair", self.walk("midcomRulePortRange")[pair])
        group = f'"a.example".{kept.number(simco.GROUP)}'
        self.assertGreater(int(self.walk("midcomGroupLifetime")[group].split()[0]), 80)

    def test_statistics_say_how_requests_and_rules_fared(self):
        names = ("IncorrectEnable", "RejectedEnable", "ExpiredEnable", "TerminatedOnRqEnable",
                 "IncorrectReserve", "ExpiredReserve", "TerminatedOnRqReserve")
        before = {n: int(self.value(f"midcomTotal{n}Rules.0")) for n in names}
        self.agent.enable((self.HERE[0], 0), self.THERE)
        self.agent.enable(("10.9.9.9", 41000), self.THERE)
        self.agent.enable(self.HERE, self.THERE, 1)
        self.agent.delete(self.agent.enable(self.HERE, self.THERE).number(simco.RULE))
        self.agent.ask(simco.PRR, simco.reserve_set(), simco.number(simco.LIFETIME, 0))
        self.agent.ask(simco.PRR, simco.reserve_set(), simco.number(simco.LIFETIME, 1))
        one = self.agent.ask(simco.PRR, simco.reserve_set(), simco.number(simco.LIFETIME, 50))
        self.agent.delete(one.number(simco.RULE))
        for name in names:
            with self.subTest(name=name):
                self.becomes(before[name] + 1, f"midcomTotal{name}Rules.0")

    def test_a_rule_that_ends_by_itself_is_told(self):
        made = self.agent.enable(self.HERE, self.THERE, 1)
        index = f'"a.example".{made.number(simco.GROUP)}.{made.number(simco.RULE)}'
        (told,) = processes.until(
            lambda: self.traps.lines("midcomUnsolicitedRuleEvent", index), index, 15)
        self.assertIn(f"midcomRuleOperStatus.{index} = INTEGER: timedOut(9)", told)
        self.assertIn(f"midcomRuleLifetime.{index} = Gauge32: 0 seconds", told)
        self.assertTrue(self.traps.lines("surehopPinholeClosed", "pinholeExpired"))
        kept = self.agent.enable(self.HERE, self.THERE, 60)
        self.agent.delete(kept.number(simco.RULE))
        time.sleep(1)
        self.assertEqual([], self.traps.lines(
            "midcomUnsolicitedRuleEvent", f'"a.example".{kept.number(simco.GROUP)}.'),
            "what was asked for is no news")

    def test_capabilities(self):
        self.assertEqual("300 seconds", self.value("midcomConfigMaxLifetime.0"))
        self.assertEqual("false", self.value("midcomConfigPersistentRules.0"))
        _, bits, _ = self.net("snmpget", "-Ov", f"127.0.0.1:{self.port}",
                              "MIDCOM-MIB::midcomConfigIfBits.0")
        for word in ("ipv4(0)", "ipv6(1)", "addressWildcards(2)", "portWildcards(3)",
                     "firewall(4)"):
            self.assertIn(word, bits)
        self.assertNotIn("nat(5)", bits)
        self.assertEqual("true", self.value("midcomConfigIfEnabled.0"))

    def test_nothing_can_be_set(self):
        made = self.agent.enable(self.HERE, self.THERE, 60)
        index = f'"a.example".{made.number(simco.GROUP)}.{made.number(simco.RULE)}'
        processes.until(lambda: index in self.walk("midcomRuleOperStatus"), index, 5)
        for name, kind, value in ((f"midcomRuleLifetime.{index}", "u", "0"),
                                  ('midcomRuleRowStatus."x".1.1', "i", "4"),
                                  ("midcomConfigMaxLifetime.0", "u", "9")):
            with self.subTest(name=name):
                code, out, err = self.net("snmpset", f"127.0.0.1:{self.port}",
                                          f"MIDCOM-MIB::{name}", kind, value)
                self.assertNotEqual(0, code, out)
                self.assertRegex(out + err, "noAccess|notWritable")
        self.assertIn(index, self.walk("midcomRuleOperStatus"))

    def test_zz_a_table_with_thousands_of_rules(self):
        asked = set()
        for port in range(20000, 22000):
            asked.add(self.agent.send(
                simco.PER, simco.enable_set(), simco.tuple_of(simco.INTERNAL, "127.0.0.9", port),
                simco.tuple_of(simco.EXTERNAL, *self.THERE), simco.number(simco.LIFETIME, 250)))
            if len(asked) >= 32:
                asked.remove(self.agent.read().transaction)
        while asked:
            asked.remove(self.agent.read().transaction)
        self.becomes(2000, "midcomCurrentActiveEnableRules.0")
        code, out, err = self.net("snmpbulkwalk", "-Cr40", "-Oq", f"127.0.0.1:{self.port}",
                                  "MIDCOM-MIB::midcomRuleTable")
        self.assertEqual(0, code, err)
        self.assertEqual(24 * 2000, len(out.splitlines()))
        self.assertEqual(2000, len(self.walk("midcomRuleInternalPort")))


class AfterTheEnd(unittest.TestCase):
    """What was not delivered before kill -9 is delivered after the next start."""

    def test_nothing_is_lost_when_the_gateway_is_killed(self):
        suite.needs("mosquitto", "mosquitto_sub")
        border = gateway.Border(start=False)
        keys, port = border.keys, gateway.free_port()
        broker = Identity(*keys.ca.tls("broker", "localhost"), keys.trust)
        reader = Identity(*keys.ca.tls("reader", "reader.example"), keys.trust)
        border.tree["mqtt"] = mqtt_tree(border, port, reader)
        sub = mosquitto = None
        try:
            border.start()
            call = border.end(*border.talk())
            border.gateway.event("e2e-sec.verdict", call.call_id)
            border.gateway.kill()
            mosquitto = receivers.Mosquitto(border.place / "broker", port, keys, broker)
            sub = receivers.Subscriber(border.place / "sub", port, keys, reader)
            time.sleep(1)
            border.gateway = gateway.Gateway(border.place / "again", border.tree)
            processes.until(lambda: [m for m in sub.messages() if call.call_id in str(m)],
                            f"the verdict of {call.call_id} by MQTT after a new start", 30)
        finally:
            border.close()
            for process in (sub, mosquitto):
                if process:
                    process.end()


class Mib(unittest.TestCase):
    """The MIB modules by themselves."""

    def test_smilint_has_nothing_to_say(self):
        suite.needs("smilint")
        ours = sorted(receivers.MIBS.glob("SUREHOP-*"))
        self.assertNotEqual([], ours, "mibs/SUREHOP-*")
        for module in ours:
            with self.subTest(module=module.name):
                code, out, err = processes.output_of(
                    "smilint", "-c", "/dev/null", "-l", "6", module,
                    env={**os.environ, "SMIPATH": str(receivers.MIBS)})
                self.assertEqual((0, ""), (code, (out + err).strip()))

    def test_midcom_mib_has_no_fault(self):
        suite.needs("smilint")
        code, out, err = processes.output_of(
            "smilint", "-c", "/dev/null", "-l", "3", receivers.MIBS / "MIDCOM-MIB",
            env={**os.environ, "SMIPATH": str(receivers.MIBS)})
        self.assertEqual((0, ""), (code, (out + err).strip()))

    def test_every_imported_module_is_there(self):
        suite.needs("snmptranslate")
        code, out, err = processes.output_of(
            "snmptranslate", "-M", receivers.MIBS, "-m", "ALL", "-Tp", "-IR", "surehop")
        self.assertEqual(0, code, err)
        self.assertNotIn("Cannot find module", err)
        self.assertIn("surehop", out)
