package org.surehop.adapter.configfile;

import java.util.List;
import org.surehop.core.config.Injection;
import org.surehop.core.config.LegMode;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Route;
import org.surehop.core.config.Topology;
import org.surehop.core.sip.Side;

/// Reads where requests go. `legMode` holds where a route says nothing of it, `topology` where a
/// peer does not.
record RouteReader(List<Peer> peers, LegMode legMode, Topology topology) {

    List<Route> routes(Section root) {
        var sections = root.sections("routes");
        var read = sections.stream().map(this::route).toList();
        // What comes from outside looks at the routes to the inside only: one row for each side.
        var common = read.stream().filter(r -> r.area().isEmpty()).toList();
        ConfigReader.unique(
                root, "routes", "domain", common.stream().map(RouteReader::target).toList());
        for (int i = 0; i < read.size(); i++) {
            var route = read.get(i);
            var after = read.subList(i, read.size()).stream().filter(r -> r.area().isEmpty());
            if (route.area().isPresent() && after.noneMatch(r -> target(r).equals(target(route)))) {
                root.fault(
                        "routes[" + i + "].area",
                        "expected a later route for the same domain and side without an area");
            }
        }
        return read;
    }

    private static String target(Route route) {
        return route.domain() + " " + Section.word(route.side());
    }

    private Route route(Section s) {
        var to = s.text("to", "the name of a peer, dns or refuse", ConfigReader.NAME);
        var injection = injection(s);
        var route =
                new Route(
                        s.text("domain", "a SIP domain or *", "\\*|" + ConfigReader.HOST),
                        to,
                        s.choice("side", Side.class, null),
                        injection,
                        AreaReader.area(s.section("area")),
                        legMode(s, to, injection));
        s.close();
        if (!route.byDns()
                && !route.refused()
                && peers.stream().noneMatch(p -> p.name().equals(route.to()))) {
            var names = peers.stream().map(Peer::name).toList();
            s.fault(
                    "to",
                    "no peer has the name '" + route.to() + "', expected dns or one of " + names);
        }
        return route;
    }

    private static Injection injection(Section s) {
        return new Injection(
                s.flag("inject", false),
                s.choice(
                        "on-injected-rejected",
                        Injection.OnRejected.class,
                        Injection.OnRejected.REJECT),
                s.flag("inject-sipfrag", false));
    }

    /// What contradicts a transparent leg: numbers of our own, and hops that are not to be seen.
    private LegMode legMode(Section s, String to, Injection injection) {
        var mode = s.choice("leg-mode", LegMode.class, legMode);
        if (mode == LegMode.ANCHORED) {
            return mode;
        }
        if (injection.onRejected() != Injection.OnRejected.REJECT) {
            s.fault(
                    "leg-mode",
                    "a transparent route keeps CSeq,"
                            + " expected on-injected-rejected: reject with it");
            return LegMode.ANCHORED;
        }
        var peer = peers.stream().filter(p -> p.name().equals(to)).findFirst();
        var shown = peer.flatMap(Peer::topology).orElse(topology);
        if (shown != Topology.FULL && !to.equals("refuse")) {
            s.fault(
                    "leg-mode",
                    "a transparent route shows '"
                            + to
                            + "' every element beyond us, expected topology: full for it,"
                            + " or anchored");
        }
        return mode;
    }
}
