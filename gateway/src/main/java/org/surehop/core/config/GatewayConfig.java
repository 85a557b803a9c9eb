package org.surehop.core.config;

import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.Hop;

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
        Disclosure disclosure,
        Pinholes pinholes,
        Timers timers,
        Limits limits,
        Journal journal,
        Snmp snmp,
        Mqtt mqtt) {
    public GatewayConfig {
        listeners = List.copyOf(listeners);
        peers = List.copyOf(peers);
        routes = List.copyOf(routes);
        var names = peers.stream().map(Peer::name).toList();
        Valid.that(
                names.stream().distinct().count() == names.size(),
                "peers must have different names");
        Valid.that(
                routes.stream().allMatch(r -> r.byDns() || names.contains(r.to())),
                "routes must lead to a configured peer or to dns");
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

    public Optional<Peer> peerNamed(String name) {
        return peers.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
