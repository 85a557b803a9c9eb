package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.Peer;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// Subscriptions by the rules of RFC 6665, and their limits (POL-50, POL-95).
class CollectorRulesTest extends CollectorScene {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            presence              | 600         |             | 489 | Allow-Events: e2e-sec
            e2e-sec;id=1;id=2     | 600         |             | 489 | Allow-Events: e2e-sec
            ''                    | 600         |             | 489 | Allow-Events: e2e-sec
            e2e-sec               | 59          |             | 423 | Min-Expires: 60
            e2e-sec               | 1           |             | 423 | Min-Expires: 60
            e2e-sec               | soon        |             | 400 |
            e2e-sec               | -1          |             | 400 |
            e2e-sec               | 99999999999 |             | 400 |
            e2e-sec               | 600         | text/plain  | 406 | Accept: application/e2e-sec-info+xml
            """)
    void refusesWhatItCannotServe(
            String event, String expires, String accept, int status, String row) {
        var wrong =
                subscribe(
                        "s14",
                        b -> {
                            var out = b.add("Event", event).add("Expires", expires);
                            return accept == null ? out : out.add("Accept", accept);
                        });
        scene.fromCaller(wrong);
        var answer = scene.callerGets(status);
        if (row != null) {
            var parts = row.split(": ", 2);
            assertEquals(Optional.of(parts[1]), answer.header(parts[0]));
        }
        assertTrue(scene.silentToCaller());
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void aSubscriptionNeedsAContact() {
        scene.fromCaller(subscribe("s15", b -> event(b.contact(Optional.empty()))));
        scene.callerGets(400);
    }

    @ParameterizedTest
    @CsvSource({"e2e-sec, ''", "E2E-SEC, ''", "e2e-sec, application/*", "e2e-sec, 'a/b;q=1, */*'"})
    void servesWhatItUnderstands(String event, String accept) {
        subscribed(
                subscribe(
                        "s16",
                        b ->
                                accept.isEmpty()
                                        ? b.add("Event", event)
                                        : b.add("Event", event).add("Accept", accept)));
        told();
    }

    @Test
    void isProlongedInItsDialog() {
        var first = subscribe("s17", CollectorScene::event);
        var ok = subscribed(first);
        told();
        scene.pass(Duration.ofSeconds(500));
        scene.fromCaller(again(first, ok, 2, "600"));
        scene.callerGets(200);
        assertEquals("active;expires=600", state(told()));
        scene.pass(Duration.ofSeconds(500));
        assertTrue(scene.silentToCaller());
        scene.pass(Duration.ofSeconds(101));
        assertEquals("terminated;reason=timeout", state(told()));
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void anOldRequestInTheDialogIsRefused() {
        var first = subscribe("s18", CollectorScene::event);
        var ok = subscribed(first);
        told();
        scene.fromCaller(again(first, ok, 3, "600"));
        scene.callerGets(200);
        told();
        scene.fromCaller(again(first, ok, 2, "0"));
        scene.callerGets(500);
        assertTrue(scene.silentToCaller());
    }

    @Test
    void isEndedByItsSubscriber() {
        var first = subscribe("s19", CollectorScene::event);
        var ok = subscribed(first);
        told();
        scene.fromCaller(again(first, ok, 2, "0"));
        assertEquals(Optional.of("0"), scene.callerGets(200).header("Expires"));
        assertEquals("terminated;reason=timeout", state(told()));
        message(Scene.request("MESSAGE", "m13"));
        assertTrue(scene.silentToCaller());
        scene.fromCaller(again(first, ok, 3, "600"));
        scene.callerGets(481);
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void aFetchIsToldOnceAndKept() {
        message(Scene.request("MESSAGE", "m14"));
        var ok = subscribed(subscribe("s20", b -> b.add("Event", "e2e-sec").add("Expires", "0")));
        assertEquals(Optional.of("0"), ok.header("Expires"));
        assertEquals("terminated;reason=timeout", state(told()));
        assertEquals("m14", lastReport().callId().value());
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 407, 408, 481, 489, 500, 603})
    void aRefusedNotifyEndsIt(int status) {
        subscribed(subscribe("s21", CollectorScene::event));
        scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), status));
        message(Scene.request("MESSAGE", "m15"));
        assertTrue(scene.silentToCaller(), "not repeated, not followed, no credentials");
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void aNotifyThatMayComeLaterEndsNothing() {
        subscribed(subscribe("s22", CollectorScene::event));
        scene.callerAnswers(
                Scene.bare(scene.atCaller("NOTIFY"), 500).toBuilder()
                        .add("Retry-After", "5")
                        .build());
        message(Scene.request("MESSAGE", "m16"));
        told();
    }

    @Test
    void anUnansweredNotifyEndsIt() {
        subscribed(subscribe("s23", CollectorScene::event));
        scene.atCaller("NOTIFY");
        scene.pass(Duration.ofSeconds(40));
        message(Scene.request("MESSAGE", "m17"));
        assertTrue(scene.silentToCaller());
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    @Test
    void oneNotifyWaitsForTheAnswerToTheLast() {
        subscribed(subscribe("s24", CollectorScene::event));
        var first = scene.atCaller("NOTIFY");
        for (int i = 0; i < Watch.MOST_WAITING + 5; i++) {
            message(Scene.request("MESSAGE", "w" + i));
        }
        assertTrue(scene.silentToCaller());
        scene.callerAnswers(Scene.bare(first, 200));
        for (int i = 0; i < Watch.MOST_WAITING; i++) {
            assertEquals(i + 2, told().cseq().number());
        }
        assertTrue(scene.silentToCaller(), "the eldest have given way");
        assertEquals("w20", lastReport().callId().value());
    }

    @Test
    void endsWithItsConnection() {
        subscribed(subscribe("s25", CollectorScene::event));
        told();
        scene.take(new Event.ConnectionClosed(Instant.EPOCH, Scene.CALLER));
        message(Scene.request("MESSAGE", "m18"));
        assertTrue(scene.silentToCaller());
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void aSecondCopyByAnotherWayIsALoop() {
        var first = subscribe("s26", CollectorScene::event);
        subscribed(first);
        told();
        scene.fromCaller(
                first.toBuilder()
                        .vias(List.of(Via.tls("other.inside.example", 0, "z9hG4bKother")))
                        .build());
        scene.callerGets(482);
    }

    @Test
    void anOrderlyStopSaysToComeBackLater() {
        subscribed(subscribe("s27", CollectorScene::event));
        told();
        scene.take(new Event.StopRequested(Instant.EPOCH));
        assertEquals("terminated;reason=probation;retry-after=10", state(told()));
        scene.fromCaller(subscribe("s28", CollectorScene::event));
        scene.callerGets(503);
    }

    // ---- limits ----

    @Test
    void aUserAPeerAndTheGatewayHaveSoManyAndNoMore() {
        for (int i = 0; i < 16; i++) {
            subscribed(subscribe("u" + i, CollectorScene::event));
            told();
        }
        scene.fromCaller(subscribe("u16", CollectorScene::event));
        scene.callerGets(503);
        scene = scene(Peer.Notify.EXPLICIT, 3);
        for (int i = 0; i < 3; i++) {
            var from = NameAddr.of(SipUri.of("user" + i, "in0.inside.example", 0)).withTag("x");
            subscribed(subscribe("p" + i, b -> event(b.from(from))));
            told();
        }
        scene.fromCaller(subscribe("p3", CollectorScene::event));
        scene.callerGets(503);
        scene.pass(Duration.ofSeconds(700));
        for (int i = 0; i < 3; i++) {
            told();
        }
        subscribed(subscribe("p4", CollectorScene::event));
    }

    @Test
    void whatIsKeptForLateSubscribersIsBounded() {
        scene = scene(Peer.Notify.EXPLICIT, 10);
        for (int i = 0; i < 50; i++) {
            message(Scene.request("MESSAGE", "k" + i));
        }
        assertEquals(10, scene.gateway.remembered().get("collector"));
    }
}
