"""The reference topology: UAC - PS1 | PS2 - PS3 - PS4 | PS5 - UAS, where some are gateways.

Four gateways run: ps1, ps2, ps4, ps5. What stands at ps3 is changed while they run. Beside them
proxies of another make stand at p1 to p5; ps2, ps3 and ps4 are of one domain, two.example. The
domain that is called picks who is on the way, and Alice may call p1 in place of ps1:

    all      ps1  ps2  ps3  ps4  ps5
    edges    ps1  p2   p3   p4   ps5
    odd      ps1  p2   ps2  p4   ps5
    fork     ps1  p2   p3   p4   p5     and p4 forks to two user agents behind p5
    lacking  ps1  ps2  ps3  ps4  nobody who speaks TLS
    severed  ps1  p2   p3   nobody who speaks TLS
    injected ps1  ps2  ps3  ps4  ps5    and ps1 asks for e2e-sec where Alice does not
    refused  ps1  ps2  ps3  ps4  k5     the same, and k5, a Kamailio, refuses what it does not know
    again    ps1  ps2  ps3  ps4  k5     the same, and ps1 tries once more without
"""

from types import SimpleNamespace

from . import gateway, kamailio, pki, processes, suite
from .gateway import INSIDE, OUTSIDE, free_port, peer
from ua.agent import Agent, Identity
from ua.proxy import Proxy

HOST = "127.0.0.1"
ALL, EDGES, ODD, FORK, LACKING, SEVERED, INJECTED, REFUSED, AGAIN = (
    f"{name}.example" for name in (
        "all", "edges", "odd", "fork", "lacking", "severed", "injected", "refused", "again"))
GATEWAYS = ("ps1", "ps2", "ps4", "ps5")
GRACE = 4  # seconds, the same in each: they must not blame each other
OTHERS = ("p1", "p2", "p3", "p4", "p5")
CLEAR, THIRD, MIDDLE = "clear", "ps3", "two.example"


def host(name):
    return f"{name}.{MIDDLE}" if name in ("ps2", THIRD, "ps4") else f"{name}.example"


