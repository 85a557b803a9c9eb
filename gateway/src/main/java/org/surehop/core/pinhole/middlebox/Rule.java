package org.surehop.core.pinhole.middlebox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.surehop.core.sdp.Flow;

/// A policy rule that is there (MID-2); one that is not is unused. `group` and `owner` never change
/// (MID-5).
public record Rule(long id, long group, String owner, Action action, Instant ends) {

    /// What the rule does.
    public sealed interface Action {
        /// RESERVED: book-keeping, nothing passes (MID-9, MID-35).
        record Keep(Reservation wanted) implements Action {}

        /// ENABLED: `flows` are open.
        record Open(Terms terms, List<Flow> flows) implements Action {
            public Open {
                flows = List.copyOf(flows);
            }
        }
    }

    /// What is open for this rule.
    public List<Flow> flows() {
        return switch (action) {
            case Action.Keep _ -> List.of();
            case Action.Open(_, var flows) -> flows;
        };
    }

    Rule until(Instant other) {
        return new Rule(id, group, owner, action, other);
    }

    /// Never less than nothing.
    Duration remaining(Instant now) {
        return ends.isAfter(now) ? Duration.between(now, ends) : Duration.ZERO;
    }
}
