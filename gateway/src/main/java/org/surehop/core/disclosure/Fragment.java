package org.surehop.core.disclosure;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// A `message/sipfrag` (RFC 3420): some header rows of a message, as somebody signed them. Compact
/// names are made long; a start line is passed over.
record Fragment(List<Header> rows) {
    private static final int MOST_ROWS = 128;
    private static final List<String> MONTHS =
            List.of(
                    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                    "Dec");
    private static final Map<String, String> COMPACT =
            Map.of(
                    "f",
                    "From",
                    "t",
                    "To",
                    "i",
                    "Call-ID",
                    "m",
                    "Contact",
                    "k",
                    "Supported",
                    "s",
                    "Subject");

    Fragment {
        rows = List.copyOf(rows);
    }

    static Fragment of(Octets octets) {
        var rows = new ArrayList<Header>();
        for (var line : new String(octets.toArray(), StandardCharsets.UTF_8).lines().toList()) {
            if (line.isEmpty() || rows.size() == MOST_ROWS) {
                break;
            }
            var colon = line.indexOf(':');
            var name = colon < 0 ? "" : line.substring(0, colon).strip();
            if (line.startsWith(" ") || line.startsWith("\t")) {
                unfold(rows, line.strip());
            } else if (!name.isEmpty() && !name.contains(" ")) {
                var full = COMPACT.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), name);
                rows.add(new Header(full, line.substring(colon + 1).strip()));
            }
        }
        return new Fragment(rows);
    }

    private static void unfold(List<Header> rows, String more) {
        if (!rows.isEmpty()) {
            var last = rows.removeLast();
            rows.add(new Header(last.name(), last.value() + " " + more));
        }
    }

    /// The value, if the header is there exactly once.
    Optional<String> only(String name) {
        var all = Header.all(rows, name);
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    boolean has(String name) {
        return rows.stream().anyMatch(h -> h.is(name));
    }

    /// The URI of a header that holds an address.
    Optional<String> uri(String name) {
        return only(name).map(Fragment::address);
    }

    private static String address(String value) {
        var open = value.indexOf('<');
        var close = value.indexOf('>', open + 1);
        return open >= 0 && close > open
                ? value.substring(open + 1, close)
                : value.split(";", 2)[0].strip();
    }

    /// When it was made (RFC 3261 §20.17, the form of RFC 1123); empty when that is no date.
    Optional<Instant> date() {
        return only("Date").flatMap(Fragment::instant);
    }

    private static Optional<Instant> instant(String value) {
        var words = value.replace(',', ' ').strip().split("\\s+", -1);
        if (words.length != 6 || !words[5].equals("GMT")) {
            return Optional.empty();
        }
        var time = words[4].split(":", -1);
        try {
            return Optional.of(
                    LocalDateTime.of(
                                    Integer.parseInt(words[3]),
                                    MONTHS.indexOf(words[2]) + 1,
                                    Integer.parseInt(words[1]),
                                    Integer.parseInt(time[0]),
                                    Integer.parseInt(time[1]),
                                    Integer.parseInt(time[2]))
                            .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException | NumberFormatException | ArrayIndexOutOfBoundsException _) {
            return Optional.empty();
        }
    }
}
