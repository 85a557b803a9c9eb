package org.surehop.core.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import org.surehop.core.assurance.HopReport;

/// The last verdicts, for those who subscribe after the call was judged: bounded in number, octets
/// and age.
final class Told {
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long octets;

    private record Kept(Watcher watcher, HopReport report, Instant at) {}

    int size() {
        return kept.size();
    }

    void add(Watcher watcher, HopReport report, Instant now) {
        kept.addLast(new Kept(watcher, report, now));
        octets += report.octets();
    }

    /// The eldest go until there are at most so many, of so many octets.
    void atMost(int entries, long bytes) {
        while (kept.size() > entries || (octets > bytes && !kept.isEmpty())) {
            octets -= kept.removeFirst().report().octets();
        }
    }

    void olderThan(Duration age, Instant now) {
        while (!kept.isEmpty() && !kept.getFirst().at().plus(age).isAfter(now)) {
            octets -= kept.removeFirst().report().octets();
        }
    }

    /// How long the eldest may stay.
    Optional<Duration> rest(Duration age, Instant now) {
        return Optional.ofNullable(kept.peekFirst())
                .map(k -> Duration.between(now, k.at()).plus(age));
    }

    /// The youngest that the subscription is about.
    Optional<HopReport> latest(Watch watch) {
        for (Iterator<Kept> i = kept.descendingIterator(); i.hasNext(); ) {
            var found = i.next();
            var report = found.report();
            if (found.watcher().equals(watch.watcher)
                    && watch.about(report.callId().value(), report.fromTag())) {
                return Optional.of(report);
            }
        }
        return Optional.empty();
    }
}
