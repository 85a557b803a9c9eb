package org.surehop.core.sdp;

import java.net.InetAddress;

/// One direction of one media flow. `sourcePort` 0 means any: an SDP says where its author
/// receives, not where it sends from (PIN-2). A source that is the unspecified address of its
/// family means anyone. Both addresses are of one family.
public record Flow(
        Transport transport,
        InetAddress source,
        int sourcePort,
        InetAddress destination,
        int port) {
    public Flow {
        if (port < 1 || port > 65_535 || sourcePort < 0 || sourcePort > 65_535) {
            throw new IllegalArgumentException("a port is 1 to 65535");
        }
        if (source.getClass() != destination.getClass()) {
            throw new IllegalArgumentException("both ends of a flow have one address family");
        }
    }

    /// The transports that a pinhole can be for.
    public enum Transport {
        UDP,
        TCP
    }

    /// Whoever sends: the source policy `any` (PIN-2), for as long as nothing better is known.
    public boolean fromAnyone() {
        return source.isAnyLocalAddress();
    }

    @Override
    public String toString() {
        return transport.name().toLowerCase(java.util.Locale.ROOT)
                + " "
                + (fromAnyone() ? "anyone" : source.getHostAddress())
                + (sourcePort == 0 ? "" : " port " + sourcePort)
                + " -> "
                + destination.getHostAddress()
                + " port "
                + port;
    }
}
