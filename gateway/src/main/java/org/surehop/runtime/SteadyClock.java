package org.surehop.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The time that the gateway lives by: it starts at the system's time and runs steadily, so that
/// a corrected system clock (a box without a battery learns the time late) fires no timer early.
/// The loop takes a correction over with [#resync] and moves its deadlines by the same amount.
/// Any thread may read it.
public final class SteadyClock implements InstantSource {
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    private final InstantSource system;
    private final long startedNanos = System.nanoTime();
    private volatile Instant base;

    public SteadyClock(InstantSource system) {
        this.system = system;
        this.base = system.instant();
    }

    @Override
    public Instant instant() {
        return base.plusNanos(System.nanoTime() - startedNanos);
    }

    /// Adopts the system's time when it has been set; says by how much this clock has moved.
    Duration resync() {
        var drift = Duration.between(instant(), system.instant());
        if (drift.abs().compareTo(TOLERANCE) <= 0) {
            return Duration.ZERO;
        }
        base = base.plus(drift);
        return drift;
    }
}
