package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Topology;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// One verdict for each request and each success, what it rests on, and what follows from it.
class VerdictsTest {
    static final Hop PROXY = Hop.of("p1.example.net", 0);
    private static final SignerFacts SIGNER =
            new SignerFacts(
                    List.of("sip:p1.example.net"),
                    "cd".repeat(32),
                    SignerFacts.Status.VALID,
                    Optional.empty());

    private final Scene scene = scene(Assurance.OnMismatch.REPORT);

    private static Scene scene(Assurance.OnMismatch policy) {
        return new Scene(new SimSettings(true, false, 20_000, 32).config(policy));
    }

    @Test
    void tellsWhoAssertedWhatAndUnderWhichKey() {
        var seen = invite(scene, "v1");
        assertEquals(200, scene.notified(seen, report(seen, PROXY), Optional.of(SIGNER)));
        scene.answers(seen, 200, b -> b.add("Hop-Record", PROXY.toString()));
        var details = verdicts(scene).getFirst();
        assertEquals("ASSURED", details.get("verdict"));
        assertEquals(
                PROXY + " by signature, key sha256:" + SIGNER.fingerprint(),
                details.get("asserted-by"));
    }

    @Test
    void tellsThatAnAssertionRestsOnTheConnectionAlone() {
        var seen = invite(scene, "v2");
        scene.notified(seen, report(seen, PROXY), Optional.empty());
        scene.answers(seen, 200, b -> b.add("Hop-Record", PROXY.toString()));
        assertEquals(
                PROXY + " by transport, connection 2",
                verdicts(scene).getFirst().get("asserted-by"));
    }

    @Test
    void eachSuccessOfAForkHasItsVerdict() {
        var seen = invite(scene, "v3");
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        scene.calleeAnswers(success(seen, "other", PROXY.toString()));
        scene.calleeAnswers(success(seen, "other", PROXY.toString()));
        var told = verdicts(scene);
        assertEquals(List.of("ASSURED", "MISMATCH"), levels(told));
        assertEquals("other", told.getLast().get("to-tag"));
    }

    @Test
    void aForkThatAnswersBeforeTheVerdictIsJudgedWithIt() {
        var seen = invite(scene, "v4");
        scene.answers(seen, 200, b -> b.add("Hop-Record", PROXY.toString()));
        scene.calleeAnswers(success(seen, "other", ""));
        assertEquals(0, verdicts(scene).size());
        scene.pass(Duration.ofSeconds(33));
        assertEquals(List.of("MISMATCH", "ASSURED"), levels(verdicts(scene)));
    }

    @Test
    void aLateReportUpgradesOnceAndOnlyUntilTheCap() {
        var seen = message("v5");
        scene.answers(seen, 200, b -> b.add("Hop-Record", PROXY.toString()));
        scene.pass(Duration.ofSeconds(40));
        scene.notified(seen, report(seen, PROXY), Optional.empty());
        scene.notified(seen, report(seen, PROXY), Optional.empty());
        assertEquals(1, scene.notices(NoticeKind.VERDICT_CHANGED).size());

        var late = message("v6");
        scene.answers(late, 200, b -> b.add("Hop-Record", PROXY.toString()));
        scene.pass(Duration.ofSeconds(65));
        assertEquals(481, scene.notified(late, report(late, PROXY), Optional.empty()));
        assertEquals(1, scene.notices(NoticeKind.VERDICT_CHANGED).size());
    }

    // What was refused before it left had its refusal for a report and no verdict: who counted
    // verdicts missed every request that could not be kept (POL-1).
    @Test
    void whatIsRefusedBeforeItLeavesHasFailed() {
        var unknown =
                Scene.request("INVITE", "r1").toBuilder()
                        .require(List.of(Scene.TAG, "unknown"))
                        .build();
        var overUdp =
                Scene.request("MESSAGE", "r2").toBuilder()
                        .uri(udp(Scene.request("MESSAGE", "r2").uri()))
                        .build();
        var nowhere = Scene.request("INVITE", "r3").toBuilder().maxForwards(OptionalInt.of(0));
        for (var request : List.of(unknown, overUdp, nowhere.build())) {
            scene.fromCaller(request);
        }
        assertEquals(List.of("FAILED", "FAILED", "FAILED"), levels(verdicts(scene)));
        assertEquals(
                List.of(Reason.BAD_EXTENSION, Reason.NO_TLS_TARGET, Reason.TOO_MANY_HOPS),
                scene.notices(NoticeKind.VERDICT).stream().map(n -> n.reason()).toList());
        scene.pass(Duration.ofMinutes(2));
        assertTrue(scene.silentToCallee());
        // POL-36: nobody is told that such a request was complied with.
        assertTrue(scene.silentToCaller());
        scene.nothingIsRemembered();
    }

