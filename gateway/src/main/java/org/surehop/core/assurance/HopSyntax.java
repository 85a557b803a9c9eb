package org.surehop.core.assurance;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.surehop.core.sip.Hop;

/// The superset grammar of one `Hop-Record` entry (POL-60). Every pattern here runs in linear time.
public final class HopSyntax {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9.!%*_+`'~-]++");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final String VALUE =
            "(?:[A-Za-z0-9.!%*_+`'~:\\[\\]-]++|\"(?:[^\"\\\\]|\\\\.)*+\")";
    private static final Pattern PARAMETERS =
            Pattern.compile(
                    "(?:\\s*+;\\s*+" + TOKEN + "\\s*+(?:=\\s*+" + VALUE + "\\s*+)?+)*+\\s*+");

    private HopSyntax() {}

    /// One entry: host, `host:port`, URI or name-addr, with parameters; empty when it is none.
    public static Optional<Hop> hop(String entry) {
        var value = entry.strip();
        if (value.length() > 512) {
            return Optional.empty();
        }
        var open = afterDisplayName(value);
        if (open < 0) {
            return Optional.empty();
        }
        if (open < value.length() && value.charAt(open) == '<') {
            var close = value.indexOf('>', open);
            if (close < 0 || !parameters(value.substring(close + 1))) {
                return Optional.empty();
            }
            return uri(value.substring(open + 1, close).strip(), true);
        }
        return bare(value);
    }

    /// The entries of one row, at most `most`; an empty list when there are more, or when quotes
    /// or angle brackets do not close. Commas in either do not divide.
    static List<String> split(String row, int most) {
        var entries = new ArrayList<String>();
        var scan = new Scan();
        int start = 0;
        for (int i = 0; i < row.length(); i++) {
            if (scan.next(row.charAt(i))) {
                entries.add(row.substring(start, i));
                start = i + 1;
            }
            if (entries.size() >= most) {
                return List.of();
            }
        }
        entries.add(row.substring(start));
        return scan.open() ? List.of() : entries;
    }

    private static int afterDisplayName(String value) {
        if (value.startsWith("\"")) {
            int end = 1;
            while (end < value.length() && value.charAt(end) != '"') {
                end += value.charAt(end) == '\\' ? 2 : 1;
            }
            var open = value.indexOf('<', Math.min(end, value.length()));
            return open >= 0 && value.substring(end + 1, open).isBlank() ? open : -1;
        }
        var open = value.indexOf('<');
        if (open <= 0) {
            return Math.max(open, 0);
        }
        for (var word : value.substring(0, open).strip().split("\\s+", -1)) {
            if (!TOKEN.matcher(word).matches()) {
                return -1;
            }
        }
        return open;
    }

    private static Optional<Hop> bare(String value) {
        // Without angle brackets every parameter is the header's (RFC 3261 §20).
        var end = value.indexOf(';');
        var head = (end < 0 ? value : value.substring(0, end)).strip();
        if (end >= 0 && !parameters(value.substring(end))) {
            return Optional.empty();
        }
        var lower = head.toLowerCase(Locale.ROOT);
        if (lower.startsWith("sip:") || lower.startsWith("sips:")) {
            return uri(head, false);
        }
        return hostPort(head);
    }

    private static Optional<Hop> uri(String uri, boolean enclosed) {
        var lower = uri.toLowerCase(Locale.ROOT);
        int from = lower.startsWith("sip:") ? 4 : lower.startsWith("sips:") ? 5 : -1;
        if (from < 0 || uri.chars().anyMatch(c -> c <= ' ' || c == '<' || c == '"' || c > '~')) {
            return Optional.empty();
        }
        // The user part may hold ';' and '?', so it goes first; '@' is escaped everywhere else.
        var rest = uri.substring(Math.max(from, uri.indexOf('@') + 1));
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != ';' && rest.charAt(end) != '?') {
            end++;
        }
        if (!enclosed && end < rest.length()) {
            return Optional.empty();
        }
        return hostPort(rest.substring(0, end));
    }

    private static Optional<Hop> hostPort(String text) {
        var close = text.startsWith("[") ? text.indexOf(']') : 0;
        if (close < 0) {
            return Optional.empty();
        }
        var colon = text.indexOf(':', close);
        var host = (colon < 0 ? text : text.substring(0, colon)).strip();
        var port = colon < 0 ? "5061" : text.substring(colon + 1).strip();
        if (!host(host) || !PORT.matcher(port).matches()) {
            return Optional.empty();
        }
        var number = Integer.parseInt(port);
        return number < 1 || number > 65_535 ? Optional.empty() : Optional.of(Hop.of(host, number));
    }

    private static boolean host(String host) {
        if (!host.startsWith("[")) {
            return host.length() <= 255 && HOST.matcher(host).matches() && !host.contains("..");
        }
        if (!host.endsWith("]")) {
            return false;
        }
        var inner = host.substring(1, host.length() - 1);
        if (!IPV6.matcher(inner).matches() || inner.indexOf(':') < 0) {
            return false;
        }
        try {
            return InetAddress.ofLiteral(inner) != null;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean parameters(String text) {
        return PARAMETERS.matcher(text).matches();
    }

    /// Follows quotes and angle brackets, and says where a comma divides.
    private static final class Scan {
        private boolean quoted;
        private boolean escaped;
        private boolean angled;

        boolean next(char c) {
            if (escaped) {
                escaped = false;
            } else if (quoted) {
                escaped = c == '\\';
                quoted = c != '"';
            } else if (angled) {
                angled = c != '>';
            } else {
                quoted = c == '"';
                angled = c == '<';
                return c == ',';
            }
            return false;
        }

        boolean open() {
            return quoted || angled || escaped;
        }
    }
}
