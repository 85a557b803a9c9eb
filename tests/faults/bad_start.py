"""What is wrong before the start, or absent around the gateway: one sentence, or calls go on."""

import os
import socket
import unittest

from lib import gateway, processes, receivers, suite


class Startup(unittest.TestCase):
    """What is wrong before the start: one sentence that names file, key and form; exit code 2."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(start=False)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def one_sentence(self, *words, tree=None, text=None, command="run", prefix=(), env=None):
        file = suite.place() / "surehop.yaml"
        file.write_text(text if text is not None else gateway.json.dumps(tree))
        arguments = ["run", "--config", file] if command == "run" else [command, file]
        code, out, err = processes.output_of(
            *prefix, gateway.COMMAND, *arguments,
            env={**os.environ, **gateway.JVM, **(env or {})})
        told = [row for row in (out + err).splitlines() if row.strip()]
        self.assertEqual(2, code, f"exit code of {command}; it said {told}")
        self.assertEqual(1, len(told), f"one sentence, got {told}")
        for word in words:
            self.assertIn(word, told[0])
        self.assertNotIn("Exception", told[0])

    def changed(self, path, value):
        tree = gateway.json.loads(gateway.json.dumps(self.border.tree))
        *places, last = path.split(".")
        found = tree
        for place in places:
            found = found[place]
        if value is None:
            del found[last]
        else:
            found[last] = value
        return tree

    def test_broken_yaml(self):
        self.one_sentence("surehop.yaml", "YAML", text="gateway: {id: [}\n")
        self.one_sentence("surehop.yaml", "YAML", text="gateway: {id: [}\n", command="check-config")

    def test_missing_configuration(self):
        code, out, err = processes.output_of(
            gateway.COMMAND, "run", "--config", "/nowhere/surehop.yaml",
            env={**os.environ, **gateway.JVM})
        told = (out + err).strip().splitlines()
        self.assertEqual((2, 1), (code, len(told)), f"exit code and lines of {told}")
        self.assertIn("/nowhere/surehop.yaml", told[0])
        self.assertIn("does not exist", told[0])

    def test_wrong_values(self):
        for path, value, words in (
                ("assurance.grace", "soon", ("assurance.grace", "duration")),
                ("gateway.name", None, ("gateway.name", "missing")),
                ("pinholes.driver", "pf", ("pinholes.driver", "nftables")),
                ("pinholes.speed", 1, ("pinholes.speed", "unknown key"))):
            with self.subTest(path=path):
                self.one_sentence("surehop.yaml", *words, tree=self.changed(path, value))

    def test_missing_key_file(self):
        for path in ("tls.key", "smime.key", "smime.signing-key"):
            with self.subTest(path=path):
                tree = self.changed(path, "file:/nowhere/key")
                self.one_sentence(path, "/nowhere/key", tree=tree)
        with self.subTest(path="tls.trust"):
            self.one_sentence("tls.trust", "/nowhere/ca", tree=self.changed("tls.trust",
                                                                          "/nowhere/ca"))

    def test_key_of_another_certificate(self):
        other = self.border.keys.ca.tls("another", "another.example")
        self.one_sentence("tls.key", tree=self.changed("tls.key", f"file:{other[1]}"))

    def test_key_of_a_user(self):
        """REQ-CONF-2: the middle has no business with the key of a user."""
        cert, key = self.border.keys.bob
        tree = self.changed("smime.certificate", str(cert))
        tree["smime"]["key"] = f"file:{key}"
        self.one_sentence("smime.certificate", "user", tree=tree)

    def test_no_cap_net_admin(self):
        suite.needs_root()
        suite.needs("setpriv")
        tree = self.changed("pinholes.driver", "nftables")
        self.one_sentence("pinholes.driver", "CAP_NET_ADMIN", "memory", tree=tree, prefix=[
            "setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"])

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.border.ports["inside"]))
            taken.listen(1)
            self.one_sentence("listeners", str(self.border.ports["inside"]), tree=self.border.tree)


class Unreachable(unittest.TestCase):
    """Nobody receives the reports: calls go on, and the journal keeps every one."""

    def test_calls_go_on_without_broker_and_receiver(self):
        def change(tree, border):
            (border.place / "auth").write_text(receivers.AUTH)
            (border.place / "priv").write_text(receivers.PRIV)
            (border.place / "snmp").mkdir()
            cert, key = border.keys.ca.tls("reader", "reader.example")
            tree["mqtt"] = {"enabled": True, "uri": f"ssl://localhost:{gateway.free_port()}",
                            "trust": str(border.keys.trust), "certificate": str(cert),
                            "key": f"file:{key}"}
            tree["snmp"] = {
                "enabled": True, "address": "127.0.0.1",
                "port": gateway.free_port(kind=socket.SOCK_DGRAM),
                "state-directory": str(border.place / "snmp"),
                "users": [{"name": "monitor", "auth-passphrase": f"file:{border.place}/auth",
                           "priv-passphrase": f"file:{border.place}/priv"}],
                "receivers": [{"name": "noc", "address": "127.0.0.1", "user": "monitor",
                               "port": gateway.free_port(kind=socket.SOCK_DGRAM), "inform": True}]}
        border = gateway.Border(change)
        try:
            ids = []
            for _ in range(3):
                call, taken = border.talk()
                self.assertEqual(200, border.end(call, taken).status)
                ids.append(call.call_id)
            for call_id in ids:
                border.gateway.event("e2e-sec.verdict", call_id)
            parts = processes.until(
                lambda: {p["part"]: p["state"] for p in border.gateway.status().get("parts", [])
                         if p["state"] == "down"}, "a part of the gateway that says it is down", 30)
            self.assertIn("mqtt", parts)
        finally:
            border.close()
