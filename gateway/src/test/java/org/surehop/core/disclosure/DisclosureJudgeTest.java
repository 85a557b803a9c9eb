package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.Disclosure.Profile;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.Expectation.Direction;
import org.surehop.core.disclosure.Judgement.Accepted;
import org.surehop.core.disclosure.Judgement.NoSdp;
import org.surehop.core.disclosure.Judgement.Refused;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;

class DisclosureJudgeTest {
    private static final SipUri ALICE = SipUri.of("alice", "atlanta.example", 0);
    private static final SipUri BOB = SipUri.of("bob", "biloxi.example", 0);
    private static final Octets CERTIFICATE = Octets.copyOf(new byte[] {0x30, 0});

    private static final Expectation OFFER = new Expectation(Direction.REQUEST, ALICE, false);
    private static final Expectation ANSWER = new Expectation(Direction.RESPONSE, BOB, false);
    private static final Expectation LABELLED = new Expectation(Direction.RESPONSE, BOB, true);

    private static DisclosureJudge judge(Profile profile, boolean clear, boolean signature) {
        var policy = new Disclosure(profile, clear, signature, false, 496, 399, 8, 32, 32, 2);
        return new DisclosureJudge(policy, "gw.example.com");
    }

    private static final DisclosureJudge LENIENT = judge(Profile.INSPECT, true, false);
    private static final DisclosureJudge ENCRYPTED_ONLY = judge(Profile.INSPECT, false, false);
    private static final DisclosureJudge SIGNED = judge(Profile.INSPECT, false, true);

    // --- need

    @ParameterizedTest
    @CsvSource({
        "INVITE, application/sdp, ClearSdp",
        "INVITE, Application/SDP;charset=utf-8, ClearSdp",
        "INVITE, application/pkcs7-mime;smime-type=enveloped-data, Open",
        "INVITE, application/x-pkcs7-mime, Open",
        "INVITE, multipart/mixed;boundary=x, Open",
        "INVITE, multipart/signed;boundary=x, Open",
        "INVITE, text/plain, NothingToRead",
        "INVITE, '', NothingToRead",
        "UPDATE, application/sdp, ClearSdp",
        "PRACK, application/sdp, ClearSdp",
        "ACK, application/sdp, ClearSdp",
        "MESSAGE, application/pkcs7-mime, NothingToRead",
        "OPTIONS, application/sdp, NothingToRead",
    })
    void asksForWhatTheTypeNeeds(String method, String type, String expected) {
        var need = LENIENT.need(request(method, body(type)));

        assertEquals(expected, need.getClass().getSimpleName());
    }

    @Test
    void needsNothingWithoutBodyOrWhereItOnlyRoutes() {
        var routeOnly = judge(Profile.ROUTE_ONLY, true, false);
        var enveloped = body("application/pkcs7-mime;smime-type=enveloped-data");

        assertEquals(new Need.NothingToRead(), LENIENT.need(request("INVITE", Body.NONE)));
        assertEquals(new Need.NothingToRead(), routeOnly.need(request("INVITE", enveloped)));
        assertEquals(
                new Need.NothingToRead(),
                routeOnly.need(request("INVITE", enveloped, "Proxy-Inspect-Body", "not;good")));
    }

    @ParameterizedTest
    @CsvSource({"Proxy-Inspect-Body", "proxy-inspect-body", "Proxy-Required-Body"})
    void opensThePartsThatAreLabelledForThisHost(String header) {
        var message =
                request(
                        "INVITE",
                        body("multipart/mixed;boundary=x"),
                        header,
                        "other.example;cid=z@z",
                        header,
                        "GW.example.com;cid=\"a@b\",cid=c@d");

        assertEquals(new Need.Open(List.of("a@b", "c@d")), LENIENT.need(message));
    }

    @Test
    void refusesALabelThatIsNotTheGrammar() {
        var message = request("INVITE", body("application/sdp"), "Proxy-Inspect-Body", "gw;cid");

        assertEquals(new Need.BadLabel(refused(Reason.MALFORMED, 400)), LENIENT.need(message));
    }

