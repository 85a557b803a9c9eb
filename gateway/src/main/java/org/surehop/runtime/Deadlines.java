package org.surehop.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.surehop.core.gateway.Deadline;

/// The pending deadlines, earliest first. Owned by the loop.
final class Deadlines {
    private record Entry(Instant at, long order, Deadline deadline) {}

    private final TreeSet<Entry> byTime =
            new TreeSet<>(Comparator.comparing(Entry::at).thenComparing(Entry::order));
    private final Map<Deadline, Entry> byName = new HashMap<>();
    private long order;

    void set(Deadline deadline, Instant at) {
        cancel(deadline);
        var entry = new Entry(at, ++order, deadline);
        byName.put(deadline, entry);
        byTime.add(entry);
    }

    void cancel(Deadline deadline) {
        var entry = byName.remove(deadline);
        if (entry != null) {
            byTime.remove(entry);
        }
    }

    Optional<Instant> next() {
        return byTime.isEmpty() ? Optional.empty() : Optional.of(byTime.first().at());
    }

    /// Takes the earliest deadline that is due.
    Optional<Deadline> due(Instant now) {
        if (byTime.isEmpty() || byTime.first().at().isAfter(now)) {
            return Optional.empty();
        }
        var entry = byTime.pollFirst();
        byName.remove(entry.deadline());
        return Optional.of(entry.deadline());
    }

    /// Moves all of them: the clock was set.
    void shift(Duration by) {
        var all = Map.copyOf(byName);
        all.forEach((deadline, entry) -> set(deadline, entry.at().plus(by)));
    }

    int size() {
        return byName.size();
    }
}
