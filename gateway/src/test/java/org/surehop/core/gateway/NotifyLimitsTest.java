package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Notifying;
import org.surehop.core.config.Peer;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Request;
import org.surehop.sim.SimSettings;

/// What a flood of NOTIFYs may cost, and what it may not (POL-95, POL-99).
class NotifyLimitsTest {
    private static final int ALLOWED = 10;
    private static final int MAX_HOPS = 4;

    private Scene scene = scene(Notifying.Excess.ANSWER, 1 << 20);

    private static Scene scene(Notifying.Excess excess, int evidence) {
        var notifying =
                new Notifying(
                        Notifying.EndReason.NORESOURCE,
                        excess,
                        ALLOWED,
                        evidence,
                        Duration.ofSeconds(60));
        return new Scene(
                new SimSettings(true, false, 20_000, MAX_HOPS)
                        .config(Assurance.OnMismatch.REPORT, Peer.Notify.EXPLICIT, notifying));
    }

    /// A request that is on its way, as the callee sees it.
    private Request asked(String callId) {
        scene.fromCaller(Scene.request("MESSAGE", callId));
        return scene.atCallee("MESSAGE");
    }

    private static HopReport yes(Request seen) {
        return VerdictsTest.report(seen, VerdictsTest.PROXY);
    }

    /// A report about another request than its NOTIFY says.
    private HopReport lie() {
        return VerdictsTest.report(Scene.request("MESSAGE", "other"), VerdictsTest.PROXY);
    }

    private int forged(Request seen) {
        return scene.notified(seen, lie(), Optional.empty());
    }

    private int elsewhere(Request seen) {
        return scene.notified(Scene.CALLER, seen, yes(seen), Optional.empty());
    }

    private static Request unknown(Request seen) {
        return seen.toBuilder()
                .from(seen.from())
                .callId(new org.surehop.core.sip.CallId("x"))
                .build();
    }

    private int unmatched(Request seen) {
        return scene.notified(unknown(seen), yes(seen), Optional.empty());
    }

    @Test
    void aRequestHasAtMostSoManyReports() {
        var seen = asked("n1");
        for (int i = 0; i < MAX_HOPS; i++) {
            assertEquals(200, scene.notified(seen, yes(seen), Optional.empty()));
        }
        assertEquals(500, scene.notified(seen, yes(seen), Optional.empty()));
        var reads = scene.effects.stream().filter(Effect.ReadHopReport.class::isInstance).count();
        assertEquals(MAX_HOPS, reads);
    }

    @Test
    void whatFitsNothingIsAllowedSoOftenInASecondAndThenPutOff() {
        var seen = asked("n2");
        for (int i = 0; i < ALLOWED; i++) {
            assertEquals(481, unmatched(seen));
        }
        assertEquals(500, unmatched(seen));
        scene.pass(Duration.ofMillis(150));
        assertEquals(481, unmatched(seen));
        assertEquals(500, unmatched(seen));
        scene.pass(Duration.ofSeconds(1));
        assertEquals(481, unmatched(seen));
    }

    @Test
    void tellsToComeLaterWithRetryAfterAndNeverBy503() {
        var seen = asked("n3");
        IntStream.range(0, ALLOWED).forEach(_ -> unmatched(seen));
        scene.forget();
        scene.fromCallee(
                Scene.back(unknown(seen), "NOTIFY", 99, "hop").toBuilder()
                        .require(List.of())
                        .proxyRequire(List.of())
                        .add("Event", "e2e-sec;id=1")
                        .build());
        assertEquals(Optional.of("10"), scene.calleeGets(500).header("Retry-After"));
    }

