package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.sim.SimSettings;

/// Once, a callee's re-INVITE was being read when the gateway ended the call, because no ACK came.
/// When the body had been read, the re-INVITE went on to a caller who had the BYE already, and with
/// the CSeq number of that BYE.
class EndedWhileReadingTest {
    private static final Body SEALED =
            new Body(
                    List.of(new Header("Content-Type", "application/pkcs7-mime")),
                    Octets.copyOf(new byte[] {0x30, 0}));

    private final Scene scene = new Scene(new SimSettings(true, false, 100, 32).config());
    private final Request invite = Scene.request("INVITE", "late");
    private Request seen = invite;
    private Response answer = Scene.bare(invite, 200);

    @BeforeEach
    void answered() {
        scene.fromCaller(invite);
        seen = scene.atCallee("INVITE");
        scene.calleeAnswers(Scene.answer(seen, 200, "bob"));
        answer = scene.callerGets(200);
        scene.forget();
    }

    private void calleeAsksAgain() {
        scene.fromCallee(Scene.back(seen, "INVITE", 1, "bob").toBuilder().body(SEALED).build());
        scene.calleeGets(100);
    }

    private void read() {
        var opening =
                scene.effects.stream()
                        .filter(Effect.OpenBody.class::isInstance)
                        .map(Effect.OpenBody.class::cast)
                        .reduce((_, last) -> last)
                        .orElseThrow();
        scene.take(
                new Event.BodyOpened(
                        Instant.EPOCH.plusSeconds(33),
                        opening.task(),
                        new BodyFacts(List.of(), Set.of())));
    }

    @Test
    void reInviteGoesNowhereAfterOurBye() {
        scene.pass(Duration.ofSeconds(30));
        calleeAsksAgain();
        scene.forget();
        scene.pass(Duration.ofSeconds(3));
        scene.atCallee("BYE");
        scene.forget(); // the verdict, and the BYE to the caller

        read();

        assertTrue(scene.silentToCaller());
        scene.calleeGets(481);
    }

    @Test
    void reInviteGoesNowhereAfterTheByeOfTheOther() {
        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        scene.atCallee("ACK");
        calleeAsksAgain();
        scene.fromCaller(Scene.next(invite, answer, "BYE", 2));
        scene.atCallee("BYE");

        read();

        assertTrue(scene.silentToCaller());
        scene.calleeGets(481);
    }
}