    @Test
    void whatAsksForNothingOrIsNoRequestOfItsOwnHasNoVerdict() {
        scene.fromCaller(
                Scene.plain("INVITE", "r4").toBuilder().require(List.of("unknown")).build());
        var twice = Scene.request("MESSAGE", "r5");
        scene.fromCaller(twice);
        scene.fromCaller(
                twice.toBuilder()
                        .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKagain")))
                        .build());
        scene.callerGets(420);
        scene.callerGets(482);
        assertEquals(List.of(), verdicts(scene));
    }

    @Test
    void aBodyThatMustBeReadAndCannotIsOneFailure() {
        var body =
                new Body(
                        List.of(new Header("Content-Type", "application/pkcs7-mime")),
                        Octets.copyOf(new byte[] {1}));
        scene.fromCaller(Scene.request("INVITE", "r6").toBuilder().body(body).build());
        var opening =
                scene.effects.stream()
                        .filter(Effect.OpenBody.class::isInstance)
                        .map(Effect.OpenBody.class::cast)
                        .findFirst()
                        .orElseThrow();
        scene.take(
                new Event.BodyOpened(
                        Instant.EPOCH,
                        opening.task(),
                        new BodyFacts(
                                List.of(), java.util.Set.of(BodyFacts.Obstacle.NOT_A_RECIPIENT))));
        scene.callerGets(496);
        assertEquals(List.of("FAILED"), levels(verdicts(scene)));
    }

    private static SipUri udp(SipUri uri) {
        return new SipUri(
                uri.text() + ";transport=udp", "sip", uri.user(), uri.host(), uri.port(), "udp");
    }

    /// POL-66: without a list of the path a yes is an assertion at most, and only where the
    /// operator trusts it and nobody says no.
    @Test
    void whoSpokeIsTrustedWhereTheOperatorSaysSo() {
        var trust = new HopPolicy(Topology.FULL, List.of(), true);
        var trusting = new Scene(new SimSettings(true, false, 20_000, 32).config(trust));
        for (var asked : List.of(scene, trusting)) {
            var seen = invite(asked, "t1");
            asked.notified(seen, report(seen, PROXY), Optional.empty());
            asked.answers(seen, 200, b -> b);
            asked.pass(Duration.ofSeconds(1));
            var silent = invite(asked, "t2");
            asked.answers(silent, 200, b -> b);
            asked.pass(Duration.ofSeconds(1));
            var garbled = invite(asked, "t3");
            asked.notified(garbled, report(garbled, PROXY), Optional.empty());
            asked.answers(garbled, 200, b -> b.add("Hop-Record", "a b"));
            asked.pass(Duration.ofSeconds(33));
        }
        assertEquals(List.of("UNVERIFIED", "UNVERIFIED", "UNVERIFIED"), levels(verdicts(scene)));
        assertEquals(List.of("ASSERTED", "UNVERIFIED", "UNVERIFIED"), levels(verdicts(trusting)));
        assertEquals(
                Reason.NOTIFIES_TRUSTED, trusting.notices(NoticeKind.VERDICT).getFirst().reason());
    }

    /// Four gateways in a row waited equally long for a hop that never spoke. The first had told
    /// its verdict when the second's combined NOTIFY came, and blamed three honest hops with the
    /// silent one. Who misses more hops stands further from the silent one, and waits longer.
    @Test
    void aGatewayFurtherOnSpeaksBeforeItIsTakenForSilent() {
        var seen = message("v9");
        var silent = "p2.example.net";
        scene.answers(seen, 200, b -> b.add("Hop-Record", PROXY + ", " + silent));
        scene.pass(Duration.ofMillis(32_500));
        assertEquals(0, verdicts(scene).size());
        scene.notified(seen, report(seen, PROXY), Optional.empty());
        assertEquals(List.of("MISMATCH"), levels(verdicts(scene)));
        assertEquals(silent, verdicts(scene).getFirst().get("silent"));
    }

