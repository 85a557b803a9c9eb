package org.surehop.core.gateway;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.surehop.core.report.Notice;
import org.surehop.core.report.Reason;

/// What other threads may read: made by the loop now and then, immutable. Counters only grow while
/// the process lives.
public record Snapshot(
        Instant startedAt,
        Instant at,
        long activeCalls,
        long transactions,
        long enabledFlows,
        Map<String, Long> counters,
        Map<String, Long> verdicts,
        Map<Reason, Long> reasons,
        List<Notice> recentDecisions,
        PolicyRules policyRules) {
    public Snapshot {
        counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
        verdicts = Collections.unmodifiableMap(new LinkedHashMap<>(verdicts));
        reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
        recentDecisions = List.copyOf(recentDecisions);
    }

    /// Without policy rules.
    public Snapshot(
            Instant startedAt,
            Instant at,
            long activeCalls,
            long transactions,
            long enabledFlows,
            Map<String, Long> counters,
            Map<String, Long> verdicts,
            Map<Reason, Long> reasons,
            List<Notice> recentDecisions) {
        this(
                startedAt,
                at,
                activeCalls,
                transactions,
                enabledFlows,
                counters,
                verdicts,
                reasons,
                recentDecisions,
                PolicyRules.NONE);
    }
}
