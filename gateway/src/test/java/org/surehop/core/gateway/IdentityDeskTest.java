package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.IdentityBody;
import org.surehop.core.disclosure.IdentityBody.Finding;
import org.surehop.core.disclosure.IdentityBody.Outer;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// Identity bodies (RFC 3893): what fits its message, what does not, and what came before.
class IdentityDeskTest {
    private static final String DATE = "Thu, 01 Jan 1970 00:10:00 GMT";
    private static final String ALICE = "sip:alice@in0.inside.example";
    private static final Instant NOW = Instant.EPOCH;
    private static final Body SEALED =
            new Body(
                    List.of(new Header("Content-Type", "multipart/mixed; boundary=x")),
                    Octets.copyOf(new byte[] {1}));
    private static final String GOOD =
            """
            From: "Alice" <%s>;tag=1
            Date: %s
            Call-ID: one
            Contact: <sip:alice@ua.in0.inside.example>
            To: <sip:bob@out0.example>
            CSeq: 1 INVITE
            """
                    .formatted(ALICE, DATE);

    private final Scene scene = new Scene(new SimSettings(true, false, 1_000, 32).config());

    private static Request invite(String callId) {
        return Scene.request("INVITE", callId).toBuilder().add("Date", DATE).body(SEALED).build();
    }

    private static SignerFacts signer(Status status, String name) {
        return new SignerFacts(List.of(name), "ab", status, Optional.empty());
    }

    private static BodyFacts facts(String fragment, boolean encrypted, SignerFacts... signers) {
        var sdp = "v=0\r\no=- 1 1 IN IP4 10.1.1.1\r\ns=-\r\nt=0 0\r\n";
        return new BodyFacts(
                List.of(
                        part("application/sdp", sdp, false, ""),
                        new DisclosedPart(
                                "message/sipfrag",
                                "",
                                octets(fragment),
                                List.of(signers),
                                encrypted,
                                false,
                                "aib")),
                Set.of());
    }

    private static DisclosedPart part(String type, String text, boolean sealed, String use) {
        return new DisclosedPart(type, "", octets(text), List.of(), sealed, false, use);
    }

