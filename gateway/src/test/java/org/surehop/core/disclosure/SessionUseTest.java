package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.Disclosure;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.SipUri;

/// Which SDP of a body is the offer or the answer, and which is something else.
class SessionUseTest {
    private static final DisclosureJudge JUDGE =
            new DisclosureJudge(
                    new Disclosure(
                            Disclosure.Profile.INSPECT, true, false, false, 496, 399, 8, 32, 32, 2),
                    "gw.example.com");
    private static final Expectation OFFER =
            new Expectation(
                    Expectation.Direction.REQUEST, SipUri.of("alice", "atlanta.example", 0), false);

    private static Octets octets(String text) {
        return Octets.copyOf(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static DisclosedPart sdp(String text, String use) {
        return new DisclosedPart("application/sdp", "", octets(text), List.of(), true, false, use);
    }

    private static Judgement judge(DisclosedPart... parts) {
        return JUDGE.judge(new BodyFacts(Arrays.asList(parts), Set.of()), OFFER);
    }

    private static Octets read(Judgement judgement) {
        return assertInstanceOf(Judgement.Accepted.class, judgement).proof().sdp();
    }

    private static Body clear(String use) {
        var headers =
                List.of(
                        new Header("Content-Type", "application/sdp"),
                        new Header("Content-Disposition", use));
        return new Body(headers, octets("v=0"));
    }

    /// A second description that was there to be referred to made the call be refused, as two that
    /// differ; and one that was only that opened a pinhole (RFC 5621 §5, RFC 3959).
    @ParameterizedTest
    @ValueSource(strings = {"by-reference", "early-session", "render", "x-unknown"})
    void passesOverWhatIsForAnotherUse(String use) {
        assertEquals(octets("v=0"), read(judge(sdp("v=1", use), sdp("v=0", "session"))));
        assertEquals(new Judgement.NoSdp(), judge(sdp("v=1", use)));
        assertEquals(new Judgement.NoSdp(), JUDGE.clear(clear(use + ";handling=optional"), OFFER));
    }

    @ParameterizedTest
    @CsvSource({"''", "session", "SESSION;handling=required", "' attachment ; filename=x'"})
    void takesForTheOfferWhatSaysNothingElse(String use) {
        assertEquals(octets("v=0"), read(JUDGE.clear(clear(use), OFFER)));
    }
}
