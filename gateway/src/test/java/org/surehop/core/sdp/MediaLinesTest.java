package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.sdp.FlowRules.End;
import org.surehop.core.sdp.SdpProblem.Kind;
import org.surehop.core.sdp.SkippedMedia.Why;
import org.surehop.core.sip.Octets;

/// What the lines of ICE, BUNDLE, COMEDIA and MSRP say, and which of them are refused.
class MediaLinesTest {
    private static final SdpLimits LIMITS = new SdpLimits(8, 64);
    private static final String HEAD = "v=0\no=- 1 1 IN IP4 x\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n";
    private static final String AUDIO = "m=audio 4000 RTP/AVP 0\n";
    private static final String HOST = "a=candidate:1 1 UDP 1 192.0.2.1 %d typ host\n";

    @ParameterizedTest
    @CsvSource({
        "a=candidate:1 1 UDP 1 192.0.2.1 4000, BAD_SYNTAX",
        "a=candidate:1 0 UDP 1 192.0.2.1 4000 typ host, BAD_SYNTAX",
        "a=candidate:1 257 UDP 1 192.0.2.1 4000 typ host, BAD_SYNTAX",
        "a=candidate:1 1 UDP 99999999999 192.0.2.1 4000 typ host, BAD_SYNTAX",
        "a=candidate:1 1 UDP 1 192.0.2.1 70000 typ host, BAD_PORT",
        "a=candidate:1 1 UDP 1 192.0.2.300 4000 typ host, BAD_ADDRESS",
        "a=candidate:1 1 UDP 1 ::ffff:10.0.0.1 4000 typ host, BAD_ADDRESS",
        "a=candidate:1 1 UDP 1 fe80::1%eth0 4000 typ host, BAD_ADDRESS",
        "a=candidate:1 1 UDP 1 224.0.0.1 4000 typ host, MULTICAST",
        "a=candidate, BAD_SYNTAX",
        "a=ice-ufrag:, BAD_SYNTAX",
        "a=ice-ufrag:a b, BAD_SYNTAX",
        "a=setup:both, BAD_SYNTAX",
        "a=connection:old, BAD_SYNTAX",
        "a=path:http://192.0.2.1:80/s;tcp, BAD_SYNTAX",
        "a=path:msrp://192.0.2.1:0/s;tcp, BAD_PORT",
        "a=path:msrp://192.0.2.1:2855, BAD_SYNTAX",
        "a=path:msrp://[2001:db8::1/s;tcp, BAD_SYNTAX",
        "a=path:msrp://[::ffff:10.0.0.1]:2855/s;tcp, BAD_ADDRESS",
        "a=mid:, BAD_SYNTAX"
    })
    void refusesWhatCannotBeReadSurely(String row, Kind kind) {
        assertEquals(kind, refused(HEAD + AUDIO + row + "\n").kind());
    }

    @Test
    void ignoresCandidatesOfAnotherTime() {
        var sdp =
                parsed(
                        HEAD
                                + AUDIO
                                + "a=candidate:1 1 SCTP 1 192.0.2.1 4000 typ host\n"
                                + "a=candidate:1 3 UDP 1 192.0.2.1 4000 typ host\n"
                                + "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ future\n"
                                + "a=candidate:1 1 TCP 1 192.0.2.1 4000 typ host\n"
                                + "a=candidate:1 1 udp 1 192.0.2.1 4000 typ host generation 0\n");
        assertEquals(1, sdp.media().getFirst().ice().candidates().size());
        assertFalse(sdp.media().getFirst().ice().named());
    }

    @Test
    void takesAsManyCandidatesAsAllowedAndNotOneMore() {
        assertEquals(
                64,
                parsed(HEAD + AUDIO + candidates(64)).media().getFirst().ice().candidates().size());
        var spread = HEAD + AUDIO + candidates(33) + "m=audio 5000 RTP/AVP 0\n" + candidates(32);
        assertEquals(Kind.TOO_MANY_CANDIDATES, refused(spread).kind());
    }

    @Test
    void keepsNoPasswordOfIce() {
        var sdp = parsed(HEAD + AUDIO + "a=ice-ufrag:abcd\na=ice-pwd:c2VjcmV0c2VjcmV0c2VjcmV0\n");
        assertFalse(sdp.toString().contains("c2VjcmV0"));
    }

    @Test
    void refusesGroupsThatTwoReadersWouldReadDifferently() {
        var two = AUDIO + "a=mid:1\nm=audio 5000 RTP/AVP 0\n";
        assertEquals(Kind.BAD_BUNDLE, refused(HEAD + two + "a=mid:1\n").kind());
        assertEquals(
                Kind.BAD_BUNDLE,
                refused(HEAD + "a=group:BUNDLE 1 2\na=group:BUNDLE 2\n" + two + "a=mid:2\n")
                        .kind());
        var mixed = "c=IN IP6 2001:db8::1\na=mid:2\n";
        assertEquals(Kind.BAD_BUNDLE, refused(HEAD + "a=group:BUNDLE 1 2\n" + two + mixed).kind());
        parsed(HEAD + "a=group:LS 1 2\n" + two + mixed);
    }

