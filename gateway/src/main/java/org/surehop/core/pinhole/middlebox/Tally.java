package org.surehop.core.pinhole.middlebox;

import org.surehop.core.pinhole.OperStatus;

/// What RFC 5190 `midcomStatistics` counts of one kind of rules since the start: requests that
/// failed for what they asked (`incorrect`) or for another reason (`rejected`), and how rules
/// ended.
public record Tally(
        long incorrect, long rejected, long expired, long terminatedOnRequest, long terminated) {
    public static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);

    public Tally plus(Tally other) {
        return new Tally(
                incorrect + other.incorrect,
                rejected + other.rejected,
                expired + other.expired,
                terminatedOnRequest + other.terminatedOnRequest,
                terminated + other.terminated);
    }

    /// One more request refused.
    public static Tally refused(boolean incorrect) {
        return new Tally(incorrect ? 1 : 0, incorrect ? 0 : 1, 0, 0, 0);
    }

    /// So many rules ended that way.
    public static Tally ended(OperStatus how, long rules) {
        return switch (how) {
            case TIMED_OUT -> new Tally(0, 0, rules, 0, 0);
            case TERMINATED_ON_REQUEST -> new Tally(0, 0, 0, rules, 0);
            case TERMINATED -> new Tally(0, 0, 0, 0, rules);
            case RESERVED, ENABLED -> NOTHING;
        };
    }
}
