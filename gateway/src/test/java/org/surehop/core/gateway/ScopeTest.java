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
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// Which requests e2e-sec covers and how they cross: all methods, and the dialogs that they make.
class ScopeTest {
    private final Scene scene = scene(100);

    private static Scene scene(int calls) {
        return new Scene(new SimSettings(true, false, calls, 32).config());
    }

    @ParameterizedTest
    @ValueSource(strings = {"REGISTER", "PUBLISH", "SUBSCRIBE", "REFER", "MESSAGE", "OPTIONS"})
    void everyMethodCrossesWithTheTagAndGetsOneVerdict(String method) {
        scene.fromCaller(Scene.request(method, "m1"));
        var seen = scene.atCallee(method);
        Scene.demands(seen);
        assertTrue(seen.supported().contains(Scene.TAG), "POL-14");
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        var answer = scene.callerGets(200);
        assertTrue(answer.supported().contains(Scene.TAG), "POL-14");
        assertTrue(answer.header("Hop-Record").isPresent());
        assertEquals(1, scene.notices(NoticeKind.VERDICT).size());
    }

    @Test
    void supportsTheTagInRequestsThatDoNotAskForIt() {
        scene.fromCaller(Scene.plain("MESSAGE", "m2"));
        var seen = scene.atCallee("MESSAGE");
        assertEquals(List.of(Scene.TAG), seen.supported());
        assertEquals(List.of(), seen.require());
        scene.answers(seen, 200, b -> b);
        assertEquals(0, scene.notices(NoticeKind.VERDICT).size());
    }

