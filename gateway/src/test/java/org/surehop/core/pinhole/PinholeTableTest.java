package org.surehop.core.pinhole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Pinholes.MediaSource;
import org.surehop.core.config.Prefix;
import org.surehop.core.disclosure.AssuredSdp;
import org.surehop.core.pinhole.PinholeOutcome.Granted;
import org.surehop.core.pinhole.PinholeOutcome.Refused;
import org.surehop.core.pinhole.PinholeState.Phase;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Side;

class PinholeTableTest {
    private static final GroupId ONE = new GroupId(1);
    private static final GroupId TWO = new GroupId(2);
    private final PinholeTable table = table(MediaSource.UA, 100, "10.0.0.0/8", "2001:db8:1::/48");

    @Test
    void opensNothingWithAReservation() {
        assertEquals(
                Optional.empty(), granted(table.reserve(ONE, inside("10.0.0.1", 4000))).change());
        assertEquals(Set.of(), table.inForce());
    }

    @Test
    void opensTheFlowsOfThePairWithTheLifetimeOfItsPhase() {
        var early = granted(enable(ONE, Phase.EARLY, 4000, 6000));
        assertEquals(4, early.change().get().enable().size());
        assertEquals(Duration.ofSeconds(180), early.change().get().lifetime());
        assertEquals(Optional.of(Duration.ofSeconds(90)), early.refreshIn());
        var confirmed = granted(table.confirm(ONE));
        assertEquals(Duration.ofSeconds(300), confirmed.change().get().lifetime());
        assertEquals(List.of(), confirmed.change().get().disable());
    }

    @Test
    void closesEverythingAtTheEndAndKnowsTheGroupNoMore() {
        enable(ONE, Phase.CONFIRMED, 4000, 6000);
        var change = granted(table.close(ONE)).change().get();
        assertEquals(4, change.disable().size());
        assertEquals(List.of(), change.enable());
        assertEquals(Set.of(), table.inForce());
        assertEquals(Reason.RULE_CONFLICT, refused(table.close(ONE)).reason());
        assertEquals(Reason.RULE_CONFLICT, refused(table.refresh(ONE)).reason());
    }

    // A re-offer was looked at only when its answer had come: the callee had then accepted what
    // could not be, and the whole call had to end.
    @Test
    void examinesAnotherOfferWithoutAChange() {
        enable(ONE, Phase.CONFIRMED, 4000, 6000);
        var before = table.inForce();
        assertEquals(Optional.empty(), table.examine(inside("10.0.0.1", 4200)));
        assertEquals(
                Optional.of(Reason.PORT_REFUSED),
                table.examine(inside("10.0.0.1", 22)).map(Refused::reason));
        assertEquals(before, table.inForce());
    }

    @Test
    void needsNoRuleBetweenPartiesOfOneSide() {
        var outcome =
                table.enable(
                        ONE, Phase.CONFIRMED, inside("10.0.0.1", 4000), inside("10.0.0.2", 6000));
        assertEquals(Optional.empty(), granted(outcome).change());
        assertEquals(Optional.empty(), granted(outcome).refreshIn());
    }

    @Test
    void keepsTheOldPairUntilTheNewOneIsConfirmed() {
        enable(ONE, Phase.CONFIRMED, 4000, 6000);
        var moved = granted(enable(ONE, Phase.CONFIRMED, 4000, 6002)).change().get();
        assertEquals(6, moved.enable().size());
        assertEquals(List.of(), moved.disable());
        var agreed = granted(table.confirm(ONE)).change().get();
        assertEquals(2, agreed.disable().size());
        assertTrue(agreed.disable().stream().allMatch(f -> f.port() == 6000 || f.port() == 6001));
    }

    @Test
    void goesBackToTheAgreedPairWhenTheReofferFails() {
        enable(ONE, Phase.CONFIRMED, 4000, 6000);
        var agreed = table.inForce();
        enable(ONE, Phase.CONFIRMED, 4000, 6002);
        var back = granted(table.rollback(ONE)).change().get();
        assertEquals(2, back.disable().size());
        assertTrue(back.disable().stream().allMatch(f -> f.port() == 6002 || f.port() == 6003));
        assertEquals(agreed, table.inForce());
    }

    @Test
    void isAsBeforeWhenTheFirewallRefuses() {
        var first = granted(enable(ONE, Phase.CONFIRMED, 4000, 6000)).change().get();
        table.failed(first.number());
        assertEquals(Optional.empty(), table.state(ONE));
        assertEquals(Set.of(), table.inForce());

        table.applied(granted(enable(ONE, Phase.CONFIRMED, 4000, 6000)).change().get().number());
        var agreed = table.inForce();
        table.failed(granted(enable(ONE, Phase.CONFIRMED, 4000, 6002)).change().get().number());
        assertEquals(agreed, table.inForce());
    }

