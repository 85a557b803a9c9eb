package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.core.sdp.Connecting.Path;
import org.surehop.core.sdp.Connecting.Setup;
import org.surehop.core.sdp.SdpLines.Line;

/// The connection attributes of one section while its lines are read.
final class ConnectingLines {
    /// Where MSRP listens unless the URI says otherwise (RFC 4975 §15.4).
    private static final int MSRP_PORT = 2855;

    private @Nullable Setup setup;
    private @Nullable Boolean existing;
    private @Nullable Path path;

    /// Takes `a=NAME:VALUE`; false when the attribute is none of a connection.
    boolean take(Line line, String name, String value) throws SdpRefusal {
        switch (name) {
            case "setup" -> {
                SdpSection.once(line, setup);
                setup = setup(line, value);
            }
            case "connection" -> {
                SdpSection.once(line, existing);
                if (!value.equals("new") && !value.equals("existing")) {
                    throw syntax(line, "expected new or existing");
                }
                existing = value.equals("existing");
            }
            case "path" -> {
                SdpSection.once(line, path);
                path = path(line, value);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    Connecting finished(ConnectingLines session) {
        return new Connecting(
                Optional.ofNullable(setup != null ? setup : session.setup),
                Boolean.TRUE.equals(existing != null ? existing : session.existing),
                Optional.ofNullable(path));
    }

    private static Setup setup(Line line, String value) throws SdpRefusal {
        for (var one : Setup.values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(value)) {
                return one;
            }
        }
        throw syntax(line, "expected active, passive, actpass or holdconn");
    }

    /// `msrps://[USER@]HOST[:PORT]/SESSION;tcp`, perhaps several with a space between.
    private static Path path(Line line, String value) throws SdpRefusal {
        var uris = SdpText.split(value, ' ');
        var first = uris.getFirst();
        int from = first.startsWith("msrp://") ? 7 : first.startsWith("msrps://") ? 8 : -1;
        int to = from < 0 ? -1 : first.indexOf('/', from);
        if (to < 0 || uris.contains("")) {
            throw syntax(line, "expected MSRP URIs");
        }
        var authority = first.substring(Math.max(from, first.lastIndexOf('@', to) + 1), to);
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (authority.startsWith("[") && end == 0) {
            throw syntax(line, "an IPv6 address without its end");
        }
        var host = end < 0 ? authority : authority.substring(0, end);
        var rest = end < 0 ? "" : authority.substring(end);
        int port = rest.isEmpty() ? MSRP_PORT : SdpText.number(rest.substring(1));
        if (port < 1 || port > 65_535 || !(rest.isEmpty() || rest.startsWith(":"))) {
            throw new SdpRefusal(SdpProblem.Kind.BAD_PORT, line.number(), "not a port of MSRP");
        }
        var literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        // Over anything but TCP no pinhole can be made: as good as a name.
        var address =
                first.toLowerCase(Locale.ROOT).endsWith(";tcp")
                        ? SdpAddress.literal(line, literal)
                        : Optional.<InetAddress>empty();
        return new Path(address, port, uris.size() > 1);
    }

    private static SdpRefusal syntax(Line line, String detail) {
        return new SdpRefusal(SdpProblem.Kind.BAD_SYNTAX, line.number(), detail);
    }
}
