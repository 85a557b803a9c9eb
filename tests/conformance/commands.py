"""The surehop command and the demonstration, as a newcomer types them."""

import os
import re
import socket
import unittest

from lib import gateway, pki, processes, suite
from ua import bodies, sdp

BIN = suite.ROOT / "gateway" / "bin"


def command(*arguments, timeout=90, **env):
    return processes.output_of(gateway.COMMAND, *arguments, timeout=timeout,
                               env={**os.environ, **gateway.JVM, **env})


class Demo(unittest.TestCase):
    """gateway/bin/demo."""

    def test_it_ends_with_0_and_shows_what_happened(self):
        code, out, err = processes.output_of(BIN / "demo", timeout=300)
        self.assertEqual(0, code, out[-3000:] + err[-3000:])
        for word in ("INVITE", "e2e-sec", "ASSURED", "pinhole", "BYE", "packets"):
            self.assertIn(word, out, out[-3000:])
        self.assertRegex(out, "(?i)snmp|trap")
        self.assertRegex(out, "(?i)mqtt")
        if os.geteuid() != 0:
            self.assertRegex(out, "(?i)memory")

    def test_it_leaves_nothing_behind(self):
        if os.geteuid() == 0:
            before = processes.output_of("ip", "netns", "list")[1]
            processes.output_of(BIN / "demo", timeout=300)
            self.assertEqual(before, processes.output_of("ip", "netns", "list")[1])
        else:
            raise unittest.SkipTest("needs root")


class Words(unittest.TestCase):
    """Commands that need no gateway."""

    def test_check_config_of_the_shipped_file(self):
        code, out, err = command("check-config", suite.ROOT / "config" / "surehop.yaml")
        self.assertEqual(0, code, out + err)

    def test_help_names_every_command(self):
        code, out, err = command("--help")
        self.assertEqual(0, code, err)
        for name in ("run", "check-config", "pki", "probe", "answer", "status", "events",
                     "explain", "health", "setup"):
            self.assertIn(name, out)

    def test_unknown_command_is_exit_2(self):
        code, out, err = command("dance")
        self.assertEqual(2, code, out + err)
        self.assertNotIn("Exception", out + err)

    def test_trial_certificates_are_read_by_openssl(self):
        place = suite.place()
        code, out, err = command("pki", "init", place / "pki")
        self.assertEqual(0, code, out + err)
        certificates = sorted((place / "pki").rglob("*.pem"))
        self.assertGreater(len(certificates), 2, out)
        names = ""
        for file in certificates:
            if b"BEGIN CERTIFICATE" in file.read_bytes():
                names += bodies.openssl("x509", "-in", str(file), "-noout", "-text").decode()
        self.assertIn("URI:sip:", names)
        self.assertIn("prime256v1", names)
        for file in (place / "pki").rglob("*"):
            if file.is_file() and b"PRIVATE KEY" in file.read_bytes():
                self.assertEqual(0o600, file.stat().st_mode & 0o777, file)
        code, out, err = command("pki", "show", place / "pki")
        self.assertEqual(0, code, out + err)
        self.assertIn("sip:", out)