    @ParameterizedTest
    @CsvSource({
        "active, passive, 6000 to answerer",
        "passive, active, 5000 to offerer",
        "actpass, active, 5000 to offerer",
        "actpass, passive, 6000 to answerer",
        "active, holdconn, NO_ADDRESS",
        "holdconn, holdconn, NO_ADDRESS",
        "holdconn, active, NO_ADDRESS",
        "active, active, NOT_THE_SAME",
        "passive, passive, NOT_THE_SAME",
        "actpass, actpass, NOT_THE_SAME"
    })
    void letsOnlyTheActiveSideConnect(String offer, String answer, String expected) {
        var plan =
                plan(
                        "m=application 5000 TCP/BFCP *\na=setup:" + offer,
                        "m=application 6000 TCP/BFCP *\na=setup:" + answer);
        var found =
                plan.skipped().isEmpty()
                        ? plan.all().getFirst().port()
                                + (plan.toOfferer().isEmpty() ? " to answerer" : " to offerer")
                        : plan.skipped().getFirst().why().name();
        assertEquals(expected, found);
        assertTrue(plan.all().size() < 2);
    }

    @Test
    void addsTheCandidatesOfAFragmentToTheirMedium() {
        var offer =
                parsed(
                        HEAD
                                + "a=ice-ufrag:aaaa\na=ice-options:trickle\n"
                                + "m=audio 9 RTP/AVP 0\na=mid:0\nm=audio 9 RTP/AVP 0\na=mid:1\n");
        var fragment =
                fragment(
                        "a=ice-ufrag:aaaa\nm=audio 9 RTP/AVP 0\na=mid:1\n"
                                + HOST.formatted(4000)
                                + "a=end-of-candidates\n");
        var grown = assertInstanceOf(SessionDescription.class, offer.with(fragment, LIMITS));
        assertEquals(List.of(), grown.media().get(0).ice().candidates());
        assertEquals(1, grown.media().get(1).ice().candidates().size());
        assertTrue(grown.media().get(1).ice().ended());
        var offered = Flows.offered(grown, End.on(true));
        assertEquals(
                List.of("udp anyone -> 192.0.2.1 port 4000"),
                offered.fromAnyone(true).stream().map(Flow::toString).toList());
        assertEquals(List.of(), offered.fromAnyone(false));
    }

    @Test
    void leavesOutFragmentsOfAnotherGenerationOrOfNoMedium() {
        var offer = parsed(HEAD + "a=ice-ufrag:aaaa\n" + AUDIO + "a=mid:0\n");
        var other = fragment("a=ice-ufrag:bbbb\nm=audio 9 RTP/AVP 0\na=mid:0\n" + one());
        var nobody = fragment("a=ice-ufrag:aaaa\nm=audio 9 RTP/AVP 0\na=mid:7\n" + one());
        var nameless = fragment("a=ice-ufrag:aaaa\nm=audio 9 RTP/AVP 0\n" + one());
        for (var fragment : List.of(other, nobody, nameless)) {
            assertEquals(offer, offer.with(fragment, LIMITS));
        }
    }

    @Test
    void holdsTheLimitOfCandidatesAcrossFragments() {
        var offer = parsed(HEAD + AUDIO + "a=mid:0\n" + candidates(63));
        var more = fragment("m=audio 9 RTP/AVP 0\na=mid:0\n" + HOST.formatted(9000));
        var full = assertInstanceOf(SessionDescription.class, offer.with(more, LIMITS));
        var much = fragment("m=audio 9 RTP/AVP 0\na=mid:0\n" + HOST.formatted(9001));
        var problem = assertInstanceOf(SdpProblem.class, full.with(much, LIMITS));
        assertEquals(Kind.TOO_MANY_CANDIDATES, problem.kind());
    }

    @Test
    void refusesFragmentsThatAreNone() {
        for (var text : List.of("v=0\n", "x", "a=candidate:1\n", "m=audio 9 RTP/AVP 0\nv=0\n")) {
            assertInstanceOf(SdpProblem.class, SdpParser.parseFragment(octets(text), LIMITS));
        }
    }

    @Test
    void listensForNobodyWhereNothingMayBeSent() {
        var offered =
                Flows.offered(
                        parsed(
                                HEAD
                                        + "m=audio 0 RTP/AVP 0\nm=audio 9 RTP/AVP 0\n"
                                        + "m=audio 4000 RTP/AVP 0\nb=AS:0\nm=text 5000 X/Y 0\n"
                                        + "m=image 9 TCP t38\na=setup:active\n"),
                        End.on(true));
        assertEquals(List.of(), offered.endpoints());
        assertEquals(
                List.of(Why.REFUSED, Why.SILENT, Why.PROTOCOL_NOT_KNOWN),
                offered.skipped().stream().map(SkippedMedia::why).toList());
    }

    private static String one() {
        return HOST.formatted(4000);
    }

    private static String candidates(int count) {
        var rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rows.append(HOST.formatted(4000 + i));
        }
        return rows.toString();
    }

    private static FlowPlan.Agreed plan(String offer, String answer) {
        var rules = new FlowRules(SourcePolicy.ADDR, End.on(true), End.on(false));
        return assertInstanceOf(
                FlowPlan.Agreed.class,
                Flows.between(parsed(HEAD + offer), parsed(HEAD + answer), rules));
    }

    private static SdpFragment fragment(String text) {
        return assertInstanceOf(SdpFragment.class, SdpParser.parseFragment(octets(text), LIMITS));
    }

    private static SessionDescription parsed(String text) {
        return assertInstanceOf(SessionDescription.class, SdpParser.parse(octets(text), LIMITS));
    }

    private static SdpProblem refused(String text) {
        return assertInstanceOf(SdpProblem.class, SdpParser.parse(octets(text), LIMITS));
    }

    private static Octets octets(String text) {
        return Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
    }
}
