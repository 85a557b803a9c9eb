package org.surehop.core.sip;

import java.util.List;
import java.util.Optional;

/// One header row: the long name (compact forms are expanded at the edge) and the unfolded value.
/// Names compare case-insensitively (RFC 3261 §7.3.1).
public record Header(String name, String value) {

    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    public static Optional<String> first(List<Header> headers, String name) {
        return headers.stream().filter(h -> h.is(name)).map(Header::value).findFirst();
    }

    public static List<String> all(List<Header> headers, String name) {
        return headers.stream().filter(h -> h.is(name)).map(Header::value).toList();
    }
}
