package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.Peer;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;

/// Subscriptions to the verdicts of one's own requests (POL-50, RFC 6665).
class CollectorTest extends CollectorScene {
    // ---- what it is for ----

    @Test
    void answersWithExpiresAndTellsTheStateAtOnce() {
        var ok = subscribed(subscribe("s1", CollectorScene::event));
        assertEquals(Optional.of("600"), ok.header("Expires"));
        assertEquals("gw.example.com", ok.contact().orElseThrow().uri().host());
        var notify = told();
        assertEquals("active;expires=600", state(notify));
        assertEquals(Optional.of("e2e-sec"), notify.header("Event"));
        assertEquals(new CSeq(1, Method.NOTIFY), notify.cseq());
        assertEquals(ok.to().tag(), notify.from().tag());
        assertEquals("a-s1", notify.to().tag());
        assertTrue(notify.body().isEmpty(), "nothing is known yet");
        assertEquals(List.of(), notify.require(), "POL-13");
    }

    @Test
    void tellsTheVerdictOfOnesOwnRequestsAndNoOtherNotify() {
        subscribed(subscribe("s2", CollectorScene::event));
        told();
        message(Scene.request("MESSAGE", "m1"));
        var notify = told();
        assertEquals("active;expires=600", state(notify));
        assertEquals(new CSeq(2, Method.NOTIFY), notify.cseq());
        assertEquals("s2", notify.callId().value());
        var report = lastReport();
        assertEquals("m1", report.callId().value());
        assertEquals("ASSURED", report.judged().orElseThrow().level());
        assertTrue(report.hops().getFirst().complied());
        assertTrue(scene.silentToCaller(), "no implicit NOTIFY besides");
    }

    @Test
    void thoseWhoDoNotSubscribeAreToldNothing() {
        message(Scene.request("MESSAGE", "m2"));
        assertTrue(scene.silentToCaller());
    }

    @Test
    void whereBothAreAllowedASubscriptionTakesThePlaceOfTheImplicitNotify() {
        scene = scene(Peer.Notify.IMPLICIT, 20_000);
        subscribed(subscribe("s3", CollectorScene::event));
        told();
        message(Scene.request("MESSAGE", "m3"));
        assertEquals("s3", told().callId().value());
        assertTrue(scene.silentToCaller());
    }

    @Test
    void aFailureIsToldAsNotComplied() {
        subscribed(subscribe("s4", CollectorScene::event));
        told();
        scene.fromCaller(Scene.request("MESSAGE", "m4"));
        scene.answers(scene.atCallee("MESSAGE"), 486, b -> b);
        told();
        assertEquals("FAILED", lastReport().judged().orElseThrow().level());
        assertFalse(lastReport().hops().getFirst().complied());
    }

    @Test
    void aLateUpgradeIsToldToo() {
        subscribed(subscribe("s5", b -> b.add("Event", "e2e-sec").add("Expires", "3000")));
        told();
        scene.fromCaller(Scene.request("MESSAGE", "m5"));
        var seen = scene.atCallee("MESSAGE");
        scene.answers(seen, 200, b -> b.add("Hop-Record", "p1.example.net"));
        scene.pass(Duration.ofSeconds(33));
        told();
        assertEquals("MISMATCH", lastReport().judged().orElseThrow().level());
        scene.notified(seen, VerdictsTest.report(seen, VerdictsTest.PROXY), Optional.empty());
        told();
        assertEquals("ASSURED", lastReport().judged().orElseThrow().level());
    }

    @Test
    void namesTheCallByCallIdAndFromTag() {
        var wanted = "e2e-sec;call-id=\"m6\";from-tag=a-m6;id=7";
        subscribed(subscribe("s6", b -> b.add("Event", wanted)));
        assertEquals(Optional.of("e2e-sec;id=7"), told().header("Event"));
        message(Scene.request("MESSAGE", "other"));
        assertTrue(scene.silentToCaller());
        message(Scene.request("MESSAGE", "m6"));
        told();
        assertEquals("m6", lastReport().callId().value());
    }

