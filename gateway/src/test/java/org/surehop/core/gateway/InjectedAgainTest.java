package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.Injection.OnRejected;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.RequestBuilder;
import org.surehop.sim.SimSettings;

/// The far side refuses a tag that the gateway has added, and the gateway takes it back: one more
/// try, and a leg with numbers of its own from then on (POL-81, `retry-without`).
class InjectedAgainTest {
    private final Scene scene =
            new Scene(
                    new SimSettings(true, false, 100, 32)
                            .injecting(OnRejected.RETRY_WITHOUT)
                            .config());

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE", "OPTIONS", "SUBSCRIBE", "REFER", "PUBLISH"})
    void theRequestGoesOnceMoreWithoutOurTag(String method) {
        var first =
                Scene.plain(method, "t1").toBuilder()
                        .require(List.of("timer"))
                        .add("Subject", "as it was")
                        .build();
        scene.fromCaller(first);
        var seen = scene.atCallee(method);
        assertEquals(List.of("timer", Scene.TAG), seen.require());
        scene.answers(seen, 420, b -> b.add("Unsupported", Scene.TAG));
        if (method.equals("INVITE")) {
            assertEquals(seen.topVia(), scene.atCallee("ACK").topVia());
        }
        var again = scene.atCallee(method);
        assertEquals(List.of("timer"), again.require());
        assertEquals(List.of(), again.proxyRequire());
        assertEquals(2, again.cseq().number());
        assertFalse(again.topVia().branch().equals(seen.topVia().branch()));
        assertEquals(
                seen.toBuilder()
                        .require(again.require())
                        .proxyRequire(again.proxyRequire())
                        .cseq(again.cseq())
                        .vias(again.vias())
                        .build(),
                again,
                "nothing else changes");
        scene.answers(again, 200, b -> b);
        var answer = scene.callerGets(200);
        assertEquals(first.cseq(), answer.cseq());
        assertEquals("UNASSURED", verdict());
        assertEquals(1, scene.notices(NoticeKind.INJECTED_REJECTED).size());
        assertEquals(1, scene.notices(NoticeKind.VERDICT).size());
    }

    @Test
    void aTagOfTheCallersOwnIsNeverTakenBack() {
        scene.fromCaller(Scene.request("INVITE", "t2"));
        scene.answers(scene.atCallee("INVITE"), 420, b -> b.add("Unsupported", Scene.TAG));
        scene.callerGets(420);
        scene.atCallee("ACK");
        assertTrue(scene.silentToCallee());
    }

    @Test
    void aCancelledCallIsNotTriedAgain() {
        var invite = Scene.plain("INVITE", "t3");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.fromCaller(cancel(invite));
        scene.answers(seen, 420, b -> b.add("Unsupported", Scene.TAG));
        scene.atCallee("ACK");
        assertTrue(scene.silentToCallee());
        scene.callerGets(200);
        scene.callerGets(487);
    }