class Answering(unittest.TestCase):
    """`surehop answer` behind the gateway, called by an independent user agent."""

    def answering(self):
        """A border whose Bob is the command."""
        port = gateway.free_port()

        def change(tree, border):
            tree["peers"][1]["port"] = port
        border = gateway.Border(change)
        self.addCleanup(border.close)
        cert, key = (border.bob.identity.cert, border.bob.identity.key)
        command = processes.Process(
            [gateway.COMMAND, "answer", "--as", f"bob@{gateway.OUTSIDE}", "--listen",
             f"127.0.0.1:{port}", "--cert", cert, "--key", key, "--trust", border.keys.trust,
             "--smime-cert", border.keys.bob[0], "--smime-key", border.keys.bob[1],
             "--reader", border.keys.reader[0]],
            border.place / "answer.log", env=gateway.JVM)
        self.addCleanup(command.end)
        processes.until(lambda: "listening on" in command.output(), command.output, 60)
        return border, command

    def test_a_user_agent_says_493_and_with_which_certificate_it_can_read(self):
        border, command = self.answering()
        keys, alice = border.keys, border.alice
        offer = sdp.offer("127.0.0.1", 40900)

        def call(reader):
            body = bodies.shape("N2", offer, [reader, keys.reader[0]], keys.alice[0],
                                key=keys.alice[1])
            return alice.invite(border.line, border.bob.aor, body=body)
        refused = call(keys.bob_rsa[0]).final()
        self.assertEqual(493, refused.status, f"{refused} {command.output()}")
        kind = refused.get("Content-Type")
        self.assertIn("application/pkcs7-mime", kind)
        self.assertIn("smime-type=certs-only", kind)
        shown = bodies.openssl("pkcs7", "-inform", "DER", "-print_certs", octets=refused.body)
        learnt = border.place / "learnt.ec.pem"
        learnt.write_bytes(shown)
        self.assertEqual(pki.der(keys.bob[0]), pki.der(learnt))
        again = call(learnt)
        self.assertEqual(200, again.answered().status)
        self.assertEqual(200, again.bye().status)

    def test_a_part_for_an_unknown_use_is_415_unless_it_is_optional(self):
        """RFC 5621: it was passed over in silence, and SDP to be referred to taken for the offer."""
        border, command = self.answering()
        offer = bodies.mime("application/sdp", sdp.offer("127.0.0.1", 40900).encode())
        for use, status in (("x-unknown", 415), ("x-unknown;handling=required", 415),
                            ("x-unknown;handling=optional", 200), ("by-reference", 200)):
            with self.subTest(use=use):
                other = bodies.mime("application/sdp", b"v=0\r\n", [f"Content-Disposition: {use}"])
                octets = bodies.encrypt(bodies.mime(*bodies.mixed(other, offer)),
                                        [border.keys.bob[0], border.keys.reader[0]])
                signed = bodies.sign_opaque(bodies.pkcs7_part("enveloped-data", octets),
                                            *border.keys.alice)
                call = border.alice.invite(border.line, border.bob.aor,
                                           body=bodies.pkcs7("signed-data", signed))
                answer = call.final()
                self.assertEqual(status, answer.status, f"{answer} {command.output()}")
                if status == 415:
                    self.assertIn("application/sdp", answer.get("Accept"))
                else:
                    call.ack()
                    self.assertEqual(200, call.bye().status)

    def test_what_is_no_session_description_is_not_called_undecipherable(self):
        border, command = self.answering()
        refused = border.alice.invite(
            border.line, border.bob.aor, body=([("Content-Type", "text/plain")], b"hi")).final()
        self.assertEqual(415, refused.status, f"{refused} {command.output()}")
        self.assertIn("application/pkcs7-mime", refused.get("Accept"))


class Looking(unittest.TestCase):
    """Commands that look at a running gateway and its journal."""

    @classmethod
    def setUpClass(cls):
        cls.border = gateway.Border(lambda tree, _: tree.update(
            disclosure={"clear-sdp": True}, assurance={"grace": "1s", "cap": "2s"}))
        offer, answer = (bodies.sdp_body(sdp.offer("127.0.0.1", p)) for p in (40900, 50900))
        call, taken = cls.border.talk(offer, answer)
        cls.border.gateway.event("e2e-sec.verdict", call.call_id)
        cls.border.end(call, taken)
        cls.border.gateway.event("call.ended", call.call_id)
        cls.call_id = call.call_id

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def look(self, *arguments):
        code, out, err = command(*arguments, "--config", self.border.gateway.config)
        self.assertIn(code, (0, 1) if arguments[0] == "status" else (0,), out + err)
        return out

    def test_status(self):
        """Exit code 1 says degraded, which a gateway without a real firewall is."""
        out = processes.until(lambda: (o := self.look("status")) and "ASSURED" in o and o,
                              "status that counts an ASSURED verdict", 30, 1)
        self.assertIn("gw-test", out)

    def test_events(self):
        out = self.look("events")
        for kind in ("e2e-sec.verdict", "pinhole.open", "pinhole.close", "call.ended"):
            self.assertIn(kind, out)
        self.assertIn(self.call_id, out)

    def test_explain(self):
        out = self.look("explain", self.call_id)
        for word in ("INVITE", "180", "200", "ACK", "BYE", "ASSURED"):
            self.assertIn(word, out)
        self.assertRegex(out, "(?i)pinhole")
        self.assertNotIn("m=audio", out)

    def test_explain_of_an_unknown_call(self):
        code, out, err = command("explain", "nobody@nowhere", "--config",
                                 self.border.gateway.config)
        self.assertNotEqual(0, code)
        self.assertNotIn("Exception", out + err)

    def test_probe_and_answer_through_the_gateway(self):
        self.assertTrue(re.search("probe", command("--help")[1]))
        for name in ("probe", "answer"):
            code, out, err = command(name, "--help")
            self.assertEqual(0, code, err)