    @Test
    void whoSubscribesAfterTheVerdictIsToldItForAWhile() {
        message(Scene.request("MESSAGE", "m7"));
        subscribed(subscribe("s7", b -> b.add("Event", "e2e-sec;call-id=m7")));
        assertFalse(told().header("Subscription-State").isEmpty());
        assertEquals("ASSURED", lastReport().judged().orElseThrow().level());
        var made = scene.effects.size();
        scene.pass(Duration.ofSeconds(65));
        subscribed(subscribe("s8", b -> b.add("Event", "e2e-sec;call-id=m7")));
        assertTrue(told().body().isEmpty());
        assertFalse(
                scene.effects.subList(made, scene.effects.size()).stream()
                        .anyMatch(Effect.MakeHopReport.class::isInstance),
                "assurance.cap has passed");
    }

    @Test
    void whoSubscribesWhileHopsStillSpeakIsToldWhatTheySaidSoFar() {
        scene.fromCaller(Scene.request("MESSAGE", "m8"));
        var seen = scene.atCallee("MESSAGE");
        scene.notified(seen, VerdictsTest.report(seen, VerdictsTest.PROXY), Optional.empty());
        subscribed(subscribe("s9", CollectorScene::event));
        told();
        assertEquals(2, lastReport().hops().size());
        assertEquals(Optional.empty(), lastReport().judged());
    }

    // ---- nobody else's business ----

    @ParameterizedTest
    @ValueSource(strings = {"carol@in0.inside.example", "alice@in1.inside.example"})
    void aUserHearsNothingOfAnother(String user) {
        var parts = user.split("@", 2);
        var from = NameAddr.of(SipUri.of(parts[0], parts[1], 0)).withTag("spy");
        subscribed(subscribe("spy", b -> event(b.from(from))));
        told();
        message(Scene.request("MESSAGE", "m9"));
        assertTrue(scene.silentToCaller());
        subscribed(subscribe("spy2", b -> b.from(from).add("Event", "e2e-sec;call-id=m9")));
        assertTrue(told().body().isEmpty());
    }

    @Test
    void aUserOfAnotherPeerWithTheSameNameHearsNothing() {
        // The other peer claims to be Alice of this one: its certificate says who it is.
        var alice = Scene.request("MESSAGE", "m10").from();
        scene.ingress = Scene.tls("in1.inside.example");
        subscribed(subscribe("spy", b -> event(b.from(alice))));
        told();
        scene.ingress = Scene.tls("in0.inside.example");
        message(Scene.request("MESSAGE", "m10"));
        assertTrue(scene.silentToCaller());
    }

    @Test
    void anUnauthenticatedCallerMayNotSubscribe() {
        scene.ingress =
                new ChannelSecurity.Tls(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        ChannelSecurity.Authentication.SERVER_ONLY,
                        List.of(),
                        "");
        scene.fromCaller(subscribe("s10", CollectorScene::event));
        scene.callerGets(403);
        assertTrue(scene.silentToCaller());
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void aPeerThatIsToldNothingMayNotSubscribe() {
        scene = scene(Peer.Notify.OFF, 20_000);
        scene.fromCaller(subscribe("s11", CollectorScene::event));
        scene.callerGets(403);
    }

    @Test
    void sendsOnlyToTheConnectionOfTheSubscriberWhateverTheMessageNames() {
        // POL-51, POL-97: no external collector, by construction.
        var elsewhere = NameAddr.of(SipUri.of("x", "collector.example.org", 5071));
        subscribed(
                subscribe(
                        "s12",
                        b ->
                                event(b.contact(Optional.of(elsewhere)))
                                        .recordRoutes(List.of(elsewhere))
                                        .add("Event-Collector", "<sip:collector.example.org>")));
        told();
        message(Scene.request("MESSAGE", "m11"));
        told();
        assertTrue(
                scene.effects.stream()
                        .filter(Effect.SendRequest.class::isInstance)
                        .map(Effect.SendRequest.class::cast)
                        .filter(s -> s.request().method().equals(Method.NOTIFY))
                        .allMatch(s -> s.target().equals(new Target.Flow(Scene.CALLER))));
    }

    @Test
    void onlyTheSubscriberProlongsOrEndsIt() {
        var first = subscribe("s13", CollectorScene::event);
        var ok = subscribed(first);
        told();
        scene.ingress = Scene.tls("in1.inside.example");
        scene.fromCaller(again(first, ok, 2, "0"));
        scene.callerGets(403);
        scene.ingress = Scene.tls("in0.inside.example");
        message(Scene.request("MESSAGE", "m12"));
        assertEquals("s13", told().callId().value());
    }
}
