package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Topology;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.sim.SimSettings;

/// Verdicts of requests within a dialog (POL-1): none as shipped, where the request that began the
/// dialog speaks for it, and one for each where the operator asks.
class DialogVerdictsTest {
    private final Scene scene = scene(true);
    private final Request invite = Scene.request("INVITE", "d1");
    private final Response answer;
    private Optional<Request> atCallee = Optional.empty();

    DialogVerdictsTest() {
        answer = established(scene);
    }

    private static Scene scene(boolean each) {
        var hops = new HopPolicy(Topology.FULL, List.of(), false, List.of(), each);
        return new Scene(new SimSettings(true, false, 20_000, 32).config(hops));
    }

    private Response established(Scene at) {
        at.fromCaller(invite);
        var seen = at.atCallee("INVITE");
        atCallee = Optional.of(seen);
        at.answers(seen, 200, b -> b.add("Hop-Record", ""));
        var success = at.callerGets(200);
        at.fromCaller(Scene.next(invite, success, "ACK", 1));
        at.atCallee("ACK");
        return success;
    }

    private static List<String> told(Scene at) {
        return at.notices(NoticeKind.VERDICT).stream()
                .map(
                        n ->
                                n.call().orElseThrow().method()
                                        + " "
                                        + n.details().getOrDefault("verdict", ""))
                .toList();
    }

    @Test
    void eachRequestOfTheCallerIsJudgedByItsOwnHops() {
        scene.fromCaller(Scene.next(invite, answer, "INFO", 2));
        var seen = scene.atCallee("INFO");
        Scene.demands(seen);
        assertEquals(
                200,
                scene.notified(
                        seen, VerdictsTest.report(seen, VerdictsTest.PROXY), Optional.empty()));
        scene.answers(seen, 200, b -> b.add("Hop-Record", VerdictsTest.PROXY.toString()));
        assertEquals(List.of("INVITE ASSURED", "INFO ASSURED"), told(scene));
    }

    @Test
    void aPathThatChangedIsSeenAtTheNextRequest() {
        scene.fromCaller(Scene.next(invite, answer, "INVITE", 2));
        scene.answers(
                scene.atCallee("INVITE"), 200, b -> b.add("Hop-Record", "silent.example.net"));
        scene.callerGets(200);
        scene.pass(Duration.ofSeconds(33));
        assertEquals(List.of("INVITE ASSURED", "INVITE MISMATCH"), told(scene));
    }

    @Test
    void aRequestOfTheCalleeIsJudgedOnTheOtherSide() {
        scene.callerAnswers(Scene.bare(scene.atCaller("NOTIFY"), 200));
        var seen = Scene.back(atCallee.orElseThrow(), "INFO", 7, answer.to().tag());
        scene.fromCallee(seen);
        var atCaller = scene.atCaller("INFO");
        assertEquals(
                200,
                scene.notified(
                        Scene.CALLER,
                        atCaller,
                        VerdictsTest.report(atCaller, VerdictsTest.PROXY),
                        Optional.empty()));
        scene.callerAnswers(
                Scene.answer(atCaller, 200, "").toBuilder()
                        .add("Hop-Record", VerdictsTest.PROXY.toString())
                        .build());
        scene.calleeGets(200);
        assertEquals(List.of("INVITE ASSURED", "INFO ASSURED"), told(scene));
    }

    @Test
    void theVerdictOfTheCallStaysThatOfItsInvite() {
        scene.fromCaller(Scene.next(invite, answer, "BYE", 2));
        scene.answers(scene.atCallee("BYE"), 200, b -> b);
        scene.callerGets(200);
        scene.pass(Duration.ofMinutes(3));
        assertEquals(List.of("INVITE ASSURED", "BYE UNVERIFIED"), told(scene));
        assertEquals(
                Map.of("ASSURED", 1L, "UNVERIFIED", 1L),
                scene.gateway.snapshot(java.time.Instant.EPOCH).verdicts());
    }

    @Test
    void asShippedTheRequestThatBeganTheDialogSpeaksForIt() {
        var usual = scene(false);
        var first = established(usual);
        usual.fromCaller(Scene.next(invite, first, "INFO", 2));
        Scene.demands(usual.atCallee("INFO"));
        usual.pass(Duration.ofMinutes(2));
        assertEquals(List.of("INVITE ASSURED"), told(usual));
        assertEquals(List.<Notice>of(), usual.notices(NoticeKind.VERDICT_CHANGED));
    }
}
