package org.surehop.core.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.NextHop;

/// The whole configuration, valid by construction. Every key stands in `config/surehop.yaml`
/// with its default, unit and comment; the kebab-case key of a component is its name there.
public record GatewayConfig(
        Identity gateway,
        List<Listener> listeners,
        Tls tls,
        Smime smime,
        List<Peer> peers,
        List<Route> routes,
        Assurance assurance,
        PathPolicy path,
        Notifying notifies,
        Disclosure disclosure,
        Services services,
        Pinholes pinholes,
        Timers timers,
        Limits limits,
        Journal journal,
        Snmp snmp,
        Mqtt mqtt,
        Authentication authentication,
        Upkeep upkeep,
        Midcom midcom) {
    public GatewayConfig {
        listeners = List.copyOf(listeners);
        peers = List.copyOf(peers);
        routes = List.copyOf(routes);
        var names = peers.stream().map(Peer::name).toList();
        Valid.that(
                names.stream().distinct().count() == names.size(),
                "peers must have different names");
        Valid.that(
                routes.stream().allMatch(r -> r.byDns() || r.refused() || names.contains(r.to())),
                "routes must lead to a configured peer or to dns");
        Valid.that(
                !services.emergency().taken() || names.contains(services.emergency().to()),
                "services.emergency.to must be a configured peer");
    }

    /// One that nobody asks for its health, and nobody commands.
    public GatewayConfig(
            Identity gateway,
            List<Listener> listeners,
            Tls tls,
            Smime smime,
            List<Peer> peers,
            List<Route> routes,
            Assurance assurance,
            PathPolicy path,
            Notifying notifies,
            Disclosure disclosure,
            Services services,
            Pinholes pinholes,
            Timers timers,
            Limits limits,
            Journal journal,
            Snmp snmp,
            Mqtt mqtt,
            Authentication authentication) {
        this(
                gateway,
                listeners,
                tls,
                smime,
                peers,
                routes,
                assurance,
                path,
                notifies,
                disclosure,
                services,
                pinholes,
                timers,
                limits,
                journal,
                snmp,
                mqtt,
                authentication,
                Upkeep.NONE,
                Midcom.OFF);
    }

    /// The same with a part of its own for trial calls: a door, two neighbours, a way between
    /// them, and what they may show.
    public GatewayConfig withTrial(
            Listener door, List<Peer> neighbours, Route way, Disclosure reading) {
        return new GatewayConfig(
                gateway,
                Stream.concat(listeners.stream(), Stream.of(door)).toList(),
                tls,
                smime,
                Stream.concat(peers.stream(), neighbours.stream()).toList(),
                Stream.concat(Stream.of(way), routes.stream()).toList(),
                assurance,
                path,
                notifies,
                reading,
                services,
                pinholes,
                timers,
                limits,
                journal,
                snmp,
                mqtt,
                authentication,
                upkeep,
                midcom);
    }

    /// `id` names this box in every report; `name` is the public host name in Via, Contact,
    /// Warning and Hop-Record (POL-65); `port` its public TLS port (5061).
    public record Identity(String id, String name, int port) {
        public Identity {
            Valid.named("gateway.id", id);
            Valid.named("gateway.name", name);
            Valid.port("gateway.port", port);
        }

        public Hop hop() {
            return Hop.of(name, port);
        }
    }

    /// The peer configured for one of the domains that a certificate carries, if any.
    public Optional<Peer> peerFor(List<String> domains) {
        return peers.stream().filter(p -> domains.stream().anyMatch(p::is)).findFirst();
    }

    /// What the far end that has proven those domains is told of the elements beyond us (POL-83).
    public Topology topologyFor(List<String> domains) {
        return peerFor(domains).flatMap(Peer::topology).orElse(assurance.hops().topology());
    }

    /// How a next hop that a message names is dialled when it is a peer of ours: a peer's domain
    /// without an address is looked for where the peer is, and a peer's address must prove the
    /// peer's domain. An address that is given stays: nobody can send us to a third place.
    public NextHop known(NextHop hop) {
        return known(peers, hop);
    }

    static NextHop known(List<Peer> peers, NextHop hop) {
        return peers.stream()
                .filter(p -> p.is(hop.domain()))
                .findFirst()
                .map(p -> new NextHop(hop.domain(), or(p.address(), hop), or(hop.port(), p)))
                .or(() -> at(peers, hop).map(p -> proving(p, hop)))
                .orElse(hop);
    }

    private static NextHop proving(Peer peer, NextHop hop) {
        return new NextHop(peer.domains().getFirst(), hop.domain(), hop.port());
    }

    private static String or(String address, NextHop hop) {
        return hop.address().isEmpty() ? address : hop.address();
    }

    private static int or(int port, Peer peer) {
        return port == 0 ? peer.port() : port;
    }

    private static Optional<Peer> at(List<Peer> peers, NextHop hop) {
        var there = peers.stream().filter(p -> p.address().equals(hop.domain())).toList();
        return there.stream()
                .filter(p -> p.port() == hop.port())
                .findFirst()
                .or(() -> there.stream().findFirst());
    }

    public Optional<Peer> peerNamed(String name) {
        return peers.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
