package org.surehop.core.gateway;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Leg;

/// Counts what happens and tells it. Every refusal passes here, so none goes without a counter
/// and a notice.
final class Reporter {
    private static final int RECENT = 64;

    private final Map<String, Long> counters = new TreeMap<>();
    private final Map<String, Long> verdicts = new TreeMap<>();
    private final Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    private final Deque<Notice> recent = new ArrayDeque<>();

    void count(String name) {
        counters.merge(name, 1L, Long::sum);
    }

    void count(String name, long more) {
        counters.merge(name, more, Long::sum);
    }

    void verdict(String level) {
        verdicts.merge(level, 1L, Long::sum);
    }

    void tell(Turn turn, What what, Optional<CallKey> call, Optional<Leg> leg) {
        tell(turn, what, call, leg, Map.of());
    }

    void tell(
            Turn turn,
            What what,
            Optional<CallKey> call,
            Optional<Leg> leg,
            Map<String, String> details) {
        var notice =
                new Notice(
                        turn.now(),
                        what.kind(),
                        what.severity(),
                        call,
                        leg,
                        what.reason(),
                        details);
        count("notice." + what.kind().wireName());
        if (what.reason() != Reason.NONE) {
            reasons.merge(what.reason(), 1L, Long::sum);
        }
        if (decision(what.kind())) {
            recent.addLast(notice);
            if (recent.size() > RECENT) {
                recent.removeFirst();
            }
        }
        turn.emit(new Effect.Report(notice));
    }

    /// What is told: kind, weight and reason.
    record What(NoticeKind kind, Severity severity, Reason reason) {}

    private static boolean decision(NoticeKind kind) {
        return switch (kind) {
            case VERDICT, VERDICT_CHANGED, CALL_REFUSED, E2E_SEC_REJECTED -> true;
            default -> false;
        };
    }

    Map<String, Long> counters() {
        return counters;
    }

    Snapshot snapshot(Instant startedAt, Instant at, long[] gauges, PolicyRules rules) {
        return new Snapshot(
                startedAt,
                at,
                gauges[0],
                gauges[1],
                gauges[2],
                counters,
                verdicts,
                reasons,
                List.copyOf(recent),
                rules);
    }
}