    @Test
    void bindingsOfRegisterCrossAsTheyAre() {
        var register = Scene.request("REGISTER", "r1");
        scene.fromCaller(register);
        var seen = scene.atCallee("REGISTER");
        assertEquals(register.contact(), seen.contact());
        scene.answers(seen, 200, b -> b.contact(seen.contact()));
        assertEquals(register.contact(), scene.callerGets(200).contact());
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    @Test
    void notifiesRefreshesAndTheEndOfASubscriptionCross() {
        var subscribe = subscribe("s1", "600");
        scene.fromCaller(subscribe);
        var seen = scene.atCallee("SUBSCRIBE");
        scene.answers(seen, 200, b -> b.add("Expires", "600"));
        var accepted = scene.callerGets(200);

        notify(seen, 1, "bob", "active;expires=600", 200);

        scene.fromCaller(event(Scene.next(subscribe, accepted, "SUBSCRIBE", 2), "600"));
        var refresh = scene.atCallee("SUBSCRIBE");
        Scene.demands(refresh);
        assertEquals("ua.out0.example", refresh.uri().host());
        scene.answers(refresh, 200, b -> b.add("Expires", "600"));
        scene.callerGets(200);
        scene.pass(Duration.ofMinutes(9));

        scene.fromCaller(event(Scene.next(subscribe, accepted, "SUBSCRIBE", 3), "0"));
        scene.answers(scene.atCallee("SUBSCRIBE"), 200, b -> b.add("Expires", "0"));
        scene.callerGets(200);
        notify(seen, 2, "bob", "terminated;reason=timeout", 200);

        scene.fromCallee(event(Scene.back(seen, "NOTIFY", 3, "bob"), "0"));
        scene.calleeGets(489);
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void aNotifyThatOvertakesThe2xxMakesTheDialog() {
        scene.fromCaller(subscribe("s2", "600"));
        var seen = scene.atCallee("SUBSCRIBE");
        notify(seen, 1, "bob", "active;expires=600", 200);
        scene.answers(seen, 200, b -> b.add("Expires", "600"));
        scene.callerGets(200);
        notify(seen, 2, "bob", "active;expires=600", 200);
    }

    @Test
    void eachNotifierOfAForkHasItsOwnDialog() {
        scene.fromCaller(subscribe("s3", "600"));
        var seen = scene.atCallee("SUBSCRIBE");
        scene.answers(seen, 200, b -> b.add("Expires", "600"));
        scene.callerGets(200);
        notify(seen, 1, "bob", "active;expires=600", 200);
        notify(seen, 1, "bobs-other-phone", "active;expires=600", 200);
        notify(seen, 2, "bob", "terminated", 200);
        notify(seen, 2, "bobs-other-phone", "active;expires=600", 200);
    }

    @Test
    void aSubscriptionThatNobodyRefreshesIsForgotten() {
        scene.fromCaller(subscribe("s4", "600"));
        scene.answers(scene.atCallee("SUBSCRIBE"), 200, b -> b.add("Expires", "600"));
        scene.pass(Duration.ofSeconds(600));
        assertEquals(1, scene.gateway.remembered().get("subscriptions"));
        scene.pass(Duration.ofSeconds(40));
        scene.nothingIsRemembered();
    }

    @Test
    void aSubscriptionThatIsRefusedIsForgotten() {
        scene.fromCaller(subscribe("s5", "600"));
        scene.answers(scene.atCallee("SUBSCRIBE"), 489, b -> b);
        scene.callerGets(489);
        scene.pass(Duration.ofMinutes(2));
        scene.nothingIsRemembered();
    }

    @Test
    void subscriptionsBeyondTheLimitGet503() {
        var small = scene(2);
        for (int i = 0; i < 2; i++) {
            small.fromCaller(subscribe("limit" + i, "600"));
            small.atCallee("SUBSCRIBE");
        }
        small.fromCaller(subscribe("over", "600"));
        assertTrue(small.silentToCallee());
        small.callerGets(503);
    }

    @Test
    void aTransferIsReportedAfterTheCallHasEnded() {
        var invite = Scene.request("INVITE", "c1");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        var answer = scene.callerGets(200);
        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        scene.atCallee("ACK");

        scene.fromCaller(Scene.next(invite, answer, "REFER", 2));
        scene.answers(scene.atCallee("REFER"), 202, b -> b);
        scene.callerGets(202);
        scene.fromCaller(Scene.next(invite, answer, "BYE", 3));
        scene.answers(scene.atCallee("BYE"), 200, b -> b);
        scene.callerGets(200);

        var last = Scene.back(seen, "NOTIFY", 1, "bob").toBuilder().add("Event", "refer");
        scene.fromCallee(last.add("Subscription-State", "terminated;reason=noresource").build());
        while (!scene.silentToCaller()) {
            var told = scene.atCaller("NOTIFY");
            if (told.header("Event").orElse("").equals("refer")) {
                Scene.demands(told);
                scene.callerAnswers(Scene.bare(told, 200));
            }
        }
        scene.calleeGets(200);
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 407, 302, 422, 423, 420})
    void whatTheFarSideAsksForPassesAndTheRetryKeepsTheTag(int status) {
        var first = Scene.request("MESSAGE", "retry");
        scene.fromCaller(first);
        var seen = scene.atCallee("MESSAGE");
        var elsewhere = Optional.of(NameAddr.of(SipUri.of("bob", "out1.example", 0)));
        scene.answers(
                seen,
                status,
                b ->
                        b.add("WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\"")
                                .add("Min-SE", "90")
                                .add("Unsupported", "other")
                                .contact(elsewhere));
        var told = scene.callerGets(status);
        assertEquals("90", told.header("Min-SE").orElse(""));
        assertEquals("other", told.header("Unsupported").orElse(""), "420 is not masked");
        assertTrue(told.header("WWW-Authenticate").isPresent());
        assertEquals(status == 302 ? elsewhere : Optional.empty(), told.contact());
        assertEquals("FAILED", verdict(0));

        scene.fromCaller(
                first.toBuilder()
                        .cseq(new CSeq(2, new Method("MESSAGE")))
                        .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKagain")))
                        .build());
        var again = scene.atCallee("MESSAGE");
        Scene.demands(again);
        scene.answers(again, 200, b -> b.add("Hop-Record", ""));
        scene.callerGets(200);
        assertEquals("ASSURED", verdict(1));
    }

    @Test
    void aRedirectedCallIsCheckedAnewAtItsNewTarget() {
        scene.fromCaller(Scene.request("INVITE", "redirect"));
        var clear =
                new SipUri(
                        "sip:bob@out1.example;transport=udp",
                        "sip",
                        "bob",
                        "out1.example",
                        0,
                        "udp");
        scene.answers(
                scene.atCallee("INVITE"), 302, b -> b.contact(Optional.of(NameAddr.of(clear))));
        assertEquals(clear, scene.callerGets(302).contact().orElseThrow().uri());
        scene.atCallee("ACK");
        var again = Scene.request("INVITE", "redirected").toBuilder().uri(clear).build();
        scene.fromCaller(again);
        assertEquals(List.of(Scene.TAG), scene.callerGets(420).headers("Unsupported"));
        assertTrue(scene.silentToCallee());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sip", "sips"})
    void theSchemeIsNeverRewritten(String scheme) {
        scene.fromCaller(to(scheme, Scene.request("MESSAGE", "scheme")));
        assertEquals(scheme + ":bob@out0.example", scene.atCallee("MESSAGE").uri().text());
    }

    @Test
    void sipsThatCannotBeMetGets480AndWarning380() {
        scene.ingress = new ChannelSecurity.Clear();
        scene.fromCaller(to("sips", Scene.plain("MESSAGE", "sips1")));
        var refused = scene.callerGets(480);
        assertTrue(refused.header("Warning").orElse("").startsWith("380 "), refused.toString());
        assertFalse(refused.header("Unsupported").isPresent());
    }

    @Test
    void takesE2eSecFromAPeerOnAnIpsecLink() {
        scene.ingress = new ChannelSecurity.Ipsec("in0", "gcm", List.of("in0.inside.example"));
        scene.fromCaller(Scene.request("MESSAGE", "link1"));
        assertEquals(List.of(Scene.TAG), scene.atCallee("MESSAGE").proxyRequire());
    }

    @Test
    void e2eSecThatCannotBeMetWinsOverSips() {
        scene.ingress = new ChannelSecurity.Clear();
        scene.fromCaller(to("sips", Scene.request("MESSAGE", "sips2")));
        assertEquals(List.of(Scene.TAG), scene.callerGets(420).headers("Unsupported"));
    }

    @Test
    void secAgreeIsRefusedByItselfAndE2eSecIsNotNamed() {
        var both = List.of("sec-agree", Scene.TAG);
        var request = Scene.plain("MESSAGE", "agree").toBuilder().require(both);
        scene.fromCaller(request.proxyRequire(both).build());
        assertEquals(List.of("sec-agree"), scene.callerGets(420).headers("Unsupported"));
        assertEquals(
                Reason.BAD_EXTENSION, scene.notices(NoticeKind.CALL_REFUSED).getFirst().reason());
    }

    private String verdict(int index) {
        return scene.notices(NoticeKind.VERDICT).get(index).details().get("verdict");
    }

    private static Request to(String scheme, Request request) {
        var text = scheme + ":bob@out0.example";
        return request.toBuilder()
                .uri(new SipUri(text, scheme, "bob", "out0.example", 0, ""))
                .build();
    }

    private static Request subscribe(String callId, String expires) {
        return event(Scene.request("SUBSCRIBE", callId), expires);
    }

    private static Request event(Request request, String expires) {
        return request.toBuilder().add("Event", "dialog").add("Expires", expires).build();
    }

    private void notify(Request seen, long cseq, String tag, String state, int status) {
        var notify = Scene.back(seen, "NOTIFY", cseq, tag).toBuilder().add("Event", "dialog");
        scene.fromCallee(notify.add("Subscription-State", state).build());
        while (!scene.silentToCaller()) {
            var told = scene.atCaller("NOTIFY");
            if (told.header("Event").orElse("").equals("dialog")) {
                Scene.demands(told);
                assertEquals("ua.in0.inside.example", told.uri().host());
                scene.callerAnswers(Scene.bare(told, status));
            }
        }
        scene.calleeGets(status);
    }
}
