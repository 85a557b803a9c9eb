package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Demands;
import org.surehop.core.config.Demands.MustRead;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.Disclosure.Profile;
import org.surehop.core.config.UserRule;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;

/// What is asked of senders: how much of a body, of whom, and how they learn it.
class DemandsTest {
    private static final SipUri ALICE = SipUri.of("alice", "a.example", 0);
    private static final Expectation OFFER =
            new Expectation(Expectation.Direction.REQUEST, ALICE, false);
    private static final Octets CERTIFICATE = Octets.copyOf(new byte[] {0x30, 0});

    private static DisclosureJudge judge(MustRead mustRead, boolean signature) {
        return new DisclosureJudge(policy(mustRead, signature, List.of()), "gw.example");
    }

    private static Disclosure policy(MustRead mustRead, boolean signed, List<UserRule> users) {
        return new Disclosure(
                Profile.INSPECT,
                false,
                signed,
                false,
                496,
                399,
                8,
                8,
                8,
                1,
                new Demands(
                        Demands.SrtpKeys.REPORT, 1, 1, mustRead, Demands.Identities.REPORT, users));
    }

    private static DisclosedPart part(String type, boolean signed) {
        var signer =
                new SignerFacts(
                        List.of("sip:alice@a.example"),
                        "00",
                        SignerFacts.Status.VALID,
                        Optional.empty());
        return new DisclosedPart(
                type,
                "",
                Octets.copyOf("v=0".getBytes(StandardCharsets.US_ASCII)),
                signed ? List.of(signer) : List.of(),
                true);
    }

    private static BodyFacts beside(Obstacle obstacle) {
        return new BodyFacts(List.of(part("application/sdp", false)), Set.of(obstacle));
    }

    // ---- all of the body (E2M-14, E2M-17, E2M-38)

    @Test
    void whatIsForOthersAloneIsNoFaultUnlessAllMustBeRead() {
        var facts = beside(Obstacle.NOT_A_RECIPIENT);
        assertInstanceOf(Judgement.Accepted.class, judge(MustRead.SDP, false).judge(facts, OFFER));
        assertEquals(
                new Judgement.Refused(Reason.NOT_A_RECIPIENT, new StatusCode(496)),
                judge(MustRead.BODY, false).judge(facts, OFFER));
    }

    @Test
    void namesNoTypeWhenAllOfTheBodyIsMeant() {
        var refused = new Judgement.Refused(Reason.NOT_A_RECIPIENT, new StatusCode(496));
        var all = judge(MustRead.BODY, false).answer(refused, CERTIFICATE);
        assertEquals(List.of(), all.headers());
        assertEquals(CERTIFICATE, all.body().octets());
        var sdp = judge(MustRead.SDP, false).answer(refused, CERTIFICATE);
        assertEquals(
                List.of(
                        new Header(
                                "Warning",
                                "399 gw.example \"Required to View Content-Type"
                                        + " 'application/sdp'\"")),
                sdp.headers());
    }

    @Test
    void wantsEveryPartSignedWhenAllOfTheBodyIsMeant() {
        var facts =
                new BodyFacts(
                        List.of(part("application/sdp", true), part("text/plain", false)),
                        Set.of());
        assertInstanceOf(Judgement.Accepted.class, judge(MustRead.SDP, true).judge(facts, OFFER));
        var refused = new Judgement.Refused(Reason.SIGNATURE_MISSING, new StatusCode(495));
        assertEquals(refused, judge(MustRead.BODY, true).judge(facts, OFFER));
        assertEquals(List.of(), judge(MustRead.BODY, true).answer(refused, CERTIFICATE).headers());
    }

    // E2M-19: one error at a time, the readable body first.
    @Test
    void asksForTheKeyBeforeTheSignature() {
        var refused = judge(MustRead.BODY, true).judge(beside(Obstacle.NOT_A_RECIPIENT), OFFER);
        assertEquals(496, assertInstanceOf(Judgement.Refused.class, refused).status().value());
    }

    // ---- who is asked (E2M-12)

    private static final List<UserRule> RULES =
            List.of(
                    new UserRule("alice@A.example", Profile.INSPECT, true, false),
                    new UserRule("*@a.example", Profile.ROUTE_ONLY, false, false));

    @Test
    void takesTheFirstRuleThatFitsTheUser() {
        var policy = policy(MustRead.SDP, true, RULES);
        assertTrue(policy.of(ALICE).clearSdp());
        assertFalse(policy.of(ALICE).requireSignature());
        assertEquals(Profile.ROUTE_ONLY, policy.of(SipUri.of("bob", "a.example", 0)).profile());
        assertEquals(Profile.ROUTE_ONLY, policy.of(SipUri.of("Alice", "a.example", 0)).profile());
        assertSame(policy, policy.of(SipUri.of("alice", "sub.a.example", 0)));
    }

    @Test
    void sparesOnlyWhomARuleSpares() {
        var policy = policy(MustRead.SDP, false, RULES);
        assertFalse(policy.spares(ALICE));
        assertTrue(policy.spares(SipUri.of("bob", "a.example", 0)));
        assertFalse(policy.spares(SipUri.of("bob", "b.example", 0)));
    }

    // ---- what is told beforehand (REQ-GEN-4)

    @Test
    void tellsBeforehandWhatItsRefusalsWouldSay() {
        var view = "399 gw.example \"Required to View Content-Type 'application/sdp'\"";
        var sign = "399 gw.example \"Signature Required\"";
        assertEquals(
                List.of(new Header("Warning", view)), judge(MustRead.SDP, false).announced(false));
        assertEquals(
                List.of(new Header("Warning", view), new Header("Warning", sign)),
                judge(MustRead.SDP, true).announced(false));
        assertEquals(List.of(), judge(MustRead.BODY, false).announced(false));
        assertTrue(judge(MustRead.BODY, false).announces(false));
    }

    @Test
    void tellsNothingWhereNothingIsReadOrAllIsHidden() {
        var hidden = new Disclosure(Profile.INSPECT, false, true, true, 496, 399, 8, 8, 8, 1);
        var routing = new Disclosure(Profile.ROUTE_ONLY, false, true, false, 496, 399, 8, 8, 8, 1);
        for (var policy : List.of(hidden, routing)) {
            var judge = new DisclosureJudge(policy, "gw.example");
            assertEquals(List.of(), judge.announced(false));
            assertFalse(judge.announces(false));
        }
        assertEquals(List.of(), new DisclosureJudge(hidden, "gw.example").announced(true));
    }

    @Test
    void tellsOfMessagesBeforehandTooWhateverIsReadOfSessions() {
        var text = "399 gw.example \"Required to View Content-Type 'text/plain'\"";
        var sign = "399 gw.example \"Signature Required\"";
        var routing = new Disclosure(Profile.ROUTE_ONLY, false, true, false, 496, 399, 8, 8, 8, 1);
        assertEquals(
                List.of(new Header("Warning", text), new Header("Warning", sign)),
                new DisclosureJudge(routing, "gw.example").announced(true));
        assertEquals(
                new Header("Warning", text), judge(MustRead.SDP, false).announced(true).getLast());
        assertEquals(List.of(), judge(MustRead.BODY, false).announced(true));
        assertTrue(judge(MustRead.BODY, false).announces(true));
    }
}
