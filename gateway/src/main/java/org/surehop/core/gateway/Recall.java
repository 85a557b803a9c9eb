package org.surehop.core.gateway;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What is remembered by name until a time, and no more of it than is allowed.
final class Recall<V> {
    private final Map<String, Entry<V>> entries = new LinkedHashMap<>();

    private record Entry<V>(V value, Instant until) {}

    Optional<V> get(String name, Instant now) {
        return Optional.ofNullable(entries.get(name))
                .filter(e -> e.until().isAfter(now))
                .map(Entry::value);
    }

    /// False when `most` others are remembered already; then nothing has changed.
    boolean put(String name, V value, Instant until, int most) {
        if (!entries.containsKey(name) && entries.size() >= most) {
            return false;
        }
        entries.remove(name);
        entries.put(name, new Entry<>(value, until));
        return true;
    }

    void forget(String name) {
        entries.remove(name);
    }

    void forget(Instant now) {
        entries.values().removeIf(e -> !e.until().isAfter(now));
    }

    /// When the first of them is over.
    Optional<Instant> next() {
        return entries.values().stream().map(Entry::until).min(Instant::compareTo);
    }

    int size() {
        return entries.size();
    }
}
