package org.surehop.core.gateway;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth;

/// What management reads at one moment, immutable: the loop's snapshot, the health of each part,
/// how many notices of each kind this run has reported, and the latest decisions (oldest first, at
/// most 64) as the journal holds them.
public record Status(
        Box box,
        Snapshot snapshot,
        List<PartHealth> parts,
        Map<NoticeKind, Long> notices,
        List<JournalEntry> decisions) {
    public Status {
        parts = List.copyOf(parts);
        var kinds = new EnumMap<NoticeKind, Long>(NoticeKind.class);
        kinds.putAll(notices);
        notices = Collections.unmodifiableMap(kinds);
        decisions = List.copyOf(decisions);
    }

    /// Which gateway speaks: configured id, public host name, software version, and this run.
    public record Box(String id, String name, String version, String bootId) {}

    /// The worst state of all parts that are switched on.
    public PartHealth.State state() {
        return parts.stream()
                .map(PartHealth::state)
                .filter(s -> s != PartHealth.State.OFF)
                .max(Enum::compareTo)
                .orElse(PartHealth.State.UP);
    }
}