class Chain:
    """All of it but ps3, which `third` puts there."""

    def __init__(self):
        self.place = suite.place()
        self.ca = pki.Authority(self.place, "ca")
        self.ports = {name: (free_port(), free_port()) for name in GATEWAYS}
        self.clear_port, self.third_port, self.fifth_port = free_port(), free_port(), free_port()
        self.gateways = {}
        self.alice = self.user("alice", INSIDE)
        self.bob = self.user("bob", OUTSIDE)
        self.carol = self.user("carol", "beyond.example")
        self.deaf = Agent("nobody", "plain.example", Identity(None, None, None))
        self.deaf.listen(tls=False)  # hears what comes in clear, if anything does
        self.others = {name: self.proxy(name) for name in OTHERS}
        self.standing = None
        self._wire_others()

    # -- who they are

    def identity(self, domain):
        return Identity(*self.ca.tls(domain, domain), self.ca.cert)

    def signer(self, name):
        return self.ca.signing(f"{name}-signs", host(name))

    def user(self, user, domain):
        agent = Agent(user, domain, self.identity(domain))
        agent.listen()
        return agent

    def proxy(self, name, port=0):
        made = Proxy(host(name), self.identity(host(name)), self.signer(name))
        made.listen(port)
        return made

    def _wire_others(self):
        nearest, first, third, fourth, fifth = (self.others[name] for name in OTHERS)
        for proxy in self.others.values():
            for name, (inside, _) in self.ports.items():
                proxy.places[host(name)] = (host(name), inside)
            for other in self.others.values():
                proxy.places[other.name] = (other.name, other.port)
            for user in (self.bob, self.carol):
                proxy.places[f"{HOST}:{user.port}"] = (user.domain, user.port)
        nearest.places["*"] = (host("ps2"), self.ports["ps2"][0])
        nearest.places[f"{HOST}:{self.alice.port}"] = (INSIDE, self.alice.port)
        first.places[ODD] = (host("ps2"), self.ports["ps2"][0])
        first.places["*"] = (third.name, third.port)
        third.places["*"] = (fourth.name, fourth.port)
        third.places[SEVERED] = ("plain.example", self.deaf.port)
        fourth.places["*"] = (host("ps5"), self.ports["ps5"][0])
        fourth.forks[FORK] = [f"sip:bob@bob.{FORK}", f"sip:carol@carol.{FORK}"]
        for user in ("bob", "carol"):
            fourth.places[f"{user}.{FORK}"] = (fifth.name, fifth.port)
            agent = getattr(self, user)
            fifth.places[f"{user}.{FORK}"] = (agent.domain, agent.port)

    # -- the gateways

    def trees(self):
        ports, others = self.ports, self.others
        third = (THIRD, host(THIRD), self.third_port)
        proxies = {name: (name, p.name, p.port) for name, p in others.items()}
        inward = {name: (name, host(name), port[0]) for name, port in ports.items()}
        bob = ("bob", OUTSIDE, self.bob.port)
        fifth = ("k5", host("k5"), self.fifth_port)
        again = {"inject": True, "on-injected-rejected": "retry-without"}
        plain = ("plain", "plain.example", self.deaf.port)
        return {
            "ps1": self.tree("ps1", [("alice", INSIDE, self.alice.port)],
                             [inward["ps2"], proxies["p2"]],
                             [(ALL, "ps2"), (LACKING, "ps2"), (AGAIN, "ps2", again),
                              *((d, "ps2", {"inject": True}) for d in (INJECTED, REFUSED)),
                              ("*", "p2")]),
            "ps2": self.tree("ps2", [inward["ps1"], proxies["p1"], proxies["p2"]],
                             [third, proxies["p4"]],
                             [(ODD, "p4"), ("*", THIRD)]),
            "ps4": self.tree("ps4", [third], [inward["ps5"], plain, fifth],
                             [(LACKING, "plain"), (REFUSED, "k5"), (AGAIN, "k5"), ("*", "ps5")]),
            "ps5": self.tree("ps5", [inward["ps4"], proxies["p4"]], [bob], [("*", "bob")]),
        }

    def tree(self, name, before, after, routes):
        place = self.place / name
        keys = SimpleNamespace(
            gateway=self.ca.tls(name, host(name)), trust=self.ca.cert,
            reader=self.ca.smime(f"{name}-reads", host(name)), signer=self.signer(name))
        inside, outside = self.ports[name]
        made = gateway.configuration(
            place, keys, {"inside": inside, "outside": outside},
            [peer(n, domain, HOST, port) for n, domain, port in (*before, *after)],
            [{"domain": domain, "to": to, "side": "outside", **dict(*more)}
             for domain, to, *more in routes])
        made["gateway"] = {"id": name, "name": host(name), "port": 5061}
        made["assurance"] = {"grace": f"{GRACE}s", "cap": "30s",
                             "require-signed-notify": True}
        made["tls"]["handshake-timeout"] = "3s"
        if name == "ps4":  # its neighbour may come in clear, and everybody here is 127.0.0.1
            made["listeners"].append(
                {"name": CLEAR, "address": HOST, "port": self.clear_port, "side": "inside",
                 "transport": "tcp", "client-certificate": "none"})
            made["path"] = {"accept-unassured": True}
            for known in made["peers"]:
                known["require-certificate"] = False
        return made

    def start(self):
        self.gateways = {
            name: gateway.Gateway(self.place / name, tree, ready=False)
            for name, tree in self.trees().items()}
        self.fifth = kamailio.Kamailio(
            self.place / "k5", host("k5"), self.identity(host("k5")), (HOST, self.bob.port),
            (host("ps4"), HOST, self.ports["ps4"][1]), port=self.fifth_port, refuse=True,
            same_flow=True)
        for started in self.gateways.values():
            started.await_ready()
        self.line = self.alice.connect(HOST, self.ports["ps1"][0], host("ps1"))
        nearest = self.others["p1"]
        self.other_line = self.alice.connect(HOST, nearest.port, nearest.name)
        return self

    # -- what stands at ps3

    def third(self, kind, **options):
        """`compliant`, `plain` (in clear, no SIP), or Kamailio with options of its own."""
        self.clear_away()
        if kind == "compliant":
            made = self.proxy(THIRD, self.third_port)
            made.places[host("ps2")] = (host("ps2"), self.ports["ps2"][1])
            made.places["*"] = (host("ps4"), self.ports["ps4"][0])
        elif kind == "plain":
            made = Agent("nobody", "plain.example", Identity(None, None, None))
            made.listen(self.third_port, tls=False)
        else:
            onward = self.clear_port if options.get("transport") == "tcp" else None
            made = kamailio.Kamailio(
                suite.place(), host(THIRD), self.identity(host(THIRD)),
                (HOST, onward or self.ports["ps4"][0]), (host("ps2"), HOST, self.ports["ps2"][1]),
                port=self.third_port, same_flow=True, **options)
        self.standing = made
        return made

    def clear_away(self):
        if isinstance(self.standing, processes.Process):
            self.standing.end()
        elif self.standing:
            self.standing.close()
        self.standing = None

    # -- calls

    def call(self, domain, line=None, **options):
        """Alice calls Bob: both ends as far as the INVITE."""
        call = self.alice.invite(line or self.line, f"sip:bob@{domain}", **options)
        return call, self.bob.next_call(10, call.call_id)

    def talk(self, domain, offer=None, answer=None, **options):
        call, taken = self.call(domain, body=offer, **options)
        taken.respond(180)
        call.expect(180)
        taken.respond(200, answer)
        ok = call.answered()
        taken.next_request("ACK")
        return call, taken, ok

    def end(self, call, taken):
        answers = call.agent.ask(call.connection, call.make("BYE"))
        taken.reply(taken.next_request("BYE"), 200)
        return answers.get(timeout=10)

    def all_ports(self):
        """The ports that SIP runs on, but the one in clear."""
        gateways = [port for pair in self.ports.values() for port in pair]
        agents = [a.port for a in (self.alice, self.bob, self.carol, *self.others.values())]
        return [*gateways, *agents, self.third_port, self.fifth_port]

    def close(self):
        for started in self.gateways.values():
            started.end()
        self.fifth.end()
        self.clear_away()
        for agent in (self.alice, self.bob, self.carol, self.deaf, *self.others.values()):
            agent.close()