    @Test
    void theMoreHopsAreSilentTheLongerTheVerdictWaitsUpToTheCap() {
        for (var hops : Map.of(1, 32, 2, 33, 3, 34, 33, 64, 40, 64).entrySet()) {
            var each = scene(Assurance.OnMismatch.REPORT);
            var seen = invite(each, "w" + hops.getKey());
            var record = new StringJoiner(", ");
            for (int i = 0; i < hops.getKey(); i++) {
                record.add("p" + i + ".example.net");
            }
            each.answers(seen, 200, b -> b.add("Hop-Record", record.toString()));
            each.pass(Duration.ofMillis(hops.getValue() * 1000 - 300));
            assertEquals(0, verdicts(each).size(), hops.toString());
            each.pass(Duration.ofMillis(600));
            assertEquals(List.of("MISMATCH"), levels(verdicts(each)), hops.toString());
        }
    }

    @Test
    void aMismatchIsReportedAndTheCallGoesOn() {
        established(scene, "v7");
        scene.pass(Duration.ofSeconds(33));
        assertEquals(List.of("MISMATCH"), levels(verdicts(scene)));
        assertTrue(scene.silentToCallee());
    }

    @Test
    void aMismatchEndsTheCallWhereTheOperatorSaysSo() {
        var strict = scene(Assurance.OnMismatch.TERMINATE);
        established(strict, "v8");
        strict.pass(Duration.ofSeconds(33));
        Scene.demands(strict.atCallee("BYE"));
        assertEquals(1, strict.notices(NoticeKind.CALL_ENDED).size());
        var toCaller = strict.atCaller("NOTIFY");
        assertTrue(toCaller.header("Event").orElse("").startsWith(Scene.TAG));
        Scene.demands(strict.atCaller("BYE"));
    }

    /// POL-95: each of 10,000 requests draws 100 forged NOTIFYs.
    @Test
    void aFloodOfForgedNotifiesLeavesNothingBehind() {
        var peak = 0;
        for (int i = 0; i < 10_000; i++) {
            var request = Scene.request("MESSAGE", "flood" + i);
            scene.fromCaller(request);
            var seen = scene.atCallee("MESSAGE");
            for (int n = 0; n < 100; n++) {
                var forged = report(request, Hop.of("forged" + n + ".example", 0));
                scene.notified(Scene.CALLER, seen, forged, Optional.empty());
            }
            scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
            peak = Math.max(peak, scene.gateway.remembered().get("assurance"));
            scene.effects.clear();
            scene.forget();
            scene.pass(Duration.ofSeconds(1));
        }
        assertTrue(peak <= 2, "requests that wait for a verdict at a time: " + peak);
        assertEquals(Map.of("ASSURED", 10_000L), scene.gateway.snapshot(Instant.EPOCH).verdicts());
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    private static Request invite(Scene scene, String callId) {
        scene.fromCaller(Scene.request("INVITE", callId));
        return scene.atCallee("INVITE");
    }

    private Request message(String callId) {
        scene.fromCaller(Scene.request("MESSAGE", callId));
        return scene.atCallee("MESSAGE");
    }

    private static void established(Scene scene, String callId) {
        var invite = Scene.request("INVITE", callId);
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b.add("Hop-Record", PROXY.toString()));
        scene.fromCaller(Scene.next(invite, scene.callerGets(200), "ACK", 1));
        scene.atCallee("ACK");
    }

    private static Response success(Request seen, String tag, String record) {
        return Scene.answer(seen, 200, tag).toBuilder().add("Hop-Record", record).build();
    }

    static HopReport report(Request request, Hop hop) {
        var tls = new HopAssertion.Channel("tls", "TLSv1.3", "", "", "mutual");
        return new HopReport(
                request.method(),
                request.cseq().number(),
                request.callId(),
                request.from().uri().text(),
                request.from().tag(),
                request.to().uri().text(),
                Instant.EPOCH,
                List.of(new HopAssertion(hop, HopAssertion.Role.PROXY, true, "", tls, tls)),
                Optional.empty());
    }

    private static List<Map<String, String>> verdicts(Scene scene) {
        return scene.notices(NoticeKind.VERDICT).stream().map(n -> n.details()).toList();
    }

    private static List<String> levels(List<Map<String, String>> verdicts) {
        return verdicts.stream().map(v -> v.getOrDefault("verdict", "")).toList();
    }
}
