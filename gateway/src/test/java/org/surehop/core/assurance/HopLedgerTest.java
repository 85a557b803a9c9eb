package org.surehop.core.assurance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.assurance.VerdictTableTest.hop;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.HopLedger.Outcome;
import org.surehop.core.assurance.Verdict.Level;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.testing.SampleMessages;

class HopLedgerTest {
    private static final Request INVITE = SampleMessages.request(Method.INVITE);

    @Test
    void keepsWhatTrustedHopsAssert() {
        var ledger = accepted(HopLedger.empty(32), report("+a"));
        ledger = accepted(ledger, report("+b", "+c"));
        assertEquals(Set.of(hop("a"), hop("b"), hop("c")), ledger.byHop().keySet());
    }

    @Test
    void untrustedReportCountsForNothing() {
        assertEquals(new Outcome.Untrusted(), HopLedger.empty(32).accept(report("+a"), false));
    }

    @Test
    void sameReportTwiceIsADuplicate() {
        var ledger = accepted(HopLedger.empty(32), report("+a", "-b"));
        assertEquals(new Outcome.Duplicate(), ledger.accept(report("-b"), true));
        assertEquals(new Outcome.Duplicate(), ledger.accept(report(), true));
    }

    @Test
    void negativeBeatsPositiveInEitherOrder() {
        for (var order : List.of(List.of("+a", "-a"), List.of("-a", "+a"), List.of("+a", "!a"))) {
            var first = accepted(HopLedger.empty(32), report(order.getFirst()));
            var second = first.accept(report(order.getLast()), true);
            var ledger = assertInstanceOf(Outcome.Contradiction.class, second).ledger();
            assertFalse(VerdictTable.positive(ledger.byHop().get(hop("a"))));
        }
    }

    @Test
    void holdsMaxHopsAndThenTheCallIsNeverAssured() {
        var full = accepted(HopLedger.empty(2), report("+a", "+b"));
        assertEquals(Level.ASSURED, judge("a, b", full).level());
        var outcome = full.accept(report("+c"), true);
        var ledger = assertInstanceOf(Outcome.TooMany.class, outcome).ledger();
        assertEquals(2, ledger.byHop().size());
        assertEquals(Level.PARTIAL, judge("a, b", ledger).level());
        assertEquals(Reason.UNLISTED_HOP, judge("a, b", ledger).reason());
    }

    @Test
    void aNoIsHeardEvenFromAReportThatIsTooLong() {
        var full = accepted(HopLedger.empty(1), report("+a"));
        var outcome = full.accept(report("+b", "-a"), true);
        var ledger = assertInstanceOf(Outcome.TooMany.class, outcome).ledger();
        assertEquals(Level.MISMATCH, judge("a", ledger).level());
    }

    @Test
    void ledgerWithoutBoundDoesNotExist() {
        assertThrows(IllegalArgumentException.class, () -> HopLedger.empty(0));
    }

    @Test
    void hopRecordToldByTheCalleeStandsInForTheHeader() {
        var ledger = accepted(HopLedger.empty(32), told(List.of(hop("a")), "uas", "+a"));
        var verdict = VerdictTable.judge(Optional.empty(), ledger, Set.of());
        assertEquals(Level.ASSURED, verdict.level());
    }

    @Test
    void hopRecordToldByAProxyCountsForNothing() {
        var ledger = accepted(HopLedger.empty(32), told(List.of(), "+a"));
        var verdict = VerdictTable.judge(Optional.empty(), ledger, Set.of());
        assertEquals(Level.UNVERIFIED, verdict.level());
    }

    @Test
    void headerAndNotifyOfTheCalleeMustNotDiffer() {
        var told = told(List.of(hop("a"), hop("b")), "uas", "+a");
        assertEquals(Level.MISMATCH, judge("a", accepted(HopLedger.empty(32), told)).level());
        var same = told(List.of(hop("a"), hop("gw")), "uas", "+a");
        assertEquals(Level.ASSURED, judge("a", accepted(HopLedger.empty(32), same)).level());
    }

    @Test
    void reportSpeaksOfTheRequestWithItsTupleOnly() {
        var report = report("+a");
        assertTrue(HopLedger.speaksOf(report, INVITE));
        var others =
                List.of(
                        INVITE.toBuilder().callId(new CallId("other")).build(),
                        INVITE.toBuilder()
                                .from(NameAddr.of(SampleMessages.ALICE).withTag("other"))
                                .build(),
                        INVITE.toBuilder().cseq(new CSeq(314_160, Method.INVITE)).build(),
                        INVITE.toBuilder().method(Method.UPDATE).build());
        for (var other : others) {
            assertFalse(HopLedger.speaksOf(report, other), other::toString);
        }
    }

    private static Verdict judge(String rows, HopLedger ledger) {
        return VerdictTable.judge(Optional.of(List.of(rows)), ledger, Set.of(hop("gw")));
    }

    private static HopLedger accepted(HopLedger ledger, HopReport report) {
        return assertInstanceOf(Outcome.Accepted.class, ledger.accept(report, true)).ledger();
    }

    private static HopReport report(String... assertions) {
        return report(Optional.empty(), assertions);
    }

    private static HopReport told(List<Hop> hopRecord, String... assertions) {
        return report(Optional.of(hopRecord), assertions);
    }

    private static HopReport report(Optional<List<Hop>> hopRecord, String... assertions) {
        return new HopReport(
                INVITE.method(),
                INVITE.cseq().number(),
                INVITE.callId(),
                INVITE.from().uri().text(),
                INVITE.from().tag(),
                INVITE.to().uri().text(),
                Instant.EPOCH,
                Arrays.stream(assertions).map(VerdictTableTest::assertion).toList(),
                hopRecord);
    }
}
