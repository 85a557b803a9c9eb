package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.Injection.OnRejected;
import org.surehop.core.config.PathPolicy;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// The gateway asks for e2e-sec where the caller does not: what goes on, what comes back, and what
/// the caller must never see of it (POL-3, POL-29, POL-81, POL-82, POL-90 to POL-92).
class InjectionTest {
    private static final Optional<String> NOTHING = Optional.empty();

    private Scene scene = scene(OnRejected.REJECT);

    private static Scene scene(OnRejected onRejected) {
        return new Scene(new SimSettings(true, false, 100, 32).injecting(onRejected).config());
    }

    // ---- onward ----

    @ParameterizedTest
    @ValueSource(
            strings = {"INVITE", "REGISTER", "PUBLISH", "SUBSCRIBE", "REFER", "MESSAGE", "OPTIONS"})
    void addsTheTagToARequestOverTls(String method) {
        scene.fromCaller(Scene.plain(method, "i1"));
        Scene.demands(scene.atCallee(method));
        var told = scene.notices(NoticeKind.INJECTED);
        assertEquals(1, told.size());
        assertEquals("out0.example to out0", told.getFirst().details().get("route"));
    }

    @Test
    void addsNothingWhereTheGatewayIsToldNever() {
        scene = new Scene(new SimSettings(true, false, 100, 32).config());
        scene.fromCaller(Scene.plain("MESSAGE", "i2"));
        Scene.unmarked(scene.atCallee("MESSAGE"));
    }

    @Test
    void addsNothingToWhatCameInClear() {
        scene = clear(false);
        scene.ingress = new ChannelSecurity.Clear();
        scene.fromCaller(Scene.plain("MESSAGE", "i3"));
        Scene.unmarked(scene.atCallee("MESSAGE"));
        assertEquals(0, scene.notices(NoticeKind.VERDICT).size());
    }

