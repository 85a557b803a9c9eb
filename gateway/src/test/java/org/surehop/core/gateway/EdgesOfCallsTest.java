package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// Calls at their edges: numbers that run out, answers that cross, tables that fill and empty.
class EdgesOfCallsTest {
    private static final Duration LONG = Duration.ofMinutes(30);

    private final Scene scene = new Scene(new SimSettings(true, false, 100, 32).config());

    private Response ringing(Request invite) {
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 180, b -> b);
        return scene.callerGets(180);
    }

    private static Request cancel(Request invite) {
        return invite.toBuilder()
                .method(Method.CANCEL)
                .cseq(new CSeq(invite.cseq().number(), Method.CANCEL))
                .require(List.of())
                .proxyRequire(List.of())
                .build();
    }

    private static Request ack(Request invite, Response answer) {
        return Scene.next(invite, answer, "ACK", invite.cseq().number());
    }

    // Our own BYE after a missing ACK took the number after the INVITE's, though the caller had
    // sent PRACK with that number already: the callee answered 500 and the call was never ended.
    @Test
    void ownByeCountsFromThePrackBeforeIt() {
        var invite = Scene.request("INVITE", "prack");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 183, b -> b.require(List.of("100rel")));
        var early = scene.callerGets(183);
        scene.fromCaller(Scene.next(invite, early, "PRACK", 2));
        scene.answers(scene.atCallee("PRACK"), 200, b -> b);
        scene.answers(seen, 180, b -> b);
        scene.answers(seen, 200, b -> b);
        scene.pass(Duration.ofSeconds(33));
        assertEquals(3, scene.atCallee("BYE").cseq().number());
        scene.pass(LONG);
        scene.nothingIsRemembered();
    }

    // 2^31-1 is a legal number; the BYE after it could not be made, and the turn was lost.
    @Test
    void theLargestNumberIsUsedAgainForOurBye() {
        var most = Integer.MAX_VALUE;
        var invite =
                Scene.request("INVITE", "most").toBuilder()
                        .cseq(new CSeq(most, Method.INVITE))
                        .build();
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        scene.pass(Duration.ofSeconds(33));
        assertEquals(most, scene.atCallee("BYE").cseq().number());
    }

    // An ACK cannot be refused; with no hop left it was sent on with Max-Forwards -1, which cannot
    // be written.
    @Test
    void anAckWithoutHopsGoesNowhere() {
        var invite = Scene.request("INVITE", "ack0");
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        var answer = scene.callerGets(200);
        var ack = ack(invite, answer);
        scene.fromCaller(ack.toBuilder().maxForwards(OptionalInt.of(0)).build());
        assertTrue(scene.silentToCallee());
        scene.fromCaller(ack);
        scene.atCallee("ACK");
    }

    // A BYE in the early dialog ended the call but left its INVITE: when the callee answered it all
    // the same, nobody acknowledged that or ended it.
    @Test
    void earlyByeEndsTheInviteAndUndoesItsAnswer() {
        var invite = Scene.request("INVITE", "early");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 180, b -> b);
        scene.fromCaller(Scene.next(invite, scene.callerGets(180), "BYE", 2));
        scene.answers(scene.atCallee("BYE"), 200, b -> b);
        scene.callerGets(487);
        scene.answers(scene.atCallee("CANCEL"), 200, b -> b);
        scene.answers(seen, 200, b -> b);
        Scene.demands(scene.atCallee("ACK"));
        assertEquals(3, scene.atCallee("BYE").cseq().number());
        scene.pass(LONG);
        scene.nothingIsRemembered();
    }

    // A 481 to a NOTIFY of a transfer ended the call (RFC 5057 says that it ends the subscription).
    @Test
    void aNotifyThatNobodyWantsLeavesTheCall() {
        var invite = Scene.request("INVITE", "refer");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b);
        scene.fromCaller(ack(invite, scene.callerGets(200)));
        scene.atCallee("ACK");
        scene.fromCallee(
                Scene.back(seen, "NOTIFY", 1, "bob").toBuilder().add("Event", "refer").build());
        scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), 481));
        scene.calleeGets(481);
        assertEquals(0, scene.notices(NoticeKind.CALL_ENDED).size());
    }

    // The Contact of a redirection was replaced by ours: the caller came back to where it was.
    @Test
    void aRedirectionSaysWhereTo() {
        var elsewhere = Optional.of(NameAddr.of(SipUri.of("bob", "elsewhere.example", 0)));
        scene.fromCaller(Scene.request("INVITE", "moved"));
        scene.answers(scene.atCallee("INVITE"), 302, b -> b.contact(elsewhere));
        assertEquals(elsewhere, scene.callerGets(302).contact());
    }

    @Test
    void otherRefusalsAndAnswersShowNoContactOfTheCallee() {
        var inside = new Header("Contact", "<sip:bob@10.1.2.3>, <sip:bob@10.1.2.4>");
        for (int status : new int[] {180, 200, 404, 600}) {
            var fresh = new Scene(new SimSettings(true, false, 100, 32).config());
            fresh.fromCaller(Scene.request("INVITE", "hidden"));
            fresh.answers(
                    fresh.atCallee("INVITE"),
                    status,
                    b -> status == 404 ? b : b.contact(Optional.empty()).others(List.of(inside)));
            var got = fresh.callerGets(status);
            assertEquals(List.of(), got.headers("Contact"));
            assertTrue(
                    got.contact().isEmpty() || got.contact().get().uri().host().startsWith("gw"));
        }
    }

    // With the transaction table full, CANCEL and BYE got 503 too: nothing could be ended, and so
    // the table stayed full.
    @Test
    void whatEndsSomethingIsServedWhenAllIsFull() {
        var small = new Scene(crowded(2));
        var invite = Scene.request("INVITE", "full");
        small.fromCaller(invite);
        small.answers(small.atCallee("INVITE"), 180, b -> b);
        small.callerGets(180);
        small.fromCaller(Scene.request("MESSAGE", "late"));
        small.callerGets(503);
        small.fromCaller(cancel(invite));
        small.callerGets(200);
        small.atCallee("CANCEL");
    }

    private static GatewayConfig crowded(int transactions) {
        var config = new SimSettings(true, false, 100, 32).config();
        var limits = with(config.limits(), "transactions", transactions);
        return with(config, "limits", limits);
    }

    /// A copy with one component changed, whatever other components there are.
    private static <R extends Record> R with(R whole, String name, Object value) {
        try {
            var components = whole.getClass().getRecordComponents();
            var values = new Object[components.length];
            var types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                var read = components[i].getAccessor();
                types[i] = components[i].getType();
                values[i] = components[i].getName().equals(name) ? value : read.invoke(whole);
            }
            @SuppressWarnings("unchecked")
            var made = (R) whole.getClass().getConstructor(types).newInstance(values);
            return made;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    // A NOTIFY of ours whose connection was gone was held against that connection for ever.
    @Test
    void aLostFlowIsNotRemembered() {
        scene.fromCaller(
                Scene.request("MESSAGE", "deaf").toBuilder().supported(List.of("e2e-sec")).build());
        scene.answers(scene.atCallee("MESSAGE"), 200, b -> b.add("Hop-Record", ""));
        scene.atCaller("NOTIFY");
        scene.take(new Event.ConnectionClosed(java.time.Instant.EPOCH, Scene.CALLER));
        scene.pass(LONG);
        scene.nothingIsRemembered();
        assertEquals(0, scene.gateway.deafFlows());
    }

    // A dialog with a numeric Contact could not be reached by a new connection: the name to prove
    // was the address.
    @Test
    void aNumericContactMustProveTheNameOfTheLostConnection() {
        var invite = Scene.request("INVITE", "lost");
        scene.fromCaller(invite);
        var numeric = NameAddr.of(SipUri.of("bob", "20.255.0.1", 5071));
        scene.answers(scene.atCallee("INVITE"), 200, b -> b.contact(Optional.of(numeric)));
        scene.fromCaller(ack(invite, scene.callerGets(200)));
        var sent =
                scene.effects.stream()
                        .filter(Effect.SendRequest.class::isInstance)
                        .map(e -> ((Effect.SendRequest) e).target())
                        .toList()
                        .getLast();
        assertTrue(
                sent instanceof Target.FlowElse(_, var hop)
                        && hop.domain().equals("out0.example")
                        && hop.address().equals("20.255.0.1")
                        && hop.port() == 5071,
                sent.toString());
    }

    // CANCEL of a re-INVITE that crossed its 200 ended the whole call.
    @Test
    void withinACallTheFarSideDecidesWhatACancelledInviteBecomes() {
        var invite = Scene.request("INVITE", "again");
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        var answer = scene.callerGets(200);
        scene.fromCaller(ack(invite, answer));
        scene.atCallee("ACK");
        var second = Scene.next(invite, answer, "INVITE", 2);
        scene.fromCaller(second);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 180, b -> b);
        scene.callerGets(180);
        scene.fromCaller(cancel(second));
        scene.callerGets(200);
        scene.atCallee("CANCEL");
        scene.answers(seen, 200, b -> b);
        scene.callerGets(200);
        assertTrue(scene.silentToCallee());
        assertEquals(0, scene.notices(NoticeKind.CALL_ENDED).size());
    }

    // What waits for a verdict was bounded by nothing: requests that are soon done, with no
    // Hop-Record in their answers, were each kept for a minute with their bodies.
    @Test
    void whatWaitsForAVerdictIsBoundedAndEachGetsOne() {
        var small = new Scene(crowded(8));
        for (int i = 0; i < 50; i++) {
            small.fromCaller(Scene.request("MESSAGE", "many" + i));
            small.answers(small.atCallee("MESSAGE"), 200, b -> b);
            small.callerGets(200);
            while (!small.silentToCaller()) {
                small.callerAnswers(Scene.bare(small.atCaller("NOTIFY"), 200));
            }
        }
        assertTrue(small.gateway.remembered().get("assurance") <= 9);
        small.pass(LONG);
        assertEquals(50, small.notices(NoticeKind.VERDICT).size());
        small.nothingIsRemembered();
    }

    // More forks rang than are remembered; the last of them accepted after CANCEL, and was neither
    // acknowledged nor ended. Two that did so were each ended again with every repetition.
    @Test
    void everyForkThatAcceptsTooLateIsEndedOnce() {
        var invite = Scene.request("INVITE", "forks");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        for (int i = 0; i < 20; i++) {
            scene.calleeAnswers(Scene.answer(seen, 180, "fork" + i));
        }
        scene.fromCaller(cancel(invite));
        scene.answers(scene.atCallee("CANCEL"), 200, b -> b);
        for (var tag : List.of("fork18", "fork19")) {
            scene.calleeAnswers(Scene.answer(seen, 200, tag));
            assertEquals(tag, scene.atCallee("ACK").to().tag());
            var bye = scene.atCallee("BYE");
            assertEquals(tag, bye.to().tag());
            scene.answers(bye, 200, b -> b);
        }
        for (var tag : List.of("fork18", "fork19")) {
            scene.calleeAnswers(Scene.answer(seen, 200, tag));
            assertEquals(tag, scene.atCallee("ACK").to().tag());
        }
        assertTrue(scene.silentToCallee());
        scene.pass(LONG);
        scene.nothingIsRemembered();
    }

    // The Contact of an INFO moved the dialog: what followed went to where nobody asked for it.
    @Test
    void onlyTargetRefreshesMoveADialog() {
        var invite = Scene.request("INVITE", "stay");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b);
        var answer = scene.callerGets(200);
        scene.fromCaller(ack(invite, answer));
        scene.atCallee("ACK");
        var next = Optional.of(NameAddr.of(SipUri.of("bob", "next.out0.example", 0)));
        for (var method : List.of("INFO", "UPDATE")) {
            var moved = Scene.back(seen, method, method.length(), "bob");
            scene.fromCallee(moved.toBuilder().contact(next).build());
            scene.callerAnswers(Scene.bare(scene.atCaller(method), 200));
            scene.fromCaller(Scene.next(invite, answer, "MESSAGE", 2 + method.length()));
            var host = scene.atCallee("MESSAGE").uri().host();
            assertEquals(method.equals("INFO") ? "ua.out0.example" : "next.out0.example", host);
        }
    }

    @Test
    void asksNothingOfTheHopsThatAreLeftWhenWeAreMeant() {
        var options =
                Scene.request("OPTIONS", "self").toBuilder()
                        .uri(SipUri.of("", "gw.example.com", 0))
                        .maxForwards(OptionalInt.of(0))
                        .vias(
                                List.of(
                                        Via.tls("p1.inside.example", 0, "z9hG4bKp1"),
                                        Via.tls("ua.inside.example", 0, "z9hG4bKua")))
                        .build();
        scene.fromCaller(options);
        // POL-61: as the one who answers, we name the hops before us.
        assertEquals("p1.inside.example", scene.callerGets(200).header("Hop-Record").orElse("-"));
    }

    // A call was ASSURED while the NOTIFY of a hop that its Hop-Record did not name was still being
    // read: whether it became PARTIAL hung on the speed of the machine.
    @Test
    void noVerdictIsSettledBeforeEveryNotifyIsRead() {
        scene.fromCaller(Scene.request("MESSAGE", "unread"));
        var seen = scene.atCallee("MESSAGE");
        scene.take(
                new Event.RequestReceived(
                        java.time.Instant.EPOCH,
                        scene.inbound(Scene.CALLEE),
                        Scene.back(seen, "NOTIFY", 9, "hop").toBuilder()
                                .require(List.of())
                                .proxyRequire(List.of())
                                .add("Event", "e2e-sec;id=" + seen.cseq().number())
                                .build()));
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        assertEquals(List.of(), scene.notices(NoticeKind.VERDICT));

        var task =
                scene.effects.stream()
                        .filter(Effect.ReadHopReport.class::isInstance)
                        .map(e -> ((Effect.ReadHopReport) e).task())
                        .toList()
                        .getLast();
        scene.take(new Event.HopReportRefused(java.time.Instant.EPOCH, task, Reason.MALFORMED));
        assertEquals(
                "ASSURED", scene.notices(NoticeKind.VERDICT).getFirst().details().get("verdict"));
    }

    // A stranger with any certificate that we trust could end a call whose token and tags he had
    // seen on the path.
    @Test
    void onlyWhoHasProvenANameOfTheLegMayUseItsDialog() {
        var invite = Scene.request("INVITE", "stolen");
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        var answer = scene.callerGets(200);
        scene.fromCaller(ack(invite, answer));
        scene.atCallee("ACK");
        var owner = scene.ingress;
        scene.ingress = Scene.tls("thief.example");
        scene.fromCaller(Scene.next(invite, answer, "BYE", 2));
        scene.callerGets(403);
        assertTrue(scene.silentToCallee());

        scene.ingress = owner;
        scene.fromCaller(Scene.next(invite, answer, "BYE", 3));
        scene.atCallee("BYE");
    }
}
