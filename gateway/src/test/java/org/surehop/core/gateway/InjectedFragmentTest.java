package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Injection;
import org.surehop.core.config.Injection.OnRejected;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.sim.SimSettings;

/// The gateway's own signed fragment beside a tag that it has injected (POL-72).
class InjectedFragmentTest {
    private static final Request INVITE = Scene.plain("INVITE", "f1");

    private final Scene scene =
            new Scene(
                    new SimSettings(true, false, 100, 32)
                            .with(new Injection(true, OnRejected.RETRY_WITHOUT, true))
                            .config());

    @Test
    void tellsTheCalleeWhatTheRequestSays() {
        scene.fromCaller(INVITE);
        var seen = scene.atCallee("INVITE");
        assertEquals(
                """
                From: <sip:alice@in0.inside.example>;tag=a-f1\r
                To: <sip:bob@out0.example>\r
                Call-ID: f1\r
                CSeq: 1 INVITE\r
                Date: Thu, 01 Jan 1970 00:00:00 GMT\r
                Contact: %s\r
                Require: e2e-sec\r
                Proxy-Require: e2e-sec\r
                """
                        .formatted(seen.contact().orElseThrow().text()),
                new String(seen.body().octets().toArray(), StandardCharsets.UTF_8));
        assertEquals("message/sipfrag", seen.body().mediaType());
        assertEquals(
                List.of("signal;handling=optional"),
                Header.all(seen.body().headers(), "Content-Disposition"));
        assertEquals("Thu, 01 Jan 1970 00:00:00 GMT", seen.header("Date").orElse(""));
        assertEquals("gw.example.com", seen.contact().orElseThrow().uri().host());
    }

    @Test
    void keepsTheCallersDate() {
        var date = "Sat, 13 Nov 2010 23:29:00 GMT";
        scene.fromCaller(INVITE.toBuilder().add("Date", date).build());
        var seen = scene.atCallee("INVITE");
        assertEquals(List.of(date), seen.headers("Date"));
        assertTrue(text(seen).contains("Date: " + date));
    }

    @Test
    void touchesNoBodyAndSpeaksForNobodyWhoAsksHimself() {
        var body = new Body(List.of(), Octets.copyOf(new byte[] {1}));
        scene.fromCaller(Scene.plain("MESSAGE", "f2").toBuilder().body(body).build());
        assertEquals(body, scene.atCallee("MESSAGE").body());
        scene.fromCaller(Scene.request("INVITE", "f3"));
        assertTrue(scene.atCallee("INVITE").body().isEmpty());
    }

    @Test
    void aRequestThatCannotBeSignedGoesWithoutIt() {
        scene.signing = false;
        scene.fromCaller(INVITE);
        assertTrue(scene.silentToCallee());
        scene.pass(Duration.ofSeconds(6));
        var seen = scene.atCallee("INVITE");
        Scene.demands(seen);
        assertTrue(seen.body().isEmpty());
    }

    // A CANCEL while the fragment was being signed left a passage that nothing could end.
    @Test
    void aCallThatIsCancelledMeanwhileGoesNowhere() {
        scene.signing = false;
        scene.fromCaller(INVITE);
        scene.fromCaller(
                INVITE.toBuilder().method(Method.CANCEL).cseq(new CSeq(1, Method.CANCEL)).build());
        scene.callerGets(200);
        scene.callerGets(487);
        scene.pass(Duration.ofMinutes(3));
        assertTrue(scene.silentToCallee());
        scene.nothingIsRemembered();
    }

    @Test
    void aTagThatIsTakenBackTakesItsFragmentAlong() {
        scene.fromCaller(INVITE);
        scene.answers(scene.atCallee("INVITE"), 420, b -> b.add("Unsupported", Scene.TAG));
        scene.atCallee("ACK");
        var again = scene.atCallee("INVITE");
        assertTrue(again.body().isEmpty());
        Scene.unmarked(again);
    }

    private static String text(Request request) {
        return new String(request.body().octets().toArray(), StandardCharsets.UTF_8);
    }
}
