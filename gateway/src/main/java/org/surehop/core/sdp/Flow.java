package org.surehop.core.sdp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// One direction of one media flow. `sourcePort` 0 means any: an SDP says where its author
/// receives, not where it sends from (PIN-2). A source that is the unspecified address of its
/// family means anyone. Both addresses are of one family.
public record Flow(
        Transport transport,
        InetAddress source,
        int sourcePort,
        InetAddress destination,
        int port) {
    private static final String ANYONE = "anyone";
    private static final Pattern TOLD =
            Pattern.compile("(udp|tcp) (\\S+)(?: port (\\d{1,5}))? -> (\\S+) port (\\d{1,5})");

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

    /// Whether an end of this flow is that address and port; port 0 is any port. An address is one
    /// value however it is written: `fd00::2` and `fd00:0:0:0:0:0:0:2` are the same.
    public boolean touches(InetAddress address, int atPort) {
        boolean received = destination.equals(address) && (atPort == 0 || atPort == port);
        boolean sent = source.equals(address) && (atPort == 0 || atPort == sourcePort);
        return received || sent;
    }

    /// Reads what {@link #toString} wrote; empty where it is something else.
    public static Optional<Flow> told(String text) {
        var parts = TOLD.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            var to = InetAddress.ofLiteral(parts.group(4));
            var any = to instanceof Inet6Address ? "::" : "0.0.0.0";
            var from = parts.group(2).equals(ANYONE) ? any : parts.group(2);
            var fromPort = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
            return Optional.of(
                    new Flow(
                            Transport.valueOf(parts.group(1).toUpperCase(Locale.ROOT)),
                            InetAddress.ofLiteral(from),
                            fromPort,
                            to,
                            Integer.parseInt(parts.group(5))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return transport.name().toLowerCase(Locale.ROOT)
                + " "
                + (fromAnyone() ? ANYONE : source.getHostAddress())
                + (sourcePort == 0 ? "" : " port " + sourcePort)
                + " -> "
                + destination.getHostAddress()
                + " port "
                + port;
    }
}