    @Test
    void hasEncodedSdpDecodedBeforeItIsJudged() {
        var headers =
                List.of(
                        new Header("Content-Type", "application/sdp"),
                        new Header("Content-Transfer-Encoding", "BASE64"));
        var body = new Body(headers, Octets.copyOf(new byte[] {1}));

        assertEquals(new Need.Open(List.of()), LENIENT.need(request("INVITE", body)));
    }

    // --- judge

    @ParameterizedTest
    @CsvSource({
        // obstacle, offer, answer, answer to a labelled offer, reason
        "NOT_A_RECIPIENT, 496, 496, 403, NOT_A_RECIPIENT",
        "DECRYPTION_FAILED, 496, 496, 403, UNDECIPHERABLE",
        "KEY_LOST, 496, 496, 403, KEY_LOST",
        "MALFORMED, 400, 403, 403, BODY_MALFORMED",
        "TOO_COMPLEX, 413, 403, 403, BODY_TOO_COMPLEX",
        "BUSY, 503, 503, 503, CONGESTION",
    })
    void refusesWhatCouldNotBeRead(
            Obstacle obstacle, int offer, int answer, int labelled, Reason reason) {
        var facts = new BodyFacts(List.of(), Set.of(obstacle));

        assertEquals(refused(reason, offer), LENIENT.judge(facts, OFFER));
        assertEquals(refused(reason, answer), LENIENT.judge(facts, ANSWER));
        assertEquals(refused(reason, labelled), LENIENT.judge(facts, LABELLED));
    }

    @Test
    void answersEveryFailureToDecryptAlike() {
        var answers =
                List.of(Obstacle.NOT_A_RECIPIENT, Obstacle.DECRYPTION_FAILED).stream()
                        .map(o -> LENIENT.judge(new BodyFacts(List.of(), Set.of(o)), OFFER))
                        .map(j -> LENIENT.answer(assertInstanceOf(Refused.class, j), CERTIFICATE))
                        .distinct()
                        .toList();

        assertEquals(1, answers.size());
    }

    @Test
    void acceptsDisclosedSdpBesideAPartForOthers() {
        var facts = new BodyFacts(List.of(sdp(true)), Set.of(Obstacle.NOT_A_RECIPIENT));

        var proof = accepted(ENCRYPTED_ONLY.judge(facts, OFFER));

        assertEquals(Assured.Basis.DISCLOSED, proof.basis());
        assertEquals(Optional.empty(), proof.signer());
    }

    @ParameterizedTest
    @EnumSource(names = {"MALFORMED", "TOO_COMPLEX"})
    void refusesAGoodPartBesideABrokenOne(Obstacle obstacle) {
        var facts = new BodyFacts(List.of(sdp(true)), Set.of(obstacle));

        assertInstanceOf(Refused.class, LENIENT.judge(facts, OFFER));
    }

    @Test
    void goesOnWithoutRightsWhenAllWasReadableAndNoneWasSdp() {
        var text = new DisclosedPart("text/plain", "", octets("hello"), List.of(), true);

        assertEquals(new NoSdp(), LENIENT.judge(new BodyFacts(List.of(text), Set.of()), OFFER));
    }

    @Test
    void refusesTwoDescriptionsThatDifferAndTakesTwoThatAgree() {
        var other = new DisclosedPart("application/sdp", "", octets("v=1"), List.of(), true);

        assertEquals(
                refused(Reason.BODY_MALFORMED, 400),
                LENIENT.judge(new BodyFacts(List.of(sdp(true), other), Set.of()), OFFER));
        accepted(LENIENT.judge(facts(sdp(true), sdp(true)), OFFER));
    }

    @Test
    void believesTheEncryptedDescriptionRatherThanAClearOneBesideIt() {
        var clear = new DisclosedPart("application/sdp", "", octets("v=9"), List.of(), false);

        var proof = accepted(LENIENT.judge(facts(clear, sdp(true)), OFFER));

        assertEquals(octets("v=0"), proof.sdp());
    }

