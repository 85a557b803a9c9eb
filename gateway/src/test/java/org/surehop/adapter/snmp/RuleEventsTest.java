package org.surehop.adapter.snmp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;

/// `midcomUnsolicitedRuleEvent` from what the journal holds.
class RuleEventsTest {
    private static List<ScopedPDU> events(NoticeKind kind, Map<String, String> details) {
        var notice =
                new Notice(
                        Instant.EPOCH,
                        kind,
                        Severity.WARNING,
                        Optional.empty(),
                        Optional.empty(),
                        Reason.LIFETIME_ENDED,
                        details);
        return Notification.ofRules(
                new JournalEntry(1, "boot", notice), Duration.ofSeconds(1), true);
    }

    private static Map<String, String> details(String rules) {
        return Map.of("owner", "ab", "group", "7", "rules", rules, "oper-status", "9");
    }

    @Test
    void tellsOfEachRule() {
        var told = events(NoticeKind.PINHOLE_EXPIRED, details("3 4"));
        assertEquals(2, told.size());
        assertEquals(PDU.INFORM, told.getFirst().getType());
        assertEquals(
                List.of(
                        "1.3.6.1.2.1.1.3.0 = 0:00:01.00",
                        "1.3.6.1.6.3.1.1.4.1.0 = 1.3.6.1.2.1.171.0.1",
                        "1.3.6.1.2.1.171.1.1.3.1.5.2.97.98.7.3 = 9",
                        "1.3.6.1.2.1.171.1.1.3.1.26.2.97.98.7.3 = 0"),
                told.getFirst().getVariableBindings().stream().map(Object::toString).toList());
    }

    @Test
    void tellsOfNoMoreThanACallMayHave() {
        var many = IntStream.rangeClosed(1, 300).mapToObj(String::valueOf);
        var told =
                events(NoticeKind.PINHOLE_EXPIRED, details(many.collect(Collectors.joining(" "))));
        assertEquals(256, told.size());
    }

    @Test
    void saysNothingWithoutRules() {
        assertEquals(List.of(), events(NoticeKind.PINHOLE_EXPIRED, Map.of("flows", "2")));
        assertEquals(List.of(), events(NoticeKind.PINHOLE_EXPIRED, details("")));
        assertEquals(List.of(), events(NoticeKind.PINHOLE_CLOSE, details("3")));
    }
}
