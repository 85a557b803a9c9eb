package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.sim.SimSettings;

/// Content keys belong to a call and go with it (CEK-6, CEK-7).
class KeysOfCallsTest {
    private static final Body SEALED =
            new Body(
                    List.of(new Header("Content-Type", "application/pkcs7-mime")),
                    Octets.copyOf(new byte[] {0x30, 0}));

    private final Scene scene = new Scene(new SimSettings(true, false, 100, 32).config());

    private static Request invite(String callId) {
        return Scene.request("INVITE", callId).toBuilder().body(SEALED).build();
    }

    private Effect.OpenBody opening() {
        return scene.effects.stream()
                .filter(Effect.OpenBody.class::isInstance)
                .map(Effect.OpenBody.class::cast)
                .reduce((_, last) -> last)
                .orElseThrow();
    }

    private List<KeyScope> forgotten() {
        return scene.effects.stream()
                .filter(Effect.ForgetKeys.class::isInstance)
                .map(e -> ((Effect.ForgetKeys) e).scope())
                .toList();
    }

    @Test
    void aLostKeyIsToldAndTheKeysOfItsCallGoWithIt() {
        scene.fromCaller(invite("lost"));
        var opening = opening();
        var lost = new BodyFacts(List.of(), Set.of(Obstacle.KEY_LOST));

        scene.take(new Event.BodyOpened(Instant.EPOCH, opening.task(), lost, 0));

        var answer = scene.callerGets(496);
        assertEquals(
                "399 gw.example.com \"end-to-middle: cek-lost\"", answer.headers("Warning").get(1));
        assertEquals(Reason.KEY_LOST, scene.notices(NoticeKind.CEK_LOST).getFirst().reason());
        assertEquals(List.of(opening.scope()), forgotten());
    }

    @Test
    void twoCallsOfOneCallIdDoNotShareKeys() {
        scene.fromCaller(invite("same"));
        var first = opening();
        scene.take(
                new Event.BodyOpened(
                        Instant.EPOCH,
                        first.task(),
                        new BodyFacts(List.of(), Set.of(Obstacle.NOT_A_RECIPIENT)),
                        0));
        scene.callerGets(496);
        var again = invite("same");
        scene.fromCaller(
                again.toBuilder()
                        .cseq(new org.surehop.core.sip.CSeq(2, again.method()))
                        .vias(
                                List.of(
                                        org.surehop.core.sip.Via.tls(
                                                "ua.in0.inside.example", 0, "z9hG4bKagain")))
                        .build());

        assertNotEquals(KeyScope.NONE, first.scope());
        assertNotEquals(first.scope(), opening().scope());
    }
}
