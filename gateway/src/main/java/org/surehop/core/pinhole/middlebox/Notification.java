package org.surehop.core.pinhole.middlebox;

import java.time.Duration;
import java.util.List;

/// What an agent is told without having asked.
public sealed interface Notification {

    /// STN: the middlebox ends the session. Rules stay (MID-1).
    record SessionEnds(String reason) implements Notification {}

    /// REN: a rule has that much life left from now on; nothing means that it is gone.
    record RuleEvent(long rule, Duration remaining) implements Notification {}

    /// GEN: the same of a whole group.
    record GroupEvent(long group, List<Long> members, Duration remaining) implements Notification {
        public GroupEvent {
            members = List.copyOf(members);
        }
    }
}
