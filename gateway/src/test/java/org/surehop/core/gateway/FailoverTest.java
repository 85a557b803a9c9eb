package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Target;
import org.surehop.sim.SimSettings;

/// A target that could not serve is followed by the next one of the same location (POL-23, EDG-32).
class FailoverTest {
    private static final Hop PROXY = Hop.of("p1.example.net", 0);

    private final Scene scene = new Scene(new SimSettings(true, false, 20_000, 32).config());

    // A 503 went back as a 500 though the location had more servers.
    @Test
    void anotherTargetIsAskedAfterA503() {
        scene.targets = 2;
        scene.fromCaller(Scene.request("INVITE", "a"));
        var first = scene.atCallee("INVITE");
        scene.answers(first, 503, UnaryOperator.identity());
        scene.atCallee("ACK");
        var second = scene.atCallee("INVITE");
        Scene.demands(second);
        assertNotEquals(first.topVia().branch(), second.topVia().branch());
        assertEquals(first.cseq(), second.cseq());
        assertEquals(List.of(scene.inbound(Scene.CALLEE).remote()), tried());
        scene.answers(second, 200, b -> b.add("Hop-Record", ""));
        scene.callerGets(200);
        assertEquals(1, scene.notices(NoticeKind.VERDICT).size());
    }

    @Test
    void withNoTargetLeftTheCallerHearsOfTheFirstFailure() {
        scene.fromCaller(Scene.request("INVITE", "b"));
        scene.answers(scene.atCallee("INVITE"), 503, UnaryOperator.identity());
        // EDG-32: a bare 503 would make the caller avoid this gateway.
        assertEquals(Optional.empty(), scene.callerGets(500).header("Retry-After"));
        scene.atCallee("ACK");
        assertTrue(scene.silentToCallee());
        assertEquals(
                "FAILED", scene.notices(NoticeKind.VERDICT).getFirst().details().get("verdict"));
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    /// POL-23: only the attempt that succeeded is attested, and what hops said of another one
    /// does not make its way look better.
    @Test
    void whatWasAssertedOfAFailedAttemptCountsNoMore() {
        scene.targets = 2;
        scene.fromCaller(Scene.request("MESSAGE", "c"));
        var first = scene.atCallee("MESSAGE");
        scene.notified(first, report(first), Optional.empty());
        scene.answers(first, 503, UnaryOperator.identity());
        var second = scene.atCallee("MESSAGE");
        scene.answers(second, 200, b -> b.add("Hop-Record", PROXY.toString()));
        scene.pass(Duration.ofSeconds(33));
        assertEquals(
                "MISMATCH", scene.notices(NoticeKind.VERDICT).getFirst().details().get("verdict"));
        assertEquals(
                1, scene.effects.stream().filter(Effect.MakeHopReport.class::isInstance).count());
    }

    /// An idle connection may just have ended: the first lost write says nothing of its target.
    @Test
    void aLostWriteIsTriedAgainAndThenElsewhere() {
        var place = scene.inbound(Scene.CALLEE).remote();
        scene.targets = 2;
        scene.fromCaller(Scene.request("MESSAGE", "d"));
        for (int i = 0; i < 2; i++) {
            lost(scene.atCallee("MESSAGE"), place);
        }
        var third = scene.atCallee("MESSAGE");
        assertEquals(List.of(place), tried());
        scene.answers(third, 200, b -> b.add("Hop-Record", ""));
        scene.callerGets(200);
    }

    @Test
    void attemptsHaveAnEnd() {
        scene.targets = 100;
        scene.fromCaller(Scene.request("MESSAGE", "e"));
        for (int i = 0; i < 8; i++) {
            scene.answers(scene.atCallee("MESSAGE"), 503, UnaryOperator.identity());
        }
        scene.callerGets(500);
        assertTrue(scene.silentToCallee());
    }

    @Test
    void whoeverHasGivenUpIsNotCalledElsewhere() {
        scene.targets = 2;
        var invite = Scene.request("INVITE", "f");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 180, UnaryOperator.identity());
        scene.fromCaller(Crossing.cancel(invite));
        scene.atCallee("CANCEL");
        scene.answers(seen, 503, UnaryOperator.identity());
        scene.atCallee("ACK");
        assertTrue(scene.silentToCallee());
    }

    @Test
    void aRefusalThatIsNoOverloadGoesBackAtOnce() {
        scene.targets = 2;
        scene.fromCaller(Scene.request("INVITE", "g"));
        scene.answers(scene.atCallee("INVITE"), 486, UnaryOperator.identity());
        scene.callerGets(486);
    }

    /// In a dialog the far side is one element.
    @Test
    void aDialogStaysWithItsElement() {
        scene.targets = 2;
        var invite = Scene.request("INVITE", "h");
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b.add("Hop-Record", ""));
        var ok = scene.callerGets(200);
        scene.fromCaller(Scene.next(invite, ok, "ACK", 1));
        scene.atCallee("ACK");
        scene.fromCaller(Scene.next(invite, ok, "INFO", 2));
        scene.answers(scene.atCallee("INFO"), 503, UnaryOperator.identity());
        scene.callerGets(500);
        assertTrue(scene.silentToCallee());
    }

    private void lost(Request request, InetSocketAddress place) {
        var key = new TransactionKey(request.topVia().branch(), request.method());
        scene.take(
                new Event.SendFailed(
                        Instant.EPOCH, key, Reason.CONNECTION_LOST, "", Optional.of(place)));
    }

    private List<InetSocketAddress> tried() {
        return scene.effects.stream()
                .filter(Effect.SendRequest.class::isInstance)
                .map(e -> ((Effect.SendRequest) e).target())
                .filter(Target.Another.class::isInstance)
                .map(t -> ((Target.Another) t).tried())
                .toList()
                .getLast();
    }

    private static HopReport report(Request request) {
        var tls = new HopAssertion.Channel("tls", "TLSv1.3", "", "", "mutual");
        return new HopReport(
                request.method(),
                request.cseq().number(),
                request.callId(),
                request.from().uri().text(),
                request.from().tag(),
                request.to().uri().text(),
                Instant.EPOCH,
                List.of(new HopAssertion(PROXY, HopAssertion.Role.PROXY, true, "", tls, tls)),
                Optional.empty());
    }
}