    @Test
    void saysNothingAtAllWherePolicyDropsIt() {
        scene = scene(Notifying.Excess.DROP, 1 << 20);
        var seen = asked("n4");
        IntStream.range(0, ALLOWED).forEach(_ -> unmatched(seen));
        scene.forget();
        assertThrows(NoSuchElementException.class, () -> unmatched(seen));
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    @Test
    void oneSourceDoesNotUseUpTheAllowanceOfAnother() {
        var seen = asked("n5");
        IntStream.range(0, 3 * ALLOWED).forEach(_ -> unmatched(seen));
        assertEquals(481, elsewhere(seen));
    }

    @Test
    void aGoodCallIsHeardOnTheConnectionOfAFlood() {
        var bad = asked("n6");
        IntStream.range(0, 100).forEach(_ -> forged(bad));
        var good = asked("n7");
        assertEquals(200, scene.notified(good, yes(good), Optional.empty()));
        scene.answers(good, 200, b -> b.add("Hop-Record", VerdictsTest.PROXY.toString()));
        assertEquals("ASSURED", verdict("n7"));
    }

    @Test
    void aRequestThatAForgerSpeaksOfWaitsWhileHeGoesOn() {
        var first = asked("n8");
        forged(first);
        var other = asked("n9");
        IntStream.range(0, ALLOWED).forEach(_ -> unmatched(other));
        assertEquals(500, scene.notified(first, yes(first), Optional.empty()));
        scene.pass(Duration.ofSeconds(1));
        assertEquals(200, scene.notified(first, yes(first), Optional.empty()));
    }

    @Test
    void forgeriesAreToldAsOftenAsTheAllowanceSays() {
        for (int i = 0; i < 50; i++) {
            var seen = asked("f" + i);
            IntStream.range(0, 3).forEach(_ -> elsewhere(seen));
        }
        assertEquals(ALLOWED, scene.notices(NoticeKind.FORGED_NOTIFY).size());
    }

    @Test
    void whatHopsHaveToldIsBoundedInAllAndGivenBack() {
        scene = scene(Notifying.Excess.ANSWER, 64 << 10);
        var full = 0;
        for (int i = 0; i < 200; i++) {
            var seen = asked("e" + i);
            full += scene.notified(seen, wordy(seen), Optional.empty()) == 500 ? 1 : 0;
            scene.answers(seen, 200, b -> b.add("Hop-Record", "silent.example"));
        }
        assertTrue(full > 0, "some were put off");
        assertTrue(scene.gateway.evidence() <= (64 << 10) + 4_096, "at most one report above");
        assertTrue(scene.gateway.evidence() > 32 << 10, "and not far below");
        scene.pass(Duration.ofMinutes(3));
        assertEquals(0, scene.gateway.evidence());
        scene.nothingIsRemembered();
    }

    /// A report with long words.
    private static HopReport wordy(Request seen) {
        var word = "x".repeat(255);
        var channel = new HopAssertion.Channel("tls", word, word, word, word);
        var hop =
                new HopAssertion(
                        Hop.of("wordy.example", 0),
                        HopAssertion.Role.PROXY,
                        true,
                        "",
                        channel,
                        channel);
        return new HopReport(
                seen.method(),
                seen.cseq().number(),
                seen.callId(),
                seen.from().uri().text(),
                seen.from().tag(),
                seen.to().uri().text(),
                Instant.EPOCH,
                List.of(hop),
                Optional.empty());
    }

    // 10,000 requests, each with 100 forged NOTIFYs: of all sorts, from both sides.
    @Test
    void aMillionForgedNotifiesLeaveNothingBehindAndGoodCallsAssured() {
        for (int i = 0; i < 10_000; i++) {
            var seen = asked("q" + i);
            for (int n = 0; n < 100; n++) {
                switch (n % 3) {
                    case 0 -> forged(seen);
                    case 1 -> elsewhere(seen);
                    default -> unmatched(seen);
                }
            }
            scene.answers(seen, 200, b -> b.add("Hop-Record", "p9.example.net"));
            if (i % 500 == 0) {
                goodCall("good" + i);
                // Half a minute later the first of them are forgotten.
                scene.pass(Duration.ofSeconds(70));
                bounded(1_000);
            }
            scene.effects.clear();
            scene.forget();
        }
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
        assertEquals(0, scene.gateway.evidence());
    }

    private void goodCall(String callId) {
        var good = asked(callId);
        assertEquals(200, scene.notified(good, yes(good), Optional.empty()));
        scene.answers(good, 200, b -> b.add("Hop-Record", VerdictsTest.PROXY.toString()));
        assertEquals("ASSURED", verdict(callId));
    }

    private void bounded(int most) {
        scene.gateway.remembered().forEach((t, size) -> assertTrue(size <= most, t + " " + size));
    }

    private String verdict(String callId) {
        return scene.notices(NoticeKind.VERDICT).stream()
                .filter(n -> n.call().orElseThrow().callId().value().equals(callId))
                .map(n -> n.details().get("verdict"))
                .findFirst()
                .orElse("none");
    }
}
