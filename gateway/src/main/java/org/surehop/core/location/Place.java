package org.surehop.core.location;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a location object says (PIDF-LO): the point that stands for its shape (a circle's centre, a
/// polygon's centre of surface), the elements of its civic address, and until when anybody may keep
/// it. Where somebody is shows in no text of it.
public record Place(
        Optional<GeoPoint> point, Map<String, String> civic, Optional<Instant> expires) {
    public Place {
        civic = plain(civic);
    }

    static Map<String, String> plain(Map<String, String> elements) {
        return elements.entrySet().stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                e -> e.getKey().toUpperCase(Locale.ROOT),
                                e ->
                                        e.getValue()
                                                .strip()
                                                .replaceAll("\\s+", " ")
                                                .toLowerCase(Locale.ROOT),
                                (one, _) -> one));
    }

    /// Whether it may be used at that time (RFC 4119 §2.2.2).
    public boolean current(Instant now) {
        return expires.filter(e -> !e.isAfter(now)).isEmpty();
    }

    @Override
    public String toString() {
        return "Place[...]";
    }
}