    @ParameterizedTest
    @CsvSource({
        "VALID, 0, NONE",
        "DIGEST_OR_SIGNATURE_WRONG, 403, SIGNATURE_INVALID",
        "UNTRUSTED, 403, SIGNER_UNVERIFIED",
        "EXPIRED, 403, SIGNER_UNVERIFIED",
        "CERTIFICATE_MISSING, 403, SIGNER_UNVERIFIED",
        "UNSUPPORTED, 403, SIGNER_UNVERIFIED",
    })
    void judgesASignatureEvenWhereNoneIsAskedFor(
            SignerFacts.Status status, int code, Reason reason) {
        var facts = facts(sdp(true, signer(status, "sip:alice@atlanta.example")));

        for (var judge : List.of(ENCRYPTED_ONLY, SIGNED)) {
            var outcome = judge.judge(facts, OFFER);
            if (code == 0) {
                assertEquals(Assured.Basis.DISCLOSED_AND_SIGNED, accepted(outcome).basis());
            } else {
                assertEquals(refused(reason, code), outcome);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sip:alice@atlanta.example, true",
        "SIPS:alice@ATLANTA.example:5061;user=phone, true",
        "alice@atlanta.example, true",
        "sip:Alice@atlanta.example, false",
        "sip:mallory@atlanta.example, false",
        "sip:alice@atlanta.example.evil.example, false",
        "sip:alice@evil.example;x=@atlanta.example, false",
        "sip:atlanta.example, false",
        "atlanta.example, false",
        "'', false",
    })
    void wantsTheNameOfTheCallerInTheSignersCertificate(String identity, boolean good) {
        var outcome =
                ENCRYPTED_ONLY.judge(
                        facts(sdp(true, signer(SignerFacts.Status.VALID, identity))), OFFER);

        if (good) {
            assertEquals(Assured.Basis.DISCLOSED_AND_SIGNED, accepted(outcome).basis());
        } else {
            assertEquals(refused(Reason.SIGNER_UNVERIFIED, 403), outcome);
        }
    }

    @Test
    void takesAnAnswerOfAnotherPartyAsUnsignedUnlessPolicyWantsTheSignature() {
        var facts = facts(sdp(true, signer(SignerFacts.Status.VALID, "sip:carol@biloxi.example")));

        assertEquals(
                Assured.Basis.DISCLOSED, accepted(ENCRYPTED_ONLY.judge(facts, ANSWER)).basis());
        assertEquals(refused(Reason.SIGNER_UNVERIFIED, 403), SIGNED.judge(facts, ANSWER));
    }

    @Test
    void wantsASignatureWherePolicySaysSo() {
        assertEquals(refused(Reason.SIGNATURE_MISSING, 495), SIGNED.judge(facts(sdp(true)), OFFER));
        assertEquals(
                refused(Reason.SIGNATURE_MISSING, 403), SIGNED.judge(facts(sdp(true)), ANSWER));
    }

    @Test
    void takesClearSdpOnlyByPolicy() {
        var body = new Body(body("application/sdp").headers(), octets("v=0"));

        var proof = accepted(LENIENT.clear(body, OFFER));

        assertEquals(Assured.Basis.CLEAR_BY_POLICY, proof.basis());
        assertEquals(octets("v=0"), proof.sdp());
        assertEquals(refused(Reason.CLEAR_SDP_REFUSED, 488), ENCRYPTED_ONLY.clear(body, OFFER));
        assertEquals(
                refused(Reason.SIGNATURE_MISSING, 495),
                judge(Profile.INSPECT, true, true).clear(body, OFFER));
    }

    // --- answers

    // Bent text was answered with 488, wrong padding with 496: an oracle that decrypts (SM-23).
    @Test
    void takesBentTextWithoutMacForUndecipherable() {
        var bent = Octets.copyOf(new byte[] {'v', '=', '0', '\n', (byte) 0x9C, 7});
        var part = new DisclosedPart("application/sdp", "", bent, List.of(), true, true);
        var facts = new BodyFacts(List.of(part), Set.of());
        var wrongPadding = new BodyFacts(List.of(), Set.of(Obstacle.DECRYPTION_FAILED));
        assertEquals(ENCRYPTED_ONLY.judge(wrongPadding, OFFER), ENCRYPTED_ONLY.judge(facts, OFFER));
    }

    @Test
    void teachesTheCallerToEncryptForThisGateway() {
        var answer = LENIENT.answer(refused(Reason.NOT_A_RECIPIENT, 496), CERTIFICATE);

        assertEquals(new StatusCode(496), answer.status());
        assertEquals("Proxy Undecipherable", answer.phrase());
        assertEquals(
                List.of(
                        new Header(
                                "Warning",
                                "399 gw.example.com"
                                        + " \"Required to View Content-Type 'application/sdp'\"")),
                answer.headers());
        assertEquals("application/pkix-cert", answer.body().mediaType());
        assertEquals(CERTIFICATE, answer.body().octets());
    }

    @ParameterizedTest
    @CsvSource({
        "SIGNATURE_MISSING, 495, Signature Required",
        "SIGNATURE_INVALID, 403, Forbidden",
        "BODY_MALFORMED, 400, Bad Request",
        "BODY_TOO_COMPLEX, 413, Request Entity Too Large",
        "CLEAR_SDP_REFUSED, 488, Not Acceptable Here",
    })
    void answersOtherRefusalsWithoutACertificate(Reason reason, int status, String phrase) {
        var answer = LENIENT.answer(refused(reason, status), CERTIFICATE);

        assertEquals(phrase, answer.phrase());
        assertTrue(answer.body().isEmpty());
        assertTrue(answer.headers().getFirst().value().startsWith("399 gw.example.com \""));
    }

    @Test
    void usesTheCodesThatAreConfigured() {
        var policy = new Disclosure(Profile.INSPECT, true, false, false, 493, 380, 8, 32, 32, 2);
        var judge = new DisclosureJudge(policy, "gw");
        var facts = new BodyFacts(List.of(), Set.of(Obstacle.DECRYPTION_FAILED));

        var refused = assertInstanceOf(Refused.class, judge.judge(facts, OFFER));
        var answer = judge.answer(refused, CERTIFICATE);

        assertEquals(493, answer.status().value());
        assertTrue(answer.headers().getFirst().value().startsWith("380 gw \"Required to View"));
        assertFalse(answer.body().isEmpty());
    }

    @Test
    void neverShowsTheDescriptionInText() {
        var proof = accepted(LENIENT.judge(facts(sdp(true)), OFFER));

        assertFalse(proof.toString().contains("v=0"));
    }

    // --- helpers

    private static Assured accepted(Judgement judgement) {
        return assertInstanceOf(Accepted.class, judgement).proof();
    }

    private static Refused refused(Reason reason, int status) {
        return new Refused(reason, new StatusCode(status));
    }

    private static BodyFacts facts(DisclosedPart... parts) {
        return new BodyFacts(Arrays.asList(parts), Set.of());
    }

    private static DisclosedPart sdp(boolean encrypted, SignerFacts... signers) {
        return new DisclosedPart(
                "application/sdp", "", octets("v=0"), Arrays.asList(signers), encrypted);
    }

    private static SignerFacts signer(SignerFacts.Status status, String identity) {
        return new SignerFacts(List.of(identity), "00", status, Optional.empty());
    }

    private static Octets octets(String text) {
        return Octets.copyOf(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Body body(String type) {
        return new Body(List.of(new Header("Content-Type", type)), octets("x"));
    }

    private static Request request(String method, Body body, String... headers) {
        var others = new ArrayList<Header>();
        for (int i = 0; i < headers.length; i += 2) {
            others.add(new Header(headers[i], headers[i + 1]));
        }
        return new Request(
                new Method(method),
                BOB,
                new CallId("1@a"),
                NameAddr.of(ALICE).withTag("t"),
                NameAddr.of(BOB),
                new CSeq(1, new Method(method)),
                List.of(),
                OptionalInt.of(70),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                others,
                body);
    }
}