    @Test
    void addsNothingWhereAnEarlierHopWasInClear() {
        scene.fromCaller(through("UDP", Scene.plain("MESSAGE", "i4")));
        Scene.unmarked(scene.atCallee("MESSAGE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"message/sipfrag", "message/sip"})
    void addsNothingOverASignedCopyOfHeaders(String kind) {
        scene.fromCaller(Scene.plain("MESSAGE", "i5").toBuilder().body(signed(kind)).build());
        Scene.unmarked(scene.atCallee("MESSAGE"));
    }

    @Test
    void aRegistrationIsNotTouchedWhereTheTagMightHaveToBeTakenBack() {
        scene = scene(OnRejected.RETRY_WITHOUT);
        scene.fromCaller(Scene.plain("REGISTER", "i6"));
        Scene.unmarked(scene.atCallee("REGISTER"));
    }

    @Test
    void theWholeFlowKeepsTheTagAndTheCallerSeesNothingOfIt() {
        var invite = Scene.plain("INVITE", "c1");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b.require(List.of(Scene.TAG)).add("Hop-Record", "p.example"));
        var answer = scene.callerGets(200);
        assertEquals(NOTHING, answer.header("Hop-Record"));
        assertEquals(List.of(), answer.require());
        assertEquals(200, scene.notified(seen, report(seen), Optional.empty()));
        assertEquals("ASSURED", verdict());
        assertTrue(scene.silentToCaller(), "POL-82: no NOTIFY to the caller");

        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        Scene.demands(scene.atCallee("ACK"));
        scene.fromCaller(Scene.next(invite, answer, "INFO", 2));
        var info = scene.atCallee("INFO");
        Scene.demands(info);
        scene.answers(info, 200, b -> b.add("Hop-Record", "p.example"));
        assertEquals(NOTHING, scene.callerGets(200).header("Hop-Record"));
        scene.fromCaller(Scene.next(invite, answer, "BYE", 3));
        Scene.demands(scene.atCallee("BYE"));
    }

    // A callee under e2e-sec asks for it in its own requests, too (POL-12). Passed on, they would
    // get 420 from a caller that has never heard of the tag, and the callee could not even hang up.
    @ParameterizedTest
    @ValueSource(strings = {"BYE", "INFO", "UPDATE", "INVITE"})
    void theCalleesEchoOfTheTagEndsHere(String method) {
        var seen = talk(Scene.plain("INVITE", "c2"));
        scene.fromCallee(Scene.back(seen, method, 1, "bob"));
        var heard = scene.atCaller(method);
        Scene.unmarked(heard);
        scene.callerAnswers(Scene.answer(heard, 200, ""));
        assertEquals(NOTHING, scene.calleeGets(200).header("Hop-Record"));
        if (method.equals("INVITE")) {
            scene.fromCallee(Scene.back(seen, "ACK", 1, "bob"));
            Scene.unmarked(scene.atCaller("ACK"));
        }
    }

    @Test
    void aCallerWhoKnowsTheTagIsToldThePathAndAskedForIt() {
        var invite = Scene.plain("INVITE", "c3").toBuilder().supported(List.of(Scene.TAG)).build();
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        var answer = scene.callerGets(200);
        assertTrue(answer.header("Hop-Record").isPresent());
        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        scene.fromCallee(Scene.back(seen, "INFO", 1, "bob"));
        Scene.demands(scene.atCaller("INFO"));
        assertTrue(scene.silentToCaller(), "and no NOTIFY, for it has not asked");
    }

    @Test
    void anUnansweredCallIsEndedByMessagesThatEachSideUnderstands() {
        var invite = Scene.plain("INVITE", "c4");
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        scene.callerGets(200);
        scene.pass(Duration.ofSeconds(40));
        Scene.unmarked(scene.atCaller("BYE"));
        Scene.demands(scene.atCallee("BYE"));
    }

    // ---- refused, and reported ----

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE", "SUBSCRIBE"})
    void aRefusalOfOurOwnTagIs403(String method) {
        scene.fromCaller(Scene.plain(method, "r1"));
        scene.answers(scene.atCallee(method), 420, b -> b.add("Unsupported", Scene.TAG));
        var told = scene.callerGets(403);
        assertEquals(NOTHING, told.header("Unsupported"));
        assertTrue(told.header("Warning").orElse("").contains("e2e-sec: injected-rejected"));
        var notice = scene.notices(NoticeKind.INJECTED_REJECTED).getFirst();
        assertEquals(Reason.INJECTED_REJECTED, notice.reason());
        assertEquals("reject", notice.details().get("on-rejected"));
        assertEquals("FAILED", verdict());
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    @Test
    void aRefusalInTheDialogLeavesTheCallUp() {
        scene = scene(OnRejected.RETRY_WITHOUT);
        var invite = Scene.plain("INVITE", "r2");
        var answer = answered(invite);
        scene.fromCaller(Scene.next(invite, answer, "INFO", 2));
        scene.answers(scene.atCallee("INFO"), 420, b -> b.add("Unsupported", Scene.TAG));
        scene.callerGets(403);
        assertTrue(scene.silentToCallee(), "a dialog keeps its demand");
        scene.fromCaller(Scene.next(invite, answer, "BYE", 3));
        Scene.demands(scene.atCallee("BYE"));
    }

    @Test
    void otherTagsOfA420AreTheCallersBusiness() {
        scene.fromCaller(
                Scene.plain("MESSAGE", "r3").toBuilder().require(List.of("timer")).build());
        scene.answers(scene.atCallee("MESSAGE"), 420, b -> b.add("Unsupported", "timer, e2e-sec"));
        assertEquals(List.of("timer"), scene.callerGets(420).headers("Unsupported"));
    }

    // ---- who began in clear ----

    @Test
    void whoWasChallengedInClearIsNotInjectedOnTls() {
        scene = clear(false);
        challengedInClear("q1");
        scene.fromCaller(Scene.numbered(Scene.plain("MESSAGE", "q1"), 2));
        Scene.unmarked(scene.atCallee("MESSAGE"));
        scene.fromCaller(Scene.numbered(Scene.plain("MESSAGE", "another-call"), 2));
        Scene.unmarked(scene.atCallee("MESSAGE"));
        scene.pass(Duration.ofSeconds(65));
        scene.fromCaller(Scene.plain("MESSAGE", "much-later"));
        Scene.demands(scene.atCallee("MESSAGE"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoAsksAfterAChallengeInClearIsOutOfScope(boolean trusted) {
        scene = clear(trusted);
        challengedInClear("q2");
        scene.fromCaller(Scene.numbered(Scene.request("MESSAGE", "q2"), 2));
        var seen = scene.atCallee("MESSAGE");
        Scene.demands(seen);
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        scene.callerGets(200);
        assertEquals(trusted ? "ASSURED" : "OUT_OF_SCOPE", verdict());
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    // When more were challenged than are remembered, somebody among those who come is one of them.
    @Test
    void nobodyIsInjectedAfterMoreChallengesThanAreRemembered() {
        scene = new Scene(clear(false, Duration.ofMinutes(10)).transactions(40).config());
        for (int i = 0; i < 50; i++) {
            challengedInClear("many" + i);
            scene.pass(Duration.ofSeconds(i % 10 == 0 ? 33 : 0));
        }
        assertTrue(counted("limit.challenges") > 0);
        scene.pass(Duration.ofSeconds(33));
        scene.fromCaller(carol());
        Scene.unmarked(scene.atCallee("MESSAGE"));
    }

    @Test
    void aChallengeOnTlsStaysInScope() {
        scene = clear(false);
        scene.fromCaller(Scene.request("MESSAGE", "q3"));
        scene.answers(scene.atCallee("MESSAGE"), 407, b -> b);
        scene.fromCaller(Scene.numbered(Scene.request("MESSAGE", "q3"), 2));
        scene.answers(scene.atCallee("MESSAGE"), 200, b -> b.add("Hop-Record", ""));
        assertEquals(
                "ASSURED", scene.notices(NoticeKind.VERDICT).getLast().details().get("verdict"));
    }

    @Test
    void whoAsksThroughAHopInClearIsOutOfScope() {
        scene.fromCaller(through("UDP", Scene.request("MESSAGE", "q4")));
        scene.answers(scene.atCallee("MESSAGE"), 200, b -> b.add("Hop-Record", ""));
        assertEquals("OUT_OF_SCOPE", verdict());
    }

    // ---- the words of this test ----

    private static Scene clear(boolean trusted) {
        return new Scene(clear(trusted, Duration.ofSeconds(64)).config());
    }

    private static SimSettings clear(boolean trusted, Duration memory) {
        var path = new PathPolicy(true, PathPolicy.SignedHeaders.REJECT, 403, memory, trusted);
        var settings = new SimSettings(true, false, 100, 32).injecting(OnRejected.REJECT);
        return settings.with(path);
    }

    private static Request carol() {
        var plain = Scene.plain("MESSAGE", "never-challenged");
        var uri = SipUri.of("carol", "in0.inside.example", 0);
        return plain.toBuilder().from(NameAddr.of(uri).withTag("carol")).build();
    }

    private long counted(String name) {
        return scene.gateway.snapshot(Instant.EPOCH).counters().getOrDefault(name, 0L);
    }

    private void challengedInClear(String callId) {
        var tls = scene.ingress;
        scene.ingress = new ChannelSecurity.Clear();
        scene.fromCaller(Scene.plain("MESSAGE", callId));
        scene.answers(scene.atCallee("MESSAGE"), 407, b -> b);
        scene.callerGets(407);
        scene.ingress = tls;
    }

    private Request talk(Request invite) {
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b);
        var answer = scene.callerGets(200);
        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        scene.atCallee("ACK");
        return seen;
    }

    private Response answered(Request invite) {
        scene.fromCaller(invite);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        var answer = scene.callerGets(200);
        scene.fromCaller(Scene.next(invite, answer, "ACK", 1));
        scene.atCallee("ACK");
        return answer;
    }

    private String verdict() {
        return scene.notices(NoticeKind.VERDICT).getFirst().details().get("verdict");
    }

    private static Request through(String transport, Request request) {
        var first = "SIP/2.0/" + transport + " phone.inside.example;branch=z9hG4bKfirst";
        var vias =
                List.of(
                        request.topVia(),
                        new Via(first, transport, "phone.inside.example", 0, "z9hG4bKfirst"));
        return request.toBuilder().vias(vias).build();
    }

    private static Body signed(String kind) {
        var text =
                "--b1\r\nContent-Type: %s\r\n\r\nFrom: <sip:a@b.example>\r\n\r\n--b1--\r\n"
                        .formatted(kind);
        return new Body(
                List.of(new Header("Content-Type", "multipart/signed;boundary=b1")),
                Octets.copyOf(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /// What a hop asserts of the request that it saw.
    static HopReport report(Request seen) {
        var hop =
                HopNotify.attest(
                        Hop.of("p.example", 5061), Scene.tls("gw"), Scene.tls("bob.example"));
        return HopNotify.ownReport(seen, Instant.EPOCH, hop, List.of());
    }
}
