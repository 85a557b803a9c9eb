package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.Translation;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.PolicyRule;
import org.surehop.core.pinhole.middlebox.Tally;
import org.surehop.core.pinhole.middlebox.Terms;
import org.surehop.core.sdp.Flow;

/// The rules of calls as managers see them.
class CallRulesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Flow IN = flow("203.0.113.9", "10.1.0.1", 4000);
    private static final Flow OUT = flow("10.1.0.1", "203.0.113.9", 6000);
    private static final Flow MORE = flow("203.0.113.9", "10.1.0.1", 4002);

    private final CallRules rules =
            new CallRules(
                    new Pinholes(
                            Pinholes.Driver.MEMORY,
                            "surehop",
                            List.of(Prefix.parse("10.0.0.0/8")),
                            Pinholes.MediaSource.PREFIXES,
                            MINUTE,
                            MINUTE,
                            1024,
                            List.of(),
                            8,
                            32,
                            100));

    private static Flow flow(String from, String to, int port) {
        return new Flow(
                Flow.Transport.UDP,
                InetAddress.ofLiteral(from),
                0,
                InetAddress.ofLiteral(to),
                port);
    }

    private void applied(Flow... open) {
        var change = new RuleSetChange(1, new GroupId(7), List.of(open), MINUTE, List.of());
        rules.applied(NOW, change, "office", List.of());
    }

    private List<PolicyRule> all() {
        return rules.all(NOW);
    }

    private static Endpoint end(String address, int port) {
        return new Endpoint(InetAddress.ofLiteral(address), port);
    }

    @Test
    void aFlowIsARuleOfTheNeighbourInTheGroupOfItsDialog() {
        applied(IN, OUT);
        var in = all().getFirst();
        assertEquals("call:office", in.owner());
        assertEquals(7, in.group());
        assertEquals(OperStatus.ENABLED, in.status());
        assertEquals(Terms.Direction.INBOUND, in.terms().direction());
        assertEquals(end("10.1.0.1", 4000), in.terms().internal());
        assertEquals(end("203.0.113.9", 0), in.terms().external());
        assertEquals(in.terms().internal(), in.outside());
        assertEquals(MINUTE, in.remaining(NOW));
        var out = all().getLast();
        assertEquals(Terms.Direction.OUTBOUND, out.terms().direction());
        assertEquals(end("10.1.0.1", 0), out.terms().internal());
        assertEquals(end("203.0.113.9", 6000), out.terms().external());
    }

    @Test
    void aRuleKeepsItsNumberWhileOthersOfItsGroupComeAndGo() {
        applied(IN, OUT);
        applied(OUT, MORE);
        assertEquals(List.of(2L, 3L), all().stream().map(PolicyRule::index).toList());
        assertEquals(new Tally(0, 0, 0, 1, 0), rules.tally());
        applied();
        assertEquals(List.of(), all());
        assertEquals(new Tally(0, 0, 0, 3, 0), rules.tally());
    }

    @Test
    void tellsHowALostRuleEndedAndCountsItOnce() {
        applied(IN, OUT);
        assertEquals(
                List.of(new CallRules.Ended("call:office", 7, List.of(1L), OperStatus.TERMINATED)),
                rules.lost(NOW, 7, Set.of(IN)));
        assertEquals(
                List.of(new CallRules.Ended("call:office", 7, List.of(2L), OperStatus.TIMED_OUT)),
                rules.lost(NOW.plus(MINUTE), 7, Set.of(IN, OUT)));
        applied();
        assertEquals(List.of(), all());
        assertEquals(new Tally(0, 0, 1, 0, 1), rules.tally());
    }

    @Test
    void whatNobodyCouldCloseIsGoneWithItsLifetime() {
        applied(IN);
        assertEquals(1, rules.all(NOW.plus(MINUTE)).size(), "the firewall may still say so");
        assertEquals(List.of(), rules.all(NOW.plus(MINUTE).plusSeconds(6)));
        assertEquals(new Tally(0, 0, 1, 0, 0), rules.tally());
    }

    @Test
    void aTranslatedPortHasItsPlaceOutside() {
        var change = new RuleSetChange(1, new GroupId(7), List.of(IN), MINUTE, List.of());
        var kept =
                new Translation(
                        new InetSocketAddress(InetAddress.ofLiteral("10.1.0.1"), 4000),
                        new InetSocketAddress(InetAddress.ofLiteral("198.51.100.1"), 30_000));
        rules.applied(NOW, change, "office", List.of(kept));
        assertEquals(end("198.51.100.1", 30_000), all().getFirst().outside());
    }

    // A list made anew for each snapshot was sorted anew for each request of a walk.
    @Test
    void givesTheSameListUntilARuleChanges() {
        applied(IN);
        var before = all();
        assertSame(before, rules.all(NOW.plusSeconds(1)));
        assertSame(
                before,
                new PolicyRules(
                                before,
                                before,
                                Tally.NOTHING,
                                Tally.NOTHING,
                                PolicyRules.NONE.abilities())
                        .ofCalls());
        applied(IN, OUT);
        assertNotSame(before, all());
    }
}