    // A change that the firewall did late, after the gateway had given it up, stayed open until
    // its lifetime ended, because nobody asked for its removal.
    @Test
    void closesWhatAnUnansweredChangeMayHaveOpened() {
        granted(table.reserve(ONE, inside("10.0.0.1", 4000)));
        table.unanswered(granted(enable(ONE, Phase.EARLY, 4000, 6000)).change().get().number());
        assertEquals(Set.of(), table.inForce());
        assertEquals(4, granted(table.close(ONE)).change().get().disable().size());

        table.unanswered(granted(enable(TWO, Phase.EARLY, 4000, 6000)).change().get().number());
        assertEquals(4, granted(table.close(TWO)).change().get().disable().size());
        assertEquals(Optional.empty(), table.state(TWO));
    }

    @Test
    void closesASharedFlowWithTheLastGroupThatHoldsIt() {
        enable(ONE, Phase.CONFIRMED, 4000, 6000);
        enable(TWO, Phase.CONFIRMED, 4000, 6000);
        assertEquals(Optional.empty(), granted(table.close(ONE)).change());
        assertEquals(4, table.inForce().size());
        assertEquals(4, granted(table.close(TWO)).change().get().disable().size());
    }

    @Test
    void neverUsesANumberAgain() {
        long first = granted(enable(ONE, Phase.EARLY, 4000, 6000)).change().get().number();
        table.failed(first);
        assertTrue(granted(enable(ONE, Phase.EARLY, 4000, 6000)).change().get().number() > first);
    }

    @ParameterizedTest
    @CsvSource({
        "11.0.0.1, 'an inside media address in no inside prefix'",
        "10.0.0.2, 'an inside media address that is not the user agent''s'",
        "127.0.0.1, 'a loopback media address'",
        "169.254.0.1, 'a media address that is unspecified, link-local, multicast, broadcast,"
                + " reserved or IPv4 inside IPv6'",
        "10.9.9.9, 'a media address of the gateway itself'"
    })
    void refusesAnInsideAddressThatIsNotTheCallers(String address, String detail) {
        var party = new Party(Side.INSIDE, AssuredSdp.of(sdp("IP4", address, 4000)), signalling());
        var refused = refused(table.reserve(ONE, party));
        assertEquals(Reason.ADDRESS_REFUSED, refused.reason());
        assertEquals(detail, refused.detail());
        assertEquals(Optional.empty(), table.state(ONE));
    }

    @ParameterizedTest
    @CsvSource({
        "IP4, 10.0.0.1",
        "IP4, 127.0.0.1",
        "IP4, 169.254.1.1",
        "IP4, 224.0.0.1",
        "IP4, 255.255.255.255",
        "IP4, 240.0.0.1",
        "IP4, 0.1.2.3",
        "IP4, 10.9.9.9",
        "IP4, 198.51.100.9",
        "IP6, ::1",
        "IP6, fe80::1",
        "IP6, ff02::1",
        "IP6, ::ffff:192.0.2.1",
        "IP6, ::192.0.2.1",
        "IP6, 64:ff9b::c000:201",
        "IP6, 2001:db8:1::5"
    })
    void refusesAnOutsideAddressThatIsNone(String type, String address) {
        var offer = party(Side.OUTSIDE, type, address, 6000);
        assertEquals(Reason.ADDRESS_REFUSED, refused(table.reserve(ONE, offer)).reason());
        var inside = inside(type.equals("IP4") ? "10.0.0.1" : "2001:db8:1::1", 4000);
        var outcome = table.enable(ONE, Phase.EARLY, inside, offer);
        assertEquals(Reason.ADDRESS_REFUSED, refused(outcome).reason());
        assertEquals(Set.of(), table.inForce());
    }

    @Test
    void allowsLoopbackOnlyForATrialWhosePrefixNamesIt() {
        var everything = table(MediaSource.PREFIXES, 100, "0.0.0.0/0");
        assertEquals(
                Reason.ADDRESS_REFUSED,
                refused(everything.reserve(ONE, party(Side.INSIDE, "IP4", "127.0.0.1", 4000)))
                        .reason());
        var trial = table(MediaSource.PREFIXES, 100, "127.0.0.0/8");
        granted(
                trial.enable(
                        ONE,
                        Phase.CONFIRMED,
                        party(Side.INSIDE, "IP4", "127.0.0.1", 4000),
                        party(Side.OUTSIDE, "IP4", "127.0.0.1", 6000)));
        var half = table(MediaSource.PREFIXES, 100, "127.0.1.0/24");
        granted(half.reserve(ONE, party(Side.OUTSIDE, "IP4", "127.0.2.1", 4000)));
        refused(half.reserve(TWO, party(Side.OUTSIDE, "IP4", "127.0.1.1", 4000)));
    }

