package org.surehop.core.config;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A NAT or firewall above this box that speaks PCP (RFC 6887): where it is, our address that it
/// knows (empty: what the route gives), which inside addresses are behind it, and whether it is
/// told who may send (FILTER). Without a server there is none.
public record Upstream(
        Optional<InetAddress> server,
        int port,
        Optional<InetAddress> source,
        List<Prefix> prefixes,
        boolean filter) {
    /// RFC 6887 §19.1.
    public static final int PORT = 5351;

    public static final Upstream NONE =
            new Upstream(Optional.empty(), PORT, Optional.empty(), List.of(), true);

    public Upstream {
        prefixes = List.copyOf(prefixes);
        Valid.port("pinholes.upstream.port", port);
    }

    public boolean present() {
        return server.isPresent();
    }

    /// Whether media to that address comes through the box.
    public boolean covers(InetAddress inside) {
        return prefixes.stream().anyMatch(p -> p.contains(inside));
    }
}
