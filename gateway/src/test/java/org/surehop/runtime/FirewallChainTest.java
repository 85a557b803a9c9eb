package org.surehop.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

class FirewallChainTest {
    private static final Instant AT = Instant.EPOCH;
    private static final Flow IN = flow("203.0.113.9", "10.0.0.7");
    private static final Flow IN_TOO = flow("203.0.113.8", "10.0.0.7");
    private static final Flow OUT = flow("10.0.0.7", "203.0.113.9");

    private final List<Event> core = new ArrayList<>();
    private final List<RuleSetChange> near = new ArrayList<>();
    private final List<RuleSetChange> far = new ArrayList<>();
    private final FirewallChain chain = chain(2);

    private FirewallChain chain(int mostWaiting) {
        var made =
                new FirewallChain(
                        core::add,
                        f -> f.destination().equals(IN.destination()),
                        mostWaiting,
                        InstantSource.fixed(AT));
        made.join(e -> near.add(e.change()), e -> far.add(e.change()));
        return made;
    }

    @Test
    void saysYesWhenBothHaveAndOursFirst() {
        ask(change(1, List.of(IN, OUT), List.of()));
        assertEquals(List.of(), far);
        nearDone(1);
        assertEquals(List.of(1L), far.stream().map(RuleSetChange::number).toList());
        assertEquals(List.of(), core);
        farDone(1);
        assertEquals(List.of(new Event.RuleSetApplied(AT, 1, List.of())), core);
    }

    @Test
    void putsOursBackWhenUpstreamRefuses() {
        ask(change(1, List.of(IN), List.of()));
        nearDone(1);
        farDone(1);
        // IN is refreshed, IN_TOO is new, OUT goes.
        ask(change(2, List.of(IN, IN_TOO), List.of(OUT)));
        nearDone(2);
        chain.fromFar(new Event.RuleSetFailed(AT, 2, Reason.UPSTREAM_CONFLICT));
        var undo = near.getLast();
        assertEquals(List.of(IN_TOO), undo.disable());
        assertEquals(List.of(OUT), undo.enable());
        assertEquals(1, core.size(), "the core hears of it when it is undone");
        nearDone(undo.number());
        assertEquals(new Event.RuleSetFailed(AT, 2, Reason.UPSTREAM_CONFLICT), core.getLast());
    }

    @Test
    void asksNobodyUpstreamWhenOursRefuses() {
        ask(change(1, List.of(IN), List.of()));
        chain.fromNear(new Event.RuleSetFailed(AT, 1, Reason.FIREWALL_FAILED));
        assertEquals(List.of(), far);
        assertEquals(List.of(new Event.RuleSetFailed(AT, 1, Reason.FIREWALL_FAILED)), core);
    }

    @Test
    void waitsForNobodyWhenItOnlyCloses() {
        ask(change(1, List.of(), List.of(IN)));
        var counters = List.of(new FlowCounter(IN, 3, 4));
        chain.fromNear(new Event.RuleSetApplied(AT, 1, counters));
        assertEquals(List.of(new Event.RuleSetApplied(AT, 1, counters)), core);
        assertEquals(1, far.size(), "but upstream is told");
        farDone(1);
        assertEquals(1, core.size());
    }

    @Test
    void leavesUpstreamOutOfWhatOnlyGoesOut() {
        ask(change(1, List.of(OUT), List.of()));
        nearDone(1);
        assertEquals(1, core.size());
        assertEquals(List.of(), far);
    }

    @Test
    void changesThatShareAFlowGoOneAfterAnother() {
        ask(change(1, List.of(IN), List.of()));
        ask(change(2, List.of(IN, OUT), List.of()));
        ask(change(3, List.of(), List.of(OUT)));
        ask(change(4, List.of(IN_TOO), List.of()));
        assertEquals(List.of(1L, 4L), near.stream().map(RuleSetChange::number).toList());
        nearDone(1);
        farDone(1);
        assertEquals(List.of(1L, 4L, 2L), near.stream().map(RuleSetChange::number).toList());
        nearDone(2);
        farDone(2);
        assertEquals(List.of(1L, 4L, 2L, 3L), near.stream().map(RuleSetChange::number).toList());
    }

    @Test
    void aRefusalUpstreamDoesNotTakeWhatTheNextChangeWants() {
        ask(change(1, List.of(IN), List.of()));
        ask(change(2, List.of(IN), List.of()));
        nearDone(1);
        chain.fromFar(new Event.RuleSetFailed(AT, 1, Reason.LACK_OF_RESOURCES));
        nearDone(-1);
        // It begins after the undoing, so that what it opens counts as its own.
        assertEquals(2L, near.getLast().number());
        nearDone(2);
        chain.fromFar(new Event.RuleSetFailed(AT, 2, Reason.LACK_OF_RESOURCES));
        assertEquals(List.of(IN), near.getLast().disable());
    }

    @Test
    void noMoreWaitThanMay() {
        for (int number = 1; number <= 4; number++) {
            ask(change(number, List.of(IN), List.of()));
        }
        assertEquals(List.of(new Event.RuleSetFailed(AT, 4, Reason.LACK_OF_RESOURCES)), core);
    }

    @Test
    void passesOnWhatVanishedOnEitherSide() {
        var lost = new Event.FlowsVanished(AT, List.of(IN));
        chain.fromNear(lost);
        chain.fromFar(lost);
        assertEquals(List.of(lost, lost), core);
    }

    private void ask(RuleSetChange change) {
        chain.handle(new Effect.ApplyRuleSet(change));
    }

    private void nearDone(long number) {
        chain.fromNear(new Event.RuleSetApplied(AT, number, List.of()));
    }

    private void farDone(long number) {
        chain.fromFar(new Event.RuleSetApplied(AT, number, List.of()));
    }

    private static RuleSetChange change(long number, List<Flow> enable, List<Flow> disable) {
        return new RuleSetChange(number, new GroupId(1), enable, Duration.ofMinutes(5), disable);
    }

    private static Flow flow(String from, String to) {
        return new Flow(
                Flow.Transport.UDP,
                InetAddress.ofLiteral(from),
                0,
                InetAddress.ofLiteral(to),
                4000);
    }
}
