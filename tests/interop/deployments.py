"""The deployment examples of RFC 4189 section 2.1, with the configurations of their pages.

Up to three gateways stand between Alice and Bob. What the pages in config/examples say is what runs:
only addresses, ports and files are put in place of theirs.
"""

import json
import re
import unittest
from pathlib import Path

from lib import gateway, pki, processes, suite
from lib.gateway import COMMAND, INSIDE, OUTSIDE, free_port
from ua import agent, bodies, cek, sdp

PAGES = suite.ROOT / "config" / "examples"
HOST = "127.0.0.1"
TEXT = "Meet me where the elephants are."
OFFER, ANSWER = sdp.offer(HOST, 40100, 40102), sdp.offer(HOST, 50100, 50102)


def configurations(page):
    """The YAML blocks of a page."""
    return re.findall(r"```yaml\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)


class FromPage(gateway.Gateway):
    """`surehop run` with a page's configuration as a text."""

    def __init__(self, place, text):
        place.mkdir(parents=True)
        self.config = place / "surehop.yaml"
        self.config.write_text(text)
        last = re.findall(r"- \{name: \w+, address: [^,]*, port: (\d+)", text)[-1]
        self.tree = {"listeners": [{"port": last}]}
        self.journal = place / re.search(r"path: (\w+\.db)", text).group(1)
        processes.Process.__init__(self, [COMMAND, "run", "--config", self.config],
                                   place / "gateway.log", None, gateway.JVM)
        self.await_ready()


class Scene(unittest.TestCase):
    """Alice and Bob, their keys, and whatever stands between them."""

    @classmethod
    def setUpClass(cls):
        cls.place = suite.place()
        cls.keys = gateway.Keys(cls.place)
        cls.alice = agent.Agent("alice", INSIDE, cls.keys.identity(INSIDE))
        cls.bob = agent.Agent("bob", OUTSIDE, cls.keys.identity(OUTSIDE))
        cls.alice.listen()
        cls.bob.listen()
        cls.ports = {number: free_port() for number in range(5061, 5073)}
        cls.running, cls.readers = [], {}
        cls.build()

    @classmethod
    def tearDownClass(cls):
        for one in cls.running:
            one.end()
        cls.alice.close()
        cls.bob.close()

    @classmethod
    def key_files(cls, name, domains=()):
        """TLS and S/MIME keys of a gateway as the pages call them."""
        ca, own = cls.keys.ca, f"{name}.example"
        pairs = {"tls": ca.tls(f"{name}-tls", own, extra=[f"URI:sip:{d}" for d in domains]),
                 "smime": ca.smime(f"{name}-smime", own), "sign": ca.signing(f"{name}-sign", own)}
        cls.readers[name] = pairs["smime"][0]
        return {f"{name}-{kind}.{end}": str(file) for kind, pair in pairs.items()
                for end, file in zip(("pem", "key"), pair)}

    @classmethod
    def start(cls, text, name, **options):
        """Runs a page's configuration with our addresses, ports and files."""
        files = {**cls.key_files(name, options.get("domains", ())), "ca.pem": str(cls.keys.trust),
                 **options.get("files", {})}
        for theirs, ours in files.items():
            text = text.replace(theirs, ours)
        text = re.sub(r"(address: )[0-9.]+", rf"\g<1>{HOST}", text)
        text = re.sub(r"port: (\d+)", lambda m: f"port: {cls.ports[int(m.group(1))]}", text)
        text = text.replace("driver: nftables, inside-prefixes: [10.0.0.0/8]",
                            "driver: memory, inside-prefixes: [127.0.0.0/8], media-source: prefixes")
        made = FromPage(cls.place / f"run-{name}", text)
        cls.running.append(made)
        return made

    @classmethod
    def neighbour(cls):
        """Bob's border: reads what it can and archives that, so that we see what it could."""
        tls = cls.keys.ca.tls("neighbour-tls", "neighbour.example", extra=[f"URI:sip:{OUTSIDE}"])
        keys = cls.keys.ca
        reader, signer = keys.smime("nb-smime", "neighbour.example"), keys.signing(
            "nb-sign", "neighbour.example")
        cls.ports[5064] = free_port()
        archive = cls.keys.ca.smime("nb-archive", "archive.example")[0]
        tree = gateway.configuration(cls.place, cls.keys, {"inside": free_port(),
                                                           "outside": cls.ports[5064]})
        tree["gateway"] = {"id": "nb", "name": "neighbour.example", "port": cls.ports[5064]}
        tree["tls"].update(certificate=str(tls[0]), key=f"file:{tls[1]}")
        tree["smime"].update({"certificate": str(reader[0]), "key": f"file:{reader[1]}",
                              "signing-certificate": str(signer[0]),
                              "signing-key": f"file:{signer[1]}"})
        tree["peers"] = [gateway.peer("bob", OUTSIDE, HOST, cls.bob.port),
                         gateway.peer("home", "home.example", HOST, cls.ports[5062])]
        tree["routes"] = [{"domain": OUTSIDE, "to": "bob", "side": "inside"},
                          {"domain": INSIDE, "to": "home", "side": "outside"}]
        tree["disclosure"] = {"profile": "route-only"}
        tree["services"] = {"messages": "report", "archive": {
            "enabled": True, "path": str(cls.place / "nb-archive"), "certificate": str(archive)}}
        tree["journal"] = {"path": str(cls.place / "nb.db")}
        made = gateway.Gateway(cls.place / "run-neighbour", tree)
        cls.running.append(made)
        cls.bob_enters = tree["listeners"][0]["port"]
        return made

    # -- what they do

    def sealed(self, text, *readers):
        content = bodies.mime("text/plain; charset=utf-8", text.encode())
        return bodies.pkcs7("auth-enveloped-data",
                            bodies.encrypt(content, readers, "-aes-256-gcm"), "m@inside.example")

    def to_bob(self, body):
        line = self.alice.connect(HOST, self.ports[5061], "home.example")
        return self.alice.ask(line, self.alice.request("MESSAGE", self.bob.aor, body=body))

    def to_alice(self, body):
        line = self.bob.connect(HOST, self.bob_enters, "neighbour.example")
        return self.bob.ask(line, self.bob.request("MESSAGE", self.alice.aor, body=body))

    def arrives(self, who, answers, key):
        """The message at `who`, and the 200 to its sender; gives what `who` could read."""
        connection, seen = who.next_incoming()
        connection.send(agent.reply(seen, 200))
        self.assertEqual(200, answers.get(timeout=10).status)
        return seen, bodies.read(seen.get("Content-Type"), seen.body, *key)[1].decode()

    def learnt(self, answer, name):
        """What a 496 teaches: the certificate of that border, whose name must be the right one."""
        self.assertEqual(496, answer.status, str(answer))
        self.assertIn("Required to View Content-Type 'text/plain'", answer.get("Warning"))
        self.assertEqual("application/pkix-cert", answer.get("Content-Type"))
        file = self.place / f"learnt-{id(answer)}.ec.pem"
        file.write_bytes(bodies.openssl("x509", "-inform", "DER", octets=answer.body))
        names = pki.run("x509", "-in", file, "-noout", "-ext", "subjectAltName")
        self.assertIn(f"URI:sip:{name}", names)
        pki.run("verify", "-CAfile", self.keys.trust, file)
        return file

    def archived(self, place):
        """Call-IDs of the entries of an archive."""
        return [json.loads(line.partition(" ")[2]).get("callId")
                for index in Path(place).glob("*/index") for line in index.read_text().splitlines()]


class Pages(unittest.TestCase):
    def test_every_configuration_of_a_page_is_good(self):
        for page in sorted(p.name for p in PAGES.glob("*.md") if p.name != "README.md"):
            self.assertTrue(configurations(page), page)
            for number, text in enumerate(configurations(page)):
                with self.subTest(page=page, number=number):
                    file = suite.place() / "surehop.yaml"
                    file.write_text(text)
                    code, out, err = processes.output_of(COMMAND, "check-config", file)
                    self.assertEqual((0, ""), (code, err), out)


class Dep1UnknownPolicy(Scene):
    @classmethod
    def build(cls):
        text, = configurations("unknown-policy.md")
        cls.ports.update({5063: cls.alice.port, 5064: cls.bob.port})
        cls.home = cls.start(text, "home")

    def test_dep1_the_refusal_teaches_and_the_second_try_passes(self):
        answer = self.to_bob(self.sealed(TEXT, self.keys.bob[0])).get(timeout=10)
        certificate = self.learnt(answer, "home.example")
        self.assertTrue(self.bob.incoming.empty(), "nothing has left")
        self.home.event("e2m.undecipherable", answer.call_id)
        body = self.sealed(TEXT, self.keys.bob[0], certificate)
        seen, text = self.arrives(self.bob, self.to_bob(body), self.keys.bob)
        self.assertEqual((TEXT, body[1]), (text, seen.body), "octets in are octets out")

    def test_dep1_who_does_not_know_496_stops_and_nothing_leaks(self):
        answer = self.to_bob(self.sealed("A secret of 1847", self.keys.bob[0])).get(timeout=10)
        self.assertEqual(496, answer.status)
        self.assertTrue(self.bob.incoming.empty())
        for file in (self.place / "run-home").rglob("*"):
            self.assertNotIn(b"1847", file.read_bytes() if file.is_file() else b"", file)


class Dep2UntrustedNeighbour(Scene):
    @classmethod
    def build(cls):
        text, = configurations("untrusted-neighbour.md")
        cls.archive = cls.keys.ca.smime("archive", "archive.example")
        cls.nb = cls.neighbour()
        cls.ports[5063] = cls.alice.port
        cls.home = cls.start(text, "home", domains=[INSIDE],
                             files={"archive.pem": str(cls.archive[0])})

    def reader(self):
        return self.readers["home"]

    def test_dep2_readable_at_home_opaque_at_the_neighbour(self):
        body = self.sealed(TEXT, self.keys.bob[0], self.reader())
        seen, text = self.arrives(self.bob, self.to_bob(body), self.keys.bob)
        self.assertEqual((TEXT, body[1]), (text, seen.body))
        self.assertIn(seen.call_id, self.archived(self.place / "run-home" / "archive"))
        told = self.nb.event("e2m.undecipherable", seen.call_id)
        self.assertEqual("passed on", told["details"]["detail"])
        self.assertNotIn(seen.call_id, self.archived(self.place / "nb-archive"))

    def test_dep2_reverse_a_bob_gets_496_and_adds_the_border(self):
        answer = self.to_alice(self.sealed(TEXT, self.keys.alice_reads[0])).get(timeout=10)
        certificate = self.learnt(answer, "home.example")
        self.assertTrue(self.alice.incoming.empty())
        body = self.sealed(TEXT, self.keys.alice_reads[0], certificate)
        seen, text = self.arrives(self.alice, self.to_alice(body), self.keys.alice_reads)
        self.assertEqual(TEXT, text)
        self.assertIn(seen.call_id, self.archived(self.place / "run-home" / "archive"))

    def test_dep2_reverse_b_bob_uses_the_key_that_alice_named(self):
        """CEK-4: no error is needed, and the neighbour still sees nothing."""
        first = cek.seal(bodies.mime("text/plain", TEXT.encode()),
                         [self.keys.bob[0], self.reader()], name=cek.new_name())
        self.arrives(self.bob, self.to_bob(first.body), self.keys.bob)
        back = cek.seal(bodies.mime("text/plain", b"Behind the lions."),
                        under=(cek.wrapping_key(first.key), first.name))
        answers = self.to_alice(back.body)
        connection, seen = self.alice.next_incoming()
        connection.send(agent.reply(seen, 200))
        self.assertEqual(200, answers.get(timeout=10).status)
        self.assertEqual(back.body[1], seen.body)
        self.assertIn(seen.call_id, self.archived(self.place / "run-home" / "archive"))
        self.assertNotIn(seen.call_id, self.archived(self.place / "nb-archive"))


class Dep2Outgoing(Dep2UntrustedNeighbour):
    """The same page with `messages: outgoing`: answer (c)."""

    @classmethod
    def build(cls):
        text, = configurations("untrusted-neighbour.md")
        cls.archive = cls.keys.ca.smime("archive", "archive.example")
        cls.nb = cls.neighbour()
        cls.ports[5063] = cls.alice.port
        cls.home = cls.start(text.replace("messages: inspect", "messages: outgoing"), "home",
                             domains=[INSIDE], files={"archive.pem": str(cls.archive[0])})

    def test_dep2_reverse_a_bob_gets_496_and_adds_the_border(self):
        """(c): what cannot be read passes inwards, and is told; outwards it is still 496."""
        body = self.sealed(TEXT, self.keys.alice_reads[0])
        seen, text = self.arrives(self.alice, self.to_alice(body), self.keys.alice_reads)
        self.assertEqual(TEXT, text)
        self.home.event("e2m.undecipherable", seen.call_id)
        self.assertNotIn(seen.call_id, self.archived(self.place / "run-home" / "archive"))
        answer = self.to_bob(self.sealed(TEXT, self.keys.bob[0])).get(timeout=10)
        self.assertEqual(496, answer.status)


class Dep3VisitedHotspot(Scene):
    @classmethod
    def build(cls):
        hotspot, home = configurations("visited-hotspot.md")
        cls.nb = cls.neighbour()
        cls.home = cls.start(home, "home", domains=[INSIDE])
        cls.hotspot = cls.start(hotspot, "hotspot")
        # A guest shows no certificate and comes from an address that is nobody's.
        guest = agent.Identity(None, None, cls.keys.trust)
        cls.alice.close()
        cls.alice = agent.Agent("alice", INSIDE, guest, host="127.0.0.2")

    def line(self):
        return self.alice.connect(HOST, self.ports[5071], "hotspot.example")

    def test_dep3_the_hotspot_routes_and_the_home_border_reads(self):
        offer = bodies.shape("N1", OFFER, [self.keys.bob[0], self.readers["home"]])
        call = self.alice.invite(self.line(), self.bob.aor, body=offer)
        taken = self.bob.next_call(20, call.call_id)
        self.assertEqual(offer[1], taken.invite.body, "octets in are octets out, three times")
        answer = bodies.shape("N1", ANSWER, [self.keys.alice_reads[0], self.readers["home"]])
        taken.respond(200, answer)
        self.assertEqual(answer[1], call.answered().body)
        taken.next_request("ACK")
        self.home.event("pinhole.open", call.call_id)
        for other in (self.hotspot, self.nb):
            self.assertEqual([], other.events("pinhole.open", call.call_id))
            self.assertEqual([], other.events("e2m.undecipherable", call.call_id))
        answers = self.alice.ask(call.connection, call.make("BYE"))
        taken.reply(taken.next_request("BYE"), 200)
        self.assertEqual(200, answers.get(timeout=10).status)

    def test_dep3_access_is_by_destination_and_the_body_is_not_looked_at(self):
        for uri, status in (("sip:eve@forbidden.example", 403), ("sip:eve@nowhere.example", 404)):
            for octets in (bodies.encrypt(b"\r\nx", [self.keys.bob[0]]), b"no CMS at all"):
                with self.subTest(uri=uri):
                    call = self.alice.invite(self.line(), uri,
                                             body=bodies.pkcs7("enveloped-data", octets))
                    self.assertEqual(status, call.final().status)
        self.assertEqual([], self.hotspot.events("e2m.undecipherable"))

    def test_dep3_the_home_border_refuses_what_it_cannot_read(self):
        """The hotspot relays the 496 of the home border and says none itself."""
        call = self.alice.invite(self.line(), self.bob.aor,
                                 body=bodies.shape("N1", OFFER, [self.keys.bob[0]]))
        answer = call.final(20)
        self.assertEqual(496, answer.status, str(answer))
        self.assertIn("home.example", answer.get("Warning"))
        self.assertEqual(pki.der(self.readers["home"]), answer.body)
        self.home.event("e2m.undecipherable", call.call_id)
        self.assertEqual([], self.hotspot.events("e2m.undecipherable", call.call_id))


del Scene
