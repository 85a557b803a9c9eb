package org.surehop.adapter.pcp;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The server's time since it last lost its state, as it tells it in each reply (RFC 6887 §8.5). A
/// server that went back, or whose time runs unlike ours, has forgotten our mappings.
final class Epoch {
    private static final long TOLERATED = 2;

    private Optional<Heard> last = Optional.empty();

    private record Heard(Instant at, long seconds) {}

    /// Takes one in; true when the server has lost its state since the one before.
    boolean lostBy(Instant now, long seconds) {
        var before = last;
        last = Optional.of(new Heard(now, seconds));
        return before.filter(b -> !follows(b, now, seconds)).isPresent();
    }

    private static boolean follows(Heard before, Instant now, long seconds) {
        if (seconds < before.seconds() - 1) {
            return false;
        }
        long here = Duration.between(before.at(), now).toSeconds();
        long there = seconds - before.seconds();
        return here + TOLERATED >= there - there / 16 && there + TOLERATED >= here - here / 16;
    }
}