    private static Octets octets(String text) {
        return Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Finding only(String fragment, boolean encrypted, Request message) {
        var facts = facts(fragment, encrypted, signer(Status.VALID, ALICE));
        var found = IdentityBody.compare(facts, Outer.of(message), NOW);
        assertEquals(1, found.size());
        return found.getFirst();
    }

    @Test
    void whatFitsIsSignedByTheUserOrTheDomain() {
        for (var name : List.of(ALICE, "sips:alice@IN0.inside.example", "sip:in0.inside.example")) {
            var facts = facts(GOOD, false, signer(Status.VALID, name));
            var found = IdentityBody.compare(facts, Outer.of(invite("one")), NOW);
            assertTrue(found.getFirst() instanceof Finding.Fits, name + found);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice@in0 | bob@in0 | signature,From",
                "Call-ID: one | Call-ID: two | Call-ID",
                "Call-ID: one | X: y | Call-ID",
                "ua.in0.inside | ua.other | Contact",
                "Contact: | X-Contact: | Contact",
                "1 INVITE | 2 INVITE | CSeq",
                "00:10:00 | 00:10:01 | Date",
                "Date: Thu, | Date: whenever | Date",
                "Date: | X-Date: | Date"
            })
    void namesWhatDoesNotFit(String good, String bad, String headers) {
        assertTrue(GOOD.contains(good), good);
        assertEquals(
                new Finding.Differs(List.of(headers.split(","))),
                only(GOOD.replace(good, bad), false, invite("one")));
    }

    @Test
    void aDateIsGoodForAnHour() {
        var facts = facts(GOOD, false, signer(Status.VALID, ALICE));
        var outer = Outer.of(invite("one"));
        var made = NOW.plusSeconds(600);
        for (var seconds : List.of(-3600, 3600)) {
            var found = IdentityBody.compare(facts, outer, made.plusSeconds(seconds));
            assertTrue(found.getFirst() instanceof Finding.Fits, "" + seconds);
        }
        for (var seconds : List.of(-3601, 3601)) {
            var found = IdentityBody.compare(facts, outer, made.plusSeconds(seconds));
            assertEquals(new Finding.Differs(List.of("Date")), found.getFirst());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DIGEST_OR_SIGNATURE_WRONG, sip:alice@in0.inside.example",
        "UNTRUSTED, sip:alice@in0.inside.example",
        "EXPIRED, sip:alice@in0.inside.example",
        "VALID, sip:eve@in0.inside.example",
        "VALID, sip:other.example"
    })
    void aSignatureThatProvesNothingIsNone(Status status, String name) {
        var facts = facts(GOOD, false, signer(status, name));
        assertEquals(
                List.of(new Finding.Differs(List.of("signature"))),
                IdentityBody.compare(facts, Outer.of(invite("one")), NOW));
    }

    /// N10: who calls is said to us alone.
    @Test
    void anEncryptedIdentityMayStandBehindAnAnonymousFrom() {
        var nobody =
                org.surehop.core.sip.NameAddr.of(
                                org.surehop.core.sip.SipUri.of("anonymous", "anonymous.invalid", 0))
                        .withTag("t");
        var message = invite("one").toBuilder().from(nobody).build();
        assertTrue(only(GOOD, true, message) instanceof Finding.Fits);
        assertEquals(new Finding.Differs(List.of("From")), only(GOOD, false, message));
    }

    @Test
    void anAnswerNamesItsOwnSenderAndNobodyElse() {
        var request = invite("one");
        var answer = Scene.answer(request, 200, "b").toBuilder().add("Date", DATE).build();
        var text =
                """
                f: <sip:bob@out0.example>
                Date: %s
                i: one
                m: <sip:bob@ua.out0.example>
                """
                        .formatted(DATE);
        var bob = signer(Status.VALID, "sip:bob@out0.example");
        var found = IdentityBody.compare(facts(text, false, bob), Outer.of(answer), NOW);
        assertTrue(found.getFirst() instanceof Finding.Fits, found.toString());
        var more = facts(text + "To: <sip:alice@in0.inside.example>\n", false, bob);
        assertEquals(
                List.of(new Finding.Differs(List.of("To"))),
                IdentityBody.compare(more, Outer.of(answer), NOW));
    }

    // ---- as the gateway meets it

    private void opened(Request invite, BodyFacts facts) {
        var before = scene.effects.size();
        scene.fromCaller(invite);
        for (var effect : List.copyOf(scene.effects.subList(before, scene.effects.size()))) {
            if (effect instanceof Effect.OpenBody open) {
                scene.take(new Event.BodyOpened(NOW, open.task(), facts));
            }
        }
    }

    private List<Reason> told() {
        return scene.notices(NoticeKind.IDENTITY_MISMATCH).stream().map(n -> n.reason()).toList();
    }

    @Test
    void tellsWhatDoesNotFitAndLetsItPassByDefault() {
        var facts = facts(GOOD.replace("one", "two"), false, signer(Status.VALID, ALICE));
        opened(invite("one"), facts);
        scene.atCallee("INVITE");
        assertEquals(List.of(Reason.IDENTITY_MISMATCH), told());
        var told = scene.notices(NoticeKind.IDENTITY_MISMATCH).getFirst();
        assertEquals("Call-ID", told.details().get("headers"));
    }

    @Test
    void knowsAnIdentityThatCameBefore() {
        var without = GOOD.replace("CSeq: 1 INVITE\n", "");
        var facts = facts(without, false, signer(Status.VALID, ALICE));
        opened(invite("one"), facts);
        assertEquals(List.of(), told());
        scene.pass(Duration.ofMinutes(10));
        var again =
                invite("one").toBuilder()
                        .cseq(new CSeq(7, org.surehop.core.sip.Method.INVITE))
                        .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKagain")))
                        .build();
        opened(again, facts);
        assertEquals(List.of(Reason.IDENTITY_REPLAYED), told());
    }

    // A label that somebody on the way has changed would have us read less than the sender wished.
    @Test
    void refusesALabelThatIsNotTheOneThatWasSigned() {
        var label = "Proxy-Inspect-Body: gw.example.com;cid=\"a@b\"\n";
        var facts = facts(GOOD + label, false, signer(Status.VALID, ALICE));
        var same = invite("one").toBuilder();
        opened(same.add("Proxy-Inspect-Body", "gw.example.com;cid=a@b").build(), facts);
        scene.atCallee("INVITE");
        scene.forget();
        opened(
                invite("two"),
                facts(GOOD.replace("one", "two") + label, false, signer(Status.VALID, ALICE)));
        scene.callerGets(403);
        assertEquals(List.of(Reason.LABEL_MISMATCH), told());
    }
}
