package org.surehop.core.pinhole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.MediaRules;
import org.surehop.core.config.MediaRules.Otherwise;
import org.surehop.core.config.PacketRules;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Pinholes.MediaSource;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Upstream;
import org.surehop.core.disclosure.AssuredSdp;
import org.surehop.core.pinhole.PinholeState.Phase;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.SkippedMedia;
import org.surehop.core.sdp.SkippedMedia.Why;
import org.surehop.core.sdp.SourcePolicy;
import org.surehop.core.sip.Side;

class ScreeningTest {
    private static final String AUDIO = "m=audio 4000 RTP/AVP 0\n";
    private static final String UFRAG = "a=ice-ufrag:aaaa\n";

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, NAT_WITHOUT_ICE",
        "172.16.0.1, NAT_WITHOUT_ICE",
        "100.64.0.1, NAT_WITHOUT_ICE",
        "8.8.4.4, ''"
    })
    void refusesPrivateMediaBehindANatByPolicy(String address, String reason) {
        var party = inside(address, AUDIO);
        assertEquals(Optional.empty(), usual().refusalOf(party));
        assertEquals(reason, reason(behindNat().refusalOf(party)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=candidate:2 1 UDP 1 203.0.113.1 61000 typ srflx raddr 10.0.0.1 rport 4000",
                "a=candidate:2 1 UDP 1 198.51.100.1 62000 typ relay raddr 10.0.0.1 rport 4000",
                "a=ice-options:trickle"
            })
    void letsACandidateLeadAroundTheNat(String row) {
        var host = "a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host\n";
        assertEquals(
                "NAT_WITHOUT_ICE",
                reason(behindNat().refusalOf(inside("10.0.0.1", AUDIO + UFRAG + host))));
        var offer = inside("10.0.0.1", AUDIO + UFRAG + host + row + "\n");
        assertEquals("", reason(behindNat().refusalOf(offer)));
    }

    @Test
    void refusesPrivateMediaInAnAnswerToo() {
        var offer = outside("192.0.2.1", AUDIO);
        assertEquals(
                Reason.NAT_WITHOUT_ICE, refused(behindNat(), offer, inside("10.0.0.1", AUDIO)));
        planned(usual(), offer, inside("10.0.0.1", AUDIO));
    }

    @Test
    void opensNothingForAnUnknownProtocolAndRefusesItByPolicy() {
        var offer = inside("10.0.0.1", AUDIO + "m=audio 5000 UDP/QUIC 0\n");
        var answer = outside("192.0.2.1", AUDIO + "m=audio 5000 UDP/QUIC 0\n");
        var plan = planned(usual(), offer, answer);
        assertEquals(4, plan.flows().size());
        assertEquals(List.of(new SkippedMedia(1, Why.PROTOCOL_NOT_KNOWN)), plan.skipped());
        assertEquals("MEDIA_UNKNOWN", reason(behindNat().refusalOf(offer)));
    }

    @Test
    void leavesOutCandidatesThatMayHaveNoPinhole() {
        var offer =
                inside(
                        "10.0.0.1",
                        AUDIO
                                + UFRAG
                                + "a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host\n"
                                + "a=candidate:2 1 UDP 1 10.0.0.99 4000 typ host\n"
                                + "a=candidate:3 1 UDP 1 192.0.2.66 4000 typ host\n"
                                + "a=candidate:4 1 UDP 1 10.0.0.1 22 typ host\n");
        var answer =
                outside(
                        "192.0.2.1",
                        "m=audio 6000 RTP/AVP 0\n"
                                + UFRAG
                                + "a=candidate:1 1 UDP 1 192.0.2.1 6000 typ host\n"
                                + "a=candidate:2 1 UDP 1 10.0.0.7 6000 typ host\n"
                                + "a=candidate:3 1 UDP 1 127.0.0.1 6000 typ host\n"
                                + "a=candidate:4 1 UDP 1 192.0.2.1 5060 typ host\n");
        assertEquals(
                List.of(
                        "udp 192.0.2.1 -> 10.0.0.1 port 4000",
                        "udp 10.0.0.1 -> 192.0.2.1 port 6000"),
                text(planned(usual(), offer, answer).flows()));
    }

    @ParameterizedTest
    @CsvSource({
        "INSIDE, 10.0.0.99",
        "INSIDE, 192.0.2.5",
        "OUTSIDE, 10.0.0.1",
        "OUTSIDE, 127.0.0.1"
    })
    void refusesAnOfferWithoutAnyCandidateThatMayHaveOne(Side side, String address) {
        var text = AUDIO + UFRAG + "a=candidate:1 1 UDP 1 %s 4000 typ host\n".formatted(address);
        var party = side == Side.INSIDE ? inside(address, text) : outside(address, text);
        var mine = new Party(side, party.proof(), Optional.of(InetAddress.ofLiteral("10.0.0.1")));
        assertEquals("ADDRESS_REFUSED", reason(usual().refusalOf(mine)));
    }

    @Test
    void takesSixtyFourCandidatesAndRefusesOneMore() {
        assertEquals("", reason(usual().refusalOf(inside("10.0.0.1", AUDIO + many(64)))));
        assertEquals(
                "TOO_MANY_MEDIA", reason(usual().refusalOf(inside("10.0.0.1", AUDIO + many(65)))));
    }

    @Test
    void countsTheRulesOfACallBeforeItsOfferGoesOn() {
        var wide = inside("10.0.0.1", "m=audio 4000/65 RTP/AVP 0\n");
        assertEquals("TOO_MANY_MEDIA", reason(usual().refusalOf(wide)));
        assertEquals(
                "", reason(usual().refusalOf(inside("10.0.0.1", "m=audio 4000/64 RTP/AVP 0\n"))));
    }

    @Test
    void readsFragmentsWithTheirDescription() {
        var offer =
                inside(
                        "10.0.0.1",
                        "m=audio 9 RTP/AVP 0\nc=IN IP4 0.0.0.0\na=mid:0\n"
                                + UFRAG
                                + "a=ice-options:trickle\n");
        var answer =
                outside(
                        "192.0.2.1",
                        "m=audio 6000 RTP/AVP 0\na=mid:0\n"
                                + UFRAG
                                + "a=candidate:1 1 UDP 1 192.0.2.1 6000 typ host\n");
        assertEquals(List.of(), planned(usual(), offer, answer).flows());
        var fragment =
                AssuredSdp.of(
                        UFRAG
                                + "m=audio 9 RTP/AVP 0\na=mid:0\n"
                                + "a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host\n");
        var grown = new Party(Side.INSIDE, offer.proof(), offer.signalling(), List.of(fragment));
        assertEquals(
                List.of(
                        "udp 192.0.2.1 -> 10.0.0.1 port 4000",
                        "udp 10.0.0.1 -> 192.0.2.1 port 6000"),
                text(planned(usual(), grown, answer).flows()));
        var broken =
                new Party(
                        Side.INSIDE,
                        offer.proof(),
                        offer.signalling(),
                        List.of(AssuredSdp.of("v=0\n")));
        assertEquals("SDP_MALFORMED", reason(usual().refusalOf(broken)));
    }

    @Test
    void opensToAnyoneBeforeTheAnswerOnlyWhereSomebodyInsideListens() {
        var verdict = usual().early(inside("10.0.0.1", AUDIO));
        assertEquals(
                List.of("udp anyone -> 10.0.0.1 port 4000", "udp anyone -> 10.0.0.1 port 4001"),
                text(assertInstanceOf(Screening.Planned.class, verdict).flows()));
        var without =
                List.of(
                        outside("192.0.2.1", AUDIO),
                        inside(
                                "10.0.0.1",
                                AUDIO + UFRAG + "a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host\n"),
                        inside(
                                "10.0.0.1",
                                "m=message 5000 TCP/MSRP *\na=setup:passive\n"
                                        + "a=path:msrp://10.0.0.1:5000/s;tcp\n"));
        for (var party : without) {
            var planned = assertInstanceOf(Screening.Planned.class, usual().early(party));
            assertEquals(List.of(), planned.flows());
        }
        assertInstanceOf(
                Screening.Refused.class,
                usual().early(inside("10.0.0.1", "m=audio 22 RTP/AVP 0\n")));
    }

    @Test
    void letsAnyoneToACandidateInsideWhileChecksRunByPolicy() {
        var any = screening(SourcePolicy.ANY, Otherwise.PASS);
        var host = "a=candidate:1 1 UDP 1 %s 4000 typ host\n";
        var offer = inside("10.0.0.1", AUDIO + UFRAG + host.formatted("10.0.0.1"));
        var answer = outside("192.0.2.1", AUDIO + UFRAG + host.formatted("192.0.2.1"));
        var flows = text(planned(any, offer, answer).flows());
        assertTrue(flows.contains("udp anyone -> 10.0.0.1 port 4000"), flows.toString());
        assertTrue(flows.stream().noneMatch(f -> f.contains("anyone -> 192")), flows.toString());
        var ended =
                outside(
                        "192.0.2.1",
                        AUDIO + UFRAG + host.formatted("192.0.2.1") + "a=end-of-candidates\n");
        assertTrue(
                text(planned(any, offer, ended).flows()).stream()
                        .noneMatch(f -> f.contains("anyone")));
    }

    // An ICE restart: what is agreed stays open beside the new candidates until that is agreed.
    @Test
    void keepsOldCandidatesBesideTheNewOnesUntilARestartIsAgreed() {
        var table = new PinholeTable(pinholes(MediaRules.USUAL), Set.of());
        var group = new GroupId(1);
        table.enable(group, Phase.CONFIRMED, ice(true, "a", 4000), ice(false, "a", 6000));
        table.enable(group, Phase.CONFIRMED, ice(true, "b", 4100), ice(false, "b", 6100));
        assertEquals(Set.of(4000, 4100, 6000, 6100), ports(table));
        table.confirm(group);
        assertEquals(Set.of(4100, 6100), ports(table));
    }

    @Test
    void holdsTheRulesOfOneUserAllOrNothing() {
        var rules = new MediaRules(SourcePolicy.ADDR, Otherwise.PASS, Otherwise.PASS, 64, 9);
        var table = new PinholeTable(pinholes(rules), Set.of());
        for (int call = 1; call <= 2; call++) {
            assertInstanceOf(PinholeOutcome.Granted.class, call(table, call, "10.0.0.1"));
        }
        var third = assertInstanceOf(PinholeOutcome.Refused.class, call(table, 3, "10.0.0.1"));
        assertEquals(Reason.LACK_OF_RESOURCES, third.reason());
        assertEquals(8, table.size());
        assertInstanceOf(PinholeOutcome.Granted.class, call(table, 4, "10.0.0.2"));
        table.close(new GroupId(1));
        assertInstanceOf(PinholeOutcome.Granted.class, call(table, 5, "10.0.0.1"));
    }

    private static PinholeOutcome call(PinholeTable table, int number, String user) {
        return table.enable(
                new GroupId(number),
                Phase.CONFIRMED,
                inside(user, "m=audio %d RTP/AVP 0\n".formatted(4000 + 10 * number)),
                outside("192.0.2.1", "m=audio %d RTP/AVP 0\n".formatted(6000 + 10 * number)));
    }

    private static Party ice(boolean inside, String fragment, int port) {
        var address = inside ? "10.0.0.1" : "192.0.2.1";
        var text =
                "m=audio %2$d RTP/AVP 0\na=rtcp-mux\na=ice-ufrag:%3$s\n"
                                .formatted(address, port, fragment)
                        + "a=candidate:1 1 UDP 1 %s %d typ host\n".formatted(address, port);
        return inside ? inside(address, text) : outside(address, text);
    }

    private static Set<Integer> ports(PinholeTable table) {
        return table.inForce().stream()
                .map(Flow::port)
                .collect(java.util.stream.Collectors.toSet());
    }

    private static String many(int count) {
        var rows = Stream.iterate(4000, p -> p + 1).limit(count);
        return UFRAG
                + String.join(
                        "",
                        rows.map("a=candidate:1 1 UDP 1 10.0.0.1 %d typ host\n"::formatted)
                                .toList());
    }

    private static Screening usual() {
        return screening(SourcePolicy.ADDR, Otherwise.PASS);
    }

    private static Screening behindNat() {
        return screening(SourcePolicy.ADDR, Otherwise.REFUSE);
    }

    private static Screening screening(SourcePolicy source, Otherwise otherwise) {
        return new Screening(
                pinholes(new MediaRules(source, otherwise, otherwise, 64, 512)), Set.of());
    }

    private static Pinholes pinholes(MediaRules media) {
        return new Pinholes(
                Pinholes.Driver.MEMORY,
                "surehop",
                Stream.of("10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "8.8.0.0/16")
                        .map(Prefix::parse)
                        .toList(),
                MediaSource.UA,
                Duration.ofSeconds(180),
                Duration.ofSeconds(300),
                1024,
                List.of(5060),
                8,
                128,
                1000,
                media,
                Upstream.NONE,
                PacketRules.USUAL,
                org.surehop.core.config.Nat.NONE);
    }

    private static Party inside(String address, String media) {
        return party(Side.INSIDE, address, media);
    }

    private static Party outside(String address, String media) {
        return party(Side.OUTSIDE, address, media);
    }

    private static Party party(Side side, String address, String media) {
        var text = "v=0\no=- 1 1 IN IP4 x\ns=-\nc=IN IP4 %s\nt=0 0\n".formatted(address) + media;
        return new Party(side, AssuredSdp.of(text), Optional.of(InetAddress.ofLiteral(address)));
    }

    private static Screening.Planned planned(Screening screening, Party offerer, Party answerer) {
        return assertInstanceOf(Screening.Planned.class, screening.plan(offerer, answerer));
    }

    private static Reason refused(Screening screening, Party offerer, Party answerer) {
        var verdict = screening.plan(offerer, answerer);
        return assertInstanceOf(Screening.Refused.class, verdict).refusal().reason();
    }

    private static String reason(Optional<PinholeOutcome.Refused> refusal) {
        return refusal.map(r -> r.reason().name()).orElse("");
    }

    private static List<String> text(List<Flow> flows) {
        return flows.stream().map(Flow::toString).toList();
    }
}
