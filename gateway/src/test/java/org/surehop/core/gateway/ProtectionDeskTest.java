package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// Less protection than before is told (RFC 3261 §23.2, SM-3, SM-7c), and stops nothing.
class ProtectionDeskTest {
    private static final String ALICE = "sip:alice@in0.inside.example";
    private static final String BOB = "sip:bob@out0.example";
    private static final Body SEALED = body("application/pkcs7-mime", "sealed");
    private static final Body MIXED = body("multipart/mixed; boundary=x", "mixed");

    private final Scene scene = new Scene(new SimSettings(true, false, 1_000, 32).config());

    private static Body body(String type, String text) {
        return new Body(List.of(new Header("Content-Type", type)), octets(text));
    }

    private static Octets octets(String text) {
        return Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sdp(int version, String address) {
        return ("v=0\r\no=- 1 %d IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
                        + "m=audio 40000 RTP/AVP 0\r\n")
                .formatted(version, address, address);
    }

    private static BodyFacts facts(String sdp, boolean encrypted, SignerFacts... signers) {
        return new BodyFacts(
                List.of(
                        new DisclosedPart(
                                "application/sdp", "", octets(sdp), List.of(signers), encrypted)),
                Set.of());
    }

    private static SignerFacts by(String name, String fingerprint) {
        return by(name, fingerprint, SignerFacts.Status.VALID);
    }

    private static SignerFacts by(String name, String print, SignerFacts.Status status) {
        return new SignerFacts(List.of(name), print, status, Optional.empty());
    }

    private static Request invite(String callId, Body body) {
        return Scene.request("INVITE", callId).toBuilder().body(body).build();
    }

    private void opened(int before, BodyFacts facts) {
        var open =
                scene.effects.subList(before, scene.effects.size()).stream()
                        .filter(Effect.OpenBody.class::isInstance)
                        .map(Effect.OpenBody.class::cast)
                        .findFirst()
                        .orElseThrow();
        scene.take(new Event.BodyOpened(Instant.EPOCH, open.task(), facts));
        applied();
    }

    /// The firewall does what it was asked.
    private void applied() {
        for (var effect : List.copyOf(scene.effects)) {
            if (effect instanceof Effect.ApplyRuleSet(var change) && done.add(change.number())) {
                scene.take(new Event.RuleSetApplied(Instant.EPOCH, change.number(), List.of()));
            }
        }
    }

    private final Set<Long> done = new java.util.HashSet<>();

    private Request calls(Request invite, BodyFacts facts) {
        var before = scene.effects.size();
        scene.fromCaller(invite);
        opened(before, facts);
        return scene.atCallee(invite.method().name());
    }

    private Response answers(Request seen, String tag, BodyFacts facts) {
        var before = scene.effects.size();
        scene.calleeAnswers(Scene.answer(seen, 200, tag).toBuilder().body(SEALED).build());
        opened(before, facts);
        return scene.callerGets(200);
    }

    private List<Map<String, String>> told(NoticeKind kind) {
        return scene.notices(kind).stream().map(n -> n.details()).toList();
    }

    private static final String A = sdp(1, "10.1.1.1");
    private static final String B = sdp(1, "20.255.0.1");

    // ---- certificates

    @Test
    void tellsThatAUsersCertificateIsAnotherThanInACallBefore() {
        calls(invite("one", SEALED), facts(A, true, by(ALICE, "aa")));
        calls(invite("two", SEALED), facts(A, true, by(ALICE, "aa")));
        assertEquals(List.of(), told(NoticeKind.SIGNER_CHANGED));
        calls(invite("three", SEALED), facts(A, true, by(ALICE, "bb")));
        assertEquals(
                List.of(Map.of("was", "aa", "is", "bb", "of", "user")),
                told(NoticeKind.SIGNER_CHANGED));
    }

    /// An answer may be signed by somebody else than was called, and is then taken as unsigned:
    /// that this somebody changes within the call is told all the same.
    @ParameterizedTest
    @ValueSource(strings = {BOB, "sip:carol@out0.example"})
    void tellsThatTheCertificateChangesWithinACall(String later) {
        var seen = calls(invite("one", SEALED), facts(A, true, by(ALICE, "aa")));
        var answer = answers(seen, "bob", facts(B, true, by(BOB, "cc")));
        scene.fromCaller(Scene.next(invite("one", Body.NONE), answer, "ACK", 1));
        scene.atCallee("ACK");
        var again = Scene.next(invite("one", Body.NONE), answer, "INVITE", 2);
        var second =
                calls(
                        again.toBuilder().body(SEALED).build(),
                        facts(sdp(2, "10.1.1.1"), true, by(ALICE, "aa")));
        answers(second, "bob", facts(sdp(2, "20.255.0.1"), true, by(later, "dd")));
        assertEquals(
                List.of(Map.of("was", "cc", "is", "dd", "of", "call")),
                told(NoticeKind.SIGNER_CHANGED));
    }

    @Test
    void believesNoSignatureThatDoesNotHoldAndNoNameThatIsNotTheSenders() {
        calls(invite("one", SEALED), facts(A, true, by(ALICE, "aa")));
        var before = scene.effects.size();
        scene.fromCaller(invite("two", SEALED));
        opened(before, facts(A, true, by(ALICE, "bb", SignerFacts.Status.UNTRUSTED)));
        scene.callerGets(403);
        assertEquals(List.of(), told(NoticeKind.SIGNER_CHANGED));
    }

    @Test
    void forgetsWhoWasNotHeardForLongest() {
        var desk = new ProtectionDesk(new Reporter());
        assertEquals(0, desk.users());
        for (int i = 0; i < ProtectionDesk.MOST_USERS + 10; i++) {
            desk.remember(SipUri.of("user" + i, "in0.inside.example", 0), "aa");
        }
        assertEquals(ProtectionDesk.MOST_USERS, desk.users());
        assertEquals(
                Optional.empty(), desk.remember(SipUri.of("user0", "in0.inside.example", 0), "bb"));
        var last = SipUri.of("user" + (ProtectionDesk.MOST_USERS + 9), "in0.inside.example", 0);
        assertEquals(Optional.of("aa"), desk.remember(last, "bb"));
    }

    // ---- answers

    @ParameterizedTest
    @CsvSource({"true, true, 0", "true, false, 1", "false, false, 0", "false, true, 0"})
    void tellsAnAnswerInClearToAnOfferThatWasNot(boolean offer, boolean answer, int times) {
        var seen = calls(invite("one", MIXED), facts(A, offer));
        answers(seen, "bob", facts(B, answer));
        assertEquals(times, told(NoticeKind.ANSWER_UNSECURED).size());
    }

    @Test
    void tellsAnAnswerThatIsNoSmimeAtAll() {
        var seen = calls(invite("one", SEALED), facts(A, true));
        scene.calleeAnswers(
                Scene.answer(seen, 200, "bob").toBuilder()
                        .body(body("application/sdp", B))
                        .build());
        applied();
        scene.callerGets(200);
        var told = scene.notices(NoticeKind.ANSWER_UNSECURED);
        assertEquals(1, told.size());
        assertEquals(Optional.of(org.surehop.core.sip.Leg.B), told.getFirst().leg());
    }

    // ---- second tries

    private void refused(Request invite, int status) {
        var seen = calls(invite, facts(A, true));
        scene.calleeAnswers(Scene.answer(seen, status, "bob"));
        scene.atCallee("ACK");
        scene.callerGets(status);
    }

    private static Request clear(String callId, long number) {
        return Scene.numbered(invite(callId, body("application/sdp", A)), number);
    }

    @ParameterizedTest
    @CsvSource({"415, 1", "493, 1", "486, 0"})
    void tellsASecondTryWithoutProtection(int status, int times) {
        refused(invite("one", SEALED), status);
        scene.fromCaller(clear("one", 2));
        scene.atCallee("INVITE");
        assertEquals(times, told(NoticeKind.DOWNGRADE_415).size());
        told(NoticeKind.DOWNGRADE_415)
                .forEach(d -> assertEquals(Integer.toString(status), d.get("after")));
        scene.fromCaller(clear("two", 3));
        assertEquals(times, told(NoticeKind.DOWNGRADE_415).size(), "once for each refusal");
    }

    @Test
    void looksIntoAMultipartBeforeItCallsItADowngrade() {
        refused(invite("one", SEALED), 415);
        calls(Scene.numbered(invite("one", MIXED), 2), facts(A, true));
        assertEquals(List.of(), told(NoticeKind.DOWNGRADE_415));
        calls(Scene.numbered(invite("one", MIXED), 3), facts(A, false));
        assertEquals(1, told(NoticeKind.DOWNGRADE_415).size());
    }

    @Test
    void doesNotSpeakOfAnotherUserNorOfAnotherTime() {
        refused(invite("one", SEALED), 415);
        var carol = NameAddr.of(SipUri.of("carol", "in0.inside.example", 0)).withTag("c");
        scene.fromCaller(
                clear("carols", 1).toBuilder()
                        .from(carol)
                        .cseq(new CSeq(1, Method.INVITE))
                        .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKcarol")))
                        .build());
        scene.pass(ProtectionDesk.MEMORY);
        scene.fromCaller(clear("late", 2));
        assertEquals(List.of(), told(NoticeKind.DOWNGRADE_415));
    }
}
