package org.surehop.core.disclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// One value of `Proxy-Inspect-Body` (e2m-sec, E2M-1 to E2M-3): the host that shall read, in lower
/// case, and the `Content-ID`s of what it shall read, outer first, without angle brackets.
public record InspectLabel(String host, List<String> contentIds) {
    /// The header, and the name that earlier drafts gave it.
    public static final List<String> HEADERS = List.of("Proxy-Inspect-Body", "Proxy-Required-Body");

    /// The most values that one message may carry, and the most identifiers in one of them.
    public static final int MAX_VALUES = 32;

    public InspectLabel {
        host = host.toLowerCase(Locale.ROOT);
        contentIds = List.copyOf(contentIds);
    }

    /// What came of reading the rows.
    public sealed interface Parsed {
        /// All values of all rows, in order.
        record Labels(List<InspectLabel> labels) implements Parsed {
            public Labels {
                labels = List.copyOf(labels);
            }
        }

        /// Not the grammar; `detail` says what was expected and repeats nothing of the input.
        record Malformed(String detail) implements Parsed {}
    }

    /// Reads the values of all rows of the header. After a comma `cid=` goes on with the same value
    /// and anything else begins a new one (E2M-2).
    public static Parsed parse(List<String> rows) {
        var labels = new ArrayList<InspectLabel>();
        for (var row : rows) {
            switch (new LabelScanner(row, MAX_VALUES - labels.size()).scan()) {
                case Parsed.Labels(var found) -> labels.addAll(found);
                case Parsed.Malformed malformed -> {
                    return malformed;
                }
            }
        }
        return new Parsed.Labels(labels);
    }

    /// Whether this value speaks to that host name (compared without case, RFC 3261 §7.3.1).
    public boolean names(String other) {
        return host.equals(other.toLowerCase(Locale.ROOT));
    }

    /// All identifiers that the values name for one host, in order, each once; empty when none
    /// speaks to it.
    public static List<String> labelledFor(List<InspectLabel> labels, String host) {
        return labels.stream()
                .filter(l -> l.names(host))
                .flatMap(l -> l.contentIds().stream())
                .distinct()
                .toList();
    }

    /// The rows without what names this host (E2M-5, `hide-inspect-policy`). Rows that do not name
    /// it stay as they came.
    public static List<String> rowsWithout(List<String> rows, String host) {
        var kept = new ArrayList<String>();
        for (var row : rows) {
            switch (parse(List.of(row))) {
                case Parsed.Labels(var labels) when labels.stream().anyMatch(l -> l.names(host)) ->
                        labels.stream()
                                .filter(l -> !l.names(host))
                                .map(InspectLabel::toString)
                                .forEach(kept::add);
                case Parsed.Labels _, Parsed.Malformed _ -> kept.add(row);
            }
        }
        return List.copyOf(kept);
    }

    /// The value as we send it: quoted identifiers, one row per host (E2M-1, E2M-3).
    @Override
    public String toString() {
        return host
                + contentIds.stream()
                        .map(c -> "cid=\"" + c + "\"")
                        .collect(Collectors.joining(",", ";", ""));
    }
}
