package org.surehop.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Virtual time: one queue of what is still to happen, in milliseconds since the world began.
/// Things due at the same time happen in the order in which they were asked for.
final class World {
    private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

    /// More than any deadline of the configuration; whatever still moves then never rests.
    private static final long MAX_STEPS_PER_CALL = 5_000;

    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    final Chance chance;
    /// One world in four is calm: nothing goes wrong but what users and hops do themselves.
    final boolean calm;
    private long now;
    private long order;
    private long steps;

    private record Due(long at, long order, Runnable deed) {}

    World(long seed) {
        chance = new Chance(seed);
        calm = chance.oneIn(4);
    }

    /// Whether a fault strikes, once in so many times.
    boolean strikes(int oneIn) {
        return !calm && chance.oneIn(oneIn);
    }

    Instant now() {
        return BEGINNING.plusMillis(now);
    }

    long millis() {
        return now;
    }

    static long millisOf(Instant instant) {
        return Duration.between(BEGINNING, instant).toMillis();
    }

    void at(long millis, Runnable deed) {
        queue.add(new Due(Math.max(millis, now), order++, deed));
    }

    void after(long millis, Runnable deed) {
        at(now + millis, deed);
    }

    /// Lets everything happen until nothing is left to do.
    void run(int calls) {
        var most = MAX_STEPS_PER_CALL * (calls + 10L);
        while (!queue.isEmpty()) {
            var due = queue.remove();
            now = due.at();
            due.deed().run();
            steps++;
            Invariant.COMES_TO_REST.require(steps < most, "steps", steps);
        }
    }

    long steps() {
        return steps;
    }
}
