package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Notifying;
import org.surehop.core.config.Peer;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;
import org.surehop.sim.SimSettings;

/// Who is sent a NOTIFY without a subscription, how it ends, and what a refusal of one means.
class NotifyModesTest {

    private static Scene scene(Peer.Notify mode, Notifying.EndReason reason) {
        var usual = Notifying.usual();
        var notifying =
                new Notifying(
                        reason,
                        usual.excess(),
                        usual.badPerSecond(),
                        usual.evidence(),
                        usual.minimumExpires());
        return new Scene(
                new SimSettings(true, false, 20_000, 32)
                        .config(Assurance.OnMismatch.REPORT, mode, notifying));
    }

    private static Scene implicit() {
        return scene(Peer.Notify.IMPLICIT, Notifying.EndReason.NORESOURCE);
    }

    /// A MESSAGE of that user, answered at once by a direct callee: judged ASSURED.
    private static void message(Scene scene, Request message) {
        scene.fromCaller(message);
        scene.answers(scene.atCallee("MESSAGE"), 200, b -> b.add("Hop-Record", ""));
    }

    private static Request by(String user, String callId) {
        var from = NameAddr.of(SipUri.of(user, "in0.inside.example", 0)).withTag("t" + callId);
        return Scene.request("MESSAGE", callId).toBuilder().from(from).build();
    }

    @ParameterizedTest
    @CsvSource({
        "OFF, false, false",
        "OFF, true, false",
        "EXPLICIT, true, false",
        "LEARNED, false, false",
        "LEARNED, true, true",
        "IMPLICIT, false, true"
    })
    void onlyThoseWhoKnowItAreTold(Peer.Notify mode, boolean supported, boolean told) {
        var scene = scene(mode, Notifying.EndReason.NORESOURCE);
        var tags = supported ? List.of(Scene.TAG) : List.<String>of();
        message(scene, by("alice", "m1").toBuilder().supported(tags).build());
        assertEquals(told, !scene.silentToCaller());
    }

    @ParameterizedTest
    @CsvSource({"NORESOURCE, noresource", "INVARIANT, invariant"})
    void endsAsConfigured(Notifying.EndReason reason, String word) {
        var scene = scene(Peer.Notify.IMPLICIT, reason);
        message(scene, by("alice", "m2"));
        var notify = scene.atCaller("NOTIFY");
        assertEquals(Optional.of("terminated;reason=" + word), notify.header("Subscription-State"));
        assertEquals(List.of(), notify.proxyRequire(), "POL-13");
    }

    @Test
    void anUnauthenticatedCallerIsToldNothing() {
        // POL-98: else a stranger could draw a long NOTIFY by a short request.
        var scene = implicit();
        scene.ingress =
                new ChannelSecurity.Tls(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        ChannelSecurity.Authentication.SERVER_ONLY,
                        List.of(),
                        "");
        message(scene, by("alice", "m3").toBuilder().supported(List.of(Scene.TAG)).build());
        scene.callerGets(200);
        assertTrue(scene.silentToCaller());
    }

    @Test
    void goesBackOnTheFlowWhateverContactAndFromSay() {
        // POL-97: a forged Contact must not make us send anything to a third party.
        var scene = implicit();
        var elsewhere = SipUri.of("victim", "victim.example.org", 5071);
        scene.fromCaller(
                Scene.request("INVITE", "m4").toBuilder()
                        .from(NameAddr.of(elsewhere).withTag("forged"))
                        .contact(Optional.of(NameAddr.of(elsewhere)))
                        .add("Alert-Info", "<sip:collector.example.org>")
                        .build());
        scene.answers(scene.atCallee("INVITE"), 200, b -> b.add("Hop-Record", ""));
        scene.atCaller("NOTIFY");
        var targets =
                scene.effects.stream()
                        .filter(Effect.SendRequest.class::isInstance)
                        .map(Effect.SendRequest.class::cast)
                        .filter(s -> s.request().method().name().equals("NOTIFY"))
                        .map(Effect.SendRequest::target)
                        .toList();
        assertEquals(List.of(new org.surehop.core.sip.Target.Flow(Scene.CALLER)), targets);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 401, 407, 408, 481, 489, 500, 603})
    void aRefusedNotifyIsNeitherRepeatedNorFollowedNorAnsweredWithCredentials(int status) {
        var scene = implicit();
        message(scene, by("alice", "m5"));
        scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), status));
        scene.pass(Duration.ofMinutes(2));
        assertTrue(scene.silentToCaller());
        assertTrue(scene.silentToCallee());
        message(scene, by("alice", "m6"));
        assertTrue(scene.silentToCaller(), "POL-49: not again on that flow");
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    // A proxy carries many users on one connection; one old phone made the gateway silent to all.
    @Test
    void aRefusalSpeaksForItsUserOnly() {
        var scene = implicit();
        message(scene, by("alice", "m7"));
        scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), 481));
        message(scene, by("carol", "m8"));
        scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), 200));
        message(scene, by("alice", "m9"));
        assertTrue(scene.silentToCaller());
    }

    @Test
    void manyUsersWhoRefuseSpeakForTheirConnectionUntilItCloses() {
        var scene = implicit();
        for (int i = 0; i < Deaf.MOST_USERS; i++) {
            message(scene, by("user" + i, "d" + i));
            scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), 481));
        }
        message(scene, by("alice", "m10"));
        assertTrue(scene.silentToCaller());
        assertEquals(1, scene.gateway.deafFlows());
        scene.take(new Event.ConnectionClosed(java.time.Instant.EPOCH, Scene.CALLER));
        assertEquals(0, scene.gateway.deafFlows());
        message(scene, by("alice", "m11"));
        scene.atCaller("NOTIFY");
    }

    @Test
    void aNotifyOfOurPackageNeverPassesTheGateway() {
        // POL-96: what comes from beyond for a user inside ends here, whatever its Request-URI.
        var scene = implicit();
        var seen = Scene.request("MESSAGE", "m12");
        var stray =
                Scene.plain("NOTIFY", "m12").toBuilder()
                        .uri(seen.from().uri())
                        .from(NameAddr.of(SipUri.of("hop", "out0.example", 0)).withTag("h"))
                        .to(seen.from())
                        .add("Event", "e2e-sec;id=1")
                        .build();
        scene.take(
                new Event.RequestReceived(
                        java.time.Instant.EPOCH, scene.inbound(Scene.CALLEE), stray));
        scene.calleeGets(481);
        assertTrue(scene.silentToCaller());
        assertTrue(scene.silentToCallee());
    }
}
