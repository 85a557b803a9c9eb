package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Demands;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.sim.SimSettings;

/// How many private-key operations a user and a peer may cause (R-SEC-9).
class KeyBudgetTest {
    private static final Demands FEW = new Demands(Demands.SrtpKeys.REPORT, 2, 5);
    private static final Instant NOW = Instant.EPOCH;

    private final KeyBudget budget = new KeyBudget();

    private int take(Instant now, String user, int wanted) {
        return budget.take(now, new KeyBudget.Payer(user, "peer"), wanted, FEW);
    }

    @Test
    void givesTwoSecondsWorthAtOnceAndThenTheRate() {
        assertEquals(2, take(NOW, "a", 2));
        assertEquals(2, take(NOW, "a", 2));
        assertEquals(0, take(NOW, "a", 2));
        assertEquals(1, take(NOW.plusMillis(500), "a", 2));
        assertEquals(2, take(NOW.plusSeconds(60), "a", 2));
        assertEquals(2, take(NOW.plusSeconds(60), "a", 2));
        assertEquals(0, take(NOW.plusSeconds(60), "a", 2));
    }

    @Test
    void holdsThePeerThatInventsUsers() {
        var got = 0;
        for (int i = 0; i < 100; i++) {
            got += take(NOW, "user-" + i, 2);
        }
        assertEquals(10, got);
    }

    @Test
    void takesBackWhatWasNotNeeded() {
        var payer = new KeyBudget.Payer("a", "peer");
        for (int i = 0; i < 100; i++) {
            assertEquals(2, budget.take(NOW, payer, 2, FEW));
            budget.giveBack(payer, 2);
        }
    }

    @Test
    void aClockThatGoesBackGivesNothing() {
        take(NOW, "a", 4);
        assertEquals(0, take(NOW.minus(Duration.ofDays(1)), "a", 1));
        assertEquals(0, take(NOW, "a", 1));
    }

    @Test
    void remembersABoundedNumberOfUsers() {
        for (int i = 0; i < KeyBudget.MOST + 100; i++) {
            budget.take(NOW, new KeyBudget.Payer("u" + i, "p"), 2, FEW);
        }
        assertEquals(KeyBudget.MOST, budget.size());
    }

    // ---- as a request meets it ----

    private final Scene scene = new Scene(new SimSettings(true, false, 1_000, 32).config());

    private static final Body SEALED =
            new Body(
                    List.of(new Header("Content-Type", "application/pkcs7-mime")),
                    Octets.copyOf(new byte[] {0x30, 0}));

    private Effect.OpenBody opens(String callId) {
        var before = scene.effects.size();
        scene.fromCaller(Scene.request("INVITE", callId).toBuilder().body(SEALED).build());
        return scene.effects.subList(before, scene.effects.size()).stream()
                .filter(Effect.OpenBody.class::isInstance)
                .map(Effect.OpenBody.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void allowsNothingMoreToAUserWhoUsedUpAll() {
        for (int i = 0; i < 100; i++) {
            assertEquals(2, opens("busy-" + i).keyOperations());
        }
        var work = opens("one-too-many");
        assertEquals(0, work.keyOperations());
        scene.forget();
        scene.take(
                new Event.BodyOpened(
                        NOW,
                        work.task(),
                        new BodyFacts(List.of(), Set.of(Obstacle.OVER_BUDGET)),
                        0));
        var refused = scene.callerGets(413);
        assertTrue(refused.header("Warning").orElseThrow().contains("key-budget"));
        assertEquals("2", refused.header("Retry-After").orElseThrow());
        var told = scene.notices(NoticeKind.LIMIT_EXCEEDED);
        assertEquals(Reason.KEY_BUDGET, told.getLast().reason());
    }

    @Test
    void countsTheOperationsForTelemetry() {
        var work = opens("counted");
        scene.take(
                new Event.BodyOpened(
                        NOW,
                        work.task(),
                        new BodyFacts(List.of(), Set.of(Obstacle.DECRYPTION_FAILED)),
                        2));
        scene.callerGets(496);
        assertEquals(2L, scene.gateway.snapshot(NOW).counters().get("cms.private-key-operations"));
    }
}
