package org.surehop.core.sdp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sdp.SdpLines.Line;

/// `IN IP4 192.0.2.1` and `IN IP6 2001:db8::1`: plain literals, nothing that another reader could
/// take for a different address.
final class SdpAddress {
    private SdpAddress() {}

    /// Reads the three fields that begin at `from`; there must be no fourth.
    static InetAddress read(Line line, List<String> fields, int from) throws SdpRefusal {
        if (fields.size() != from + 3 || !fields.get(from).equals("IN")) {
            throw refusal(line, SdpProblem.Kind.BAD_SYNTAX, "expected IN IP4|IP6 ADDRESS");
        }
        var literal = fields.get(from + 2);
        var address =
                switch (fields.get(from + 1)) {
                    case "IP4" -> ip4(line, literal);
                    case "IP6" -> ip6(line, literal);
                    default ->
                            throw refusal(
                                    line, SdpProblem.Kind.BAD_SYNTAX, "address type not known");
                };
        if (address.isMulticastAddress()) {
            throw refusal(line, SdpProblem.Kind.MULTICAST, "a multicast address");
        }
        return address;
    }

    /// Reads an address without a declared type; empty when it is a name.
    static Optional<InetAddress> literal(Line line, String text) throws SdpRefusal {
        boolean six = text.indexOf(':') >= 0;
        boolean four = !text.isEmpty() && text.chars().allMatch(c -> c == '.' || isDigit(c));
        if (!six && !four) {
            var refusal = notLiteral(line, text);
            if (refusal.problem().kind() == SdpProblem.Kind.NAME) {
                return Optional.empty();
            }
            throw refusal;
        }
        var address = six ? ip6(line, text) : ip4(line, text);
        if (address.isMulticastAddress()) {
            throw refusal(line, SdpProblem.Kind.MULTICAST, "a multicast address");
        }
        return Optional.of(address);
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static InetAddress ip4(Line line, String literal) throws SdpRefusal {
        var host = withoutTtl(literal);
        if (host.chars().anyMatch(c -> c != '.' && (c < '0' || c > '9'))) {
            throw notLiteral(line, host);
        }
        // `127.1` and `010.0.0.1` mean different things to different readers.
        var parts = SdpText.split(host, '.');
        if (parts.size() != 4 || !parts.stream().allMatch(SdpAddress::isOctet)) {
            throw refusal(line, SdpProblem.Kind.BAD_ADDRESS, "not four numbers of 0 to 255");
        }
        var address = InetAddress.ofLiteral(host);
        if (!host.equals(literal) && !address.isMulticastAddress()) {
            throw refusal(line, SdpProblem.Kind.BAD_ADDRESS, "TTL on a unicast address");
        }
        return address;
    }

    private static boolean isOctet(String part) {
        return !part.isEmpty()
                && part.length() <= 3
                && (part.length() == 1 || part.charAt(0) != '0')
                && Integer.parseInt(part) <= 255;
    }

    private static InetAddress ip6(Line line, String literal) throws SdpRefusal {
        var host = withoutTtl(literal);
        if (host.indexOf(':') < 0) {
            throw notLiteral(line, host);
        }
        boolean plain =
                host.chars().allMatch(c -> c == ':' || c == '.' || Character.digit(c, 16) >= 0);
        InetAddress address;
        try {
            address = plain ? InetAddress.ofLiteral(host) : null;
        } catch (IllegalArgumentException e) {
            address = null;
        }
        // An IPv4-mapped literal comes back as IPv4 (PIN-28).
        if (!(address instanceof Inet6Address ip6)) {
            throw refusal(line, SdpProblem.Kind.BAD_ADDRESS, "not a plain IPv6 address");
        }
        if (!host.equals(literal) && !ip6.isMulticastAddress()) {
            throw refusal(line, SdpProblem.Kind.BAD_ADDRESS, "a slash after a unicast address");
        }
        return ip6;
    }

    private static String withoutTtl(String literal) {
        int slash = literal.indexOf('/');
        return slash < 0 ? literal : literal.substring(0, slash);
    }

    private static SdpRefusal notLiteral(Line line, String host) {
        boolean name =
                !host.isEmpty() && host.chars().allMatch(c -> SdpText.isTokenChar(c) || c == '.');
        return name
                ? refusal(line, SdpProblem.Kind.NAME, "a host name instead of an address")
                : refusal(line, SdpProblem.Kind.BAD_ADDRESS, "not an address");
    }

    private static SdpRefusal refusal(Line line, SdpProblem.Kind kind, String detail) {
        return new SdpRefusal(kind, line.number(), detail);
    }
}