class Health(unittest.TestCase):
    """`surehop health`: the running gateway shows that it works, and when it does not."""

    @classmethod
    def setUpClass(cls):
        cls.port = gateway.free_port()
        cls.snmp = gateway.free_port(kind=socket.SOCK_DGRAM)

        def strict(tree, border):
            secrets = {}
            for name in ("auth", "priv"):
                file = border.place / name
                file.write_text(f"{name}-passphrase-1")
                secrets[f"{name}-passphrase"] = f"file:{file}"
            # Nothing of this may make a healthy gateway look ill: it is asked of others.
            tree.update(disclosure={"clear-sdp": False, "require-signature": True})
            tree["snmp"] = {"enabled": True, "port": cls.snmp,
                            "state-directory": str(border.place / "snmp"),
                            "users": [{"name": "monitor", **secrets}]}
            cls.left = border.place / "left"
            cls.left.mkdir()
            tree["upkeep"] = {"socket": str(border.place / "health"), "trial-port": cls.port,
                              "events": str(cls.left)}

        cls.border = gateway.Border(strict)

    @classmethod
    def tearDownClass(cls):
        cls.border.close()

    def health(self):
        return command("health", "--config", self.border.gateway.config)

    def test_1_a_call_through_itself_shows_that_it_works(self):
        code, out, err = self.health()
        self.assertEqual(0, code, out + err)
        for line in ("call       passes", "journal    takes", "snmp       answers"):
            self.assertIn(line, out)
        self.assertEqual("healthy", out.splitlines()[-1])
        self.border.gateway.event("call.ended")

    def test_2_it_is_asked_again_after_a_new_configuration(self):
        self.border.gateway.take(lambda tree: tree["timers"].update(t1="400ms")
                                 if "timers" in tree else tree.update(timers={"t1": "400ms"}))
        code, out, err = self.health()
        self.assertEqual(0, code, out + err)

    def test_3_a_call_that_cannot_pass_is_told(self):
        with socket.socket() as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            stranger.bind(("127.0.0.1", self.port + 1))
            stranger.listen()
            code, out, err = self.health()
        self.assertEqual(1, code, out + err)
        self.assertIn("call       FAILED", out)
        self.assertEqual("ill: call", out.splitlines()[-1])

    def test_4_nobody_else_gets_in_by_that_door(self):
        """A certificate of a CA that is trusted does not name the callee: its name is secret."""
        line = self.border.alice.connect("127.0.0.1", self.port, gateway.NAME)
        call = self.border.alice.invite(line, "sip:health@health-000000000000000000000000.invalid")
        self.assertEqual(404, call.final(20).status)

    def test_5_what_the_box_leaves_is_told(self):
        name = f"{7:020d}"
        (self.left / (name + ".new")).write_text(
            "2026-03-01T12:00:00Z update.refused update-too-old version 0.0.1 on a stick\n")
        (self.left / (name + ".new")).rename(self.left / name)
        event = self.border.gateway.event("update.refused", reason="update-too-old")
        self.assertEqual("version 0.0.1 on a stick", event["details"]["detail"])

    def test_6_without_a_gateway_it_is_not_healthy(self):
        self.border.gateway.end()
        code, out, err = self.health()
        self.assertEqual(1, code, out + err)
        self.assertIn("no gateway answers", err)

    def test_7_without_a_socket_the_key_is_named(self):
        code, out, err = command("health", "--config", suite.ROOT / "config" / "surehop.yaml")
        self.assertEqual(2, code, out + err)
        self.assertIn("upkeep.socket", err)
