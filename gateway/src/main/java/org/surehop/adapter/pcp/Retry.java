package org.surehop.adapter.pcp;

import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;

/// When one message is sent again (RFC 6887 §8.1.1): first after 3 s, then twice as late each time
/// up to 1024 s, each with a tenth of chance. How often and how long is for who asks: a change
/// ends by its deadline, a mapping by its lifetime.
///
/// @param interval what the next one is made from
record Retry(Duration interval, Instant due) {
    private static final Duration IRT = Duration.ofSeconds(3);
    private static final Duration MRT = Duration.ofSeconds(1024);

    static Retry first(Instant now, DoubleSupplier chance) {
        return of(IRT, now, chance);
    }

    Retry next(Instant now, DoubleSupplier chance) {
        var longer = interval.multipliedBy(2);
        return of(longer.compareTo(MRT) > 0 ? MRT : longer, now, chance);
    }

    /// RAND is from -0.1 to 0.1.
    private static Retry of(Duration wait, Instant now, DoubleSupplier chance) {
        var millis = (long) (wait.toMillis() * (0.9 + 0.2 * chance.getAsDouble()));
        return new Retry(Duration.ofMillis(millis), now.plusMillis(millis));
    }
}