    @Test
    void aCancelAfterTheSecondTryCarriesItsNumber() {
        var again = secondTry(Scene.plain("INVITE", "t4"));
        scene.fromCaller(cancel(Scene.plain("INVITE", "t4")));
        assertTrue(scene.silentToCallee(), "nothing was heard of the second try yet");
        scene.answers(again, 180, b -> b);
        var cancel = scene.atCallee("CANCEL");
        assertEquals(2, cancel.cseq().number());
        assertEquals(again.topVia(), cancel.topVia());
        scene.answers(again, 487, b -> b);
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    @Test
    void numbersAreMappedForTheLifeOfTheDialog() {
        var invite = Scene.plain("INVITE", "t5");
        var again = secondTry(invite);
        scene.answers(again, 183, b -> b.require(List.of("100rel")).add("RSeq", "7"));
        var early = scene.callerGets(183);
        assertEquals(1, early.cseq().number());

        scene.fromCaller(
                with(Scene.next(invite, early, "PRACK", 2), b -> b.add("RAck", "7 1 INVITE")));
        var prack = scene.atCallee("PRACK");
        assertEquals(3, prack.cseq().number());
        assertEquals("7 2 INVITE", prack.header("RAck").orElse(""));
        scene.answers(prack, 200, b -> b);
        assertEquals(2, scene.callerGets(200).cseq().number());

        scene.answers(again, 200, b -> b);
        var answer = scene.callerGets(200);
        assertEquals(1, answer.cseq().number());
        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        var ack = scene.atCallee("ACK");
        assertEquals(2, ack.cseq().number());
        Scene.unmarked(ack);
        scene.answers(again, 200, b -> b);
        assertEquals(2, scene.atCallee("ACK").cseq().number(), "a 2xx that comes again");

        scene.fromCallee(Scene.back(again, "INFO", 1, "bob"));
        assertEquals(1, scene.atCaller("INFO").cseq().number(), "the callee counts for itself");

        scene.fromCaller(Scene.next(invite, answer, "REFER", 3));
        var refer = scene.atCallee("REFER");
        assertEquals(4, refer.cseq().number());
        scene.answers(refer, 202, b -> b);
        scene.callerGets(202);
        var told = with(Scene.back(again, "NOTIFY", 2, "bob"), b -> b.add("Event", "refer;id=4"));
        scene.fromCallee(with(told, b -> b.add("Subscription-State", "terminated")));
        assertEquals("refer;id=3", scene.atCaller("NOTIFY").header("Event").orElse(""));

        scene.fromCaller(Scene.next(invite, answer, "BYE", 4));
        assertEquals(5, scene.atCallee("BYE").cseq().number());
    }

    @Test
    void ourOwnByeGoesOnCounting() {
        var again = secondTry(Scene.plain("INVITE", "t6"));
        scene.answers(again, 200, b -> b);
        scene.pass(Duration.ofSeconds(40));
        var bye = scene.atCallee("BYE");
        assertEquals(3, bye.cseq().number());
        Scene.unmarked(bye);
    }

    @Test
    void aSecondTryThatIsChallengedGoesOnFromItsNumber() {
        var invite = Scene.plain("INVITE", "t7");
        var second = secondTry(invite);
        scene.answers(second, 407, b -> b);
        assertEquals(1, scene.callerGets(407).cseq().number());
        scene.atCallee("ACK");
        scene.fromCaller(Scene.numbered(invite, 2));
        var third = scene.atCallee("INVITE");
        assertEquals(3, third.cseq().number(), "2 has been there");
        Scene.unmarked(third);
        scene.answers(third, 200, b -> b);
        scene.callerGets(200);
        assertEquals(
                "UNASSURED", scene.notices(NoticeKind.VERDICT).getLast().details().get("verdict"));
    }

    @Test
    void hopsSpeakByTheNumberThatTheyHaveSeen() {
        scene.answers(secondTry(Scene.plain("INVITE", "t10")), 407, b -> b);
        scene.callerGets(407);
        scene.atCallee("ACK");
        scene.fromCaller(Scene.numbered(Scene.request("INVITE", "t10"), 2));
        var seen = scene.atCallee("INVITE");
        Scene.demands(seen);
        assertEquals(3, seen.cseq().number());
        assertEquals(200, scene.notified(seen, InjectionTest.report(seen), Optional.empty()));
        scene.answers(seen, 200, b -> b.add("Hop-Record", "p.example"));
        var last = scene.notices(NoticeKind.VERDICT).getLast();
        assertEquals("ASSURED", last.details().get("verdict"));
        assertEquals(2, last.call().orElseThrow().cseq(), "told by the caller's number");
    }

    @Test
    void whatWasNumberedInAnEarlyDialogIsNotNumberedAgain() {
        var invite = Scene.plain("INVITE", "t8");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 183, b -> b.require(List.of("100rel")).add("RSeq", "7"));
        var early = scene.callerGets(183);
        scene.fromCaller(
                with(Scene.next(invite, early, "PRACK", 2), b -> b.add("RAck", "7 1 INVITE")));
        assertEquals(2, scene.atCallee("PRACK").cseq().number());
        scene.answers(seen, 420, b -> b.add("Unsupported", Scene.TAG));
        scene.atCallee("ACK");
        assertEquals(3, scene.atCallee("INVITE").cseq().number());
    }

    @Test
    void numbersThatRunOutAreNotTakenBack() {
        scene.fromCaller(Scene.numbered(Scene.plain("MESSAGE", "t9"), CSeq.MOST));
        scene.answers(scene.atCallee("MESSAGE"), 420, b -> b.add("Unsupported", Scene.TAG));
        scene.callerGets(403);
    }

    // ---- the words of this test ----

    private Request secondTry(Request invite) {
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 420, b -> b.add("Unsupported", Scene.TAG));
        scene.atCallee("ACK");
        return scene.atCallee("INVITE");
    }

    private String verdict() {
        return scene.notices(NoticeKind.VERDICT).getFirst().details().get("verdict");
    }

    private static Request with(Request request, UnaryOperator<RequestBuilder> change) {
        return change.apply(request.toBuilder()).build();
    }

    private static Request cancel(Request invite) {
        return invite.toBuilder()
                .method(Method.CANCEL)
                .cseq(new CSeq(invite.cseq().number(), Method.CANCEL))
                .build();
    }
}