    @Test
    void refusesLowAndDeniedPortsOfMediaAndOfRtcp() {
        assertEquals(Reason.PORT_REFUSED, refused(enable(ONE, Phase.EARLY, 1023, 6000)).reason());
        assertEquals(Reason.PORT_REFUSED, refused(enable(ONE, Phase.EARLY, 4000, 5060)).reason());
        // RTCP of 5060 - 1.
        assertEquals(Reason.PORT_REFUSED, refused(enable(ONE, Phase.EARLY, 4000, 5059)).reason());
    }

    @Test
    void holdsItsCapsAllOrNothing() {
        var small = table(MediaSource.PREFIXES, 9, "10.0.0.0/8");
        enable(small, ONE, 4000);
        enable(small, TWO, 4002);
        var third = enable(small, new GroupId(3), 4004);
        assertEquals(Reason.LACK_OF_RESOURCES, refused(third).reason());
        assertEquals(8, small.inForce().size());
        granted(small.close(ONE));
        granted(enable(small, new GroupId(3), 4004));

        var many = sdp("IP4", "10.0.0.1", 4000) + "m=audio 4002 RTP/AVP 0\n".repeat(8);
        var party = new Party(Side.INSIDE, AssuredSdp.of(many), signalling());
        assertEquals(Reason.TOO_MANY_MEDIA, refused(table.reserve(ONE, party)).reason());
        var wide = sdp("IP4", "10.0.0.1", "4000/9");
        var answer = sdp("IP4", "192.0.2.1", "6000/9");
        var outcome =
                table.enable(
                        ONE,
                        Phase.EARLY,
                        new Party(Side.INSIDE, AssuredSdp.of(wide), signalling()),
                        new Party(Side.OUTSIDE, AssuredSdp.of(answer), Optional.empty()));
        assertEquals(Reason.TOO_MANY_MEDIA, refused(outcome).reason());
    }

    @Test
    void refusesWhatCannotBeRead() {
        var broken = new Party(Side.INSIDE, AssuredSdp.of("v=0\n"), signalling());
        assertEquals(Reason.SDP_MALFORMED, refused(table.reserve(ONE, broken)).reason());
        var name = party(Side.OUTSIDE, "IP4", "media.example", 6000);
        assertEquals(Reason.ADDRESS_REFUSED, refused(table.reserve(ONE, name)).reason());
    }

    @Test
    void findsTheGroupsOfFlowsThatVanished() {
        enable(ONE, Phase.CONFIRMED, 4000, 6000);
        enable(TWO, Phase.CONFIRMED, 4002, 6002);
        var lost = List.copyOf(table.state(TWO).get().inForce());
        assertEquals(Set.of(TWO), table.groupsHolding(lost));
    }

    private PinholeOutcome enable(GroupId group, Phase phase, int inside, int outside) {
        return table.enable(
                group,
                phase,
                inside("10.0.0.1", inside),
                party(Side.OUTSIDE, "IP4", "192.0.2.1", outside));
    }

    private static PinholeOutcome enable(PinholeTable table, GroupId group, int port) {
        return table.enable(
                group,
                Phase.EARLY,
                party(Side.INSIDE, "IP4", "10.0.0.1", port),
                party(Side.OUTSIDE, "IP4", "192.0.2.1", port));
    }

    static PinholeTable table(MediaSource source, int maxRules, String... prefixes) {
        var config =
                new Pinholes(
                        Pinholes.Driver.MEMORY,
                        "surehop",
                        List.of(prefixes).stream().map(Prefix::parse).toList(),
                        source,
                        Duration.ofSeconds(180),
                        Duration.ofSeconds(300),
                        1024,
                        List.of(5060),
                        8,
                        32,
                        maxRules);
        return new PinholeTable(
                config,
                Set.of(
                        InetAddress.ofLiteral("10.9.9.9"),
                        InetAddress.ofLiteral("198.51.100.9"),
                        InetAddress.ofLiteral("127.0.0.1")));
    }

    static Party inside(String address, int port) {
        var type = address.contains(":") ? "IP6" : "IP4";
        return new Party(
                Side.INSIDE,
                AssuredSdp.of(sdp(type, address, port)),
                Optional.of(InetAddress.ofLiteral(address)));
    }

    static Party party(Side side, String type, String address, int port) {
        return new Party(side, AssuredSdp.of(sdp(type, address, port)), Optional.empty());
    }

    private static Optional<InetAddress> signalling() {
        return Optional.of(InetAddress.ofLiteral("10.0.0.1"));
    }

    private static String sdp(String type, String address, Object port) {
        return "v=0\no=- 1 1 IN IP4 x\ns=-\nc=IN %s %s\nt=0 0\nm=audio %s RTP/AVP 0\n"
                .formatted(type, address, port);
    }

    private static Granted granted(PinholeOutcome outcome) {
        return assertInstanceOf(Granted.class, outcome);
    }

    private static Refused refused(PinholeOutcome outcome) {
        return assertInstanceOf(Refused.class, outcome);
    }
}
