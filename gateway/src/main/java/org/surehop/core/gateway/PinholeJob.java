package org.surehop.core.gateway;

import org.surehop.core.pinhole.RuleSetChange;

/// A change of pinholes under way: for a passage that waits, for a call's upkeep, for a look at its
/// counters, or for its removal.
sealed interface PinholeJob {
    RuleSetChange change();

    Call call();

    record Enabling(RuleSetChange change, Call call, Passage passage) implements PinholeJob {}

    record Upkeep(RuleSetChange change, Call call) implements PinholeJob {}

    record Counting(RuleSetChange change, Call call) implements PinholeJob {}

    record Removing(RuleSetChange change, Call call, int tries) implements PinholeJob {}
}
