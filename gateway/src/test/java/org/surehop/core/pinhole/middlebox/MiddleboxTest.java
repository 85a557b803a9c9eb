package org.surehop.core.pinhole.middlebox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.pinhole.middlebox.Fixture.A;
import static org.surehop.core.pinhole.middlebox.Fixture.ADMINISTRATOR;
import static org.surehop.core.pinhole.middlebox.Fixture.B;
import static org.surehop.core.pinhole.middlebox.Fixture.MINUTE;
import static org.surehop.core.pinhole.middlebox.Fixture.block;
import static org.surehop.core.pinhole.middlebox.Fixture.end;
import static org.surehop.core.pinhole.middlebox.Fixture.terms;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.pinhole.middlebox.Terms.Direction;
import org.surehop.core.pinhole.middlebox.Terms.Protocol;
import org.surehop.core.sdp.Flow;

/// The middlebox of RFC 5189: what happens when things go well, and when they end.
class MiddleboxTest {
    private final Fixture on = new Fixture();

    @Test
    void opensExactlyTheFlowsOfItsDirection() {
        on.enabled(A, "10.1.0.1", 4000);
        assertEquals(
                List.of("udp 203.0.113.9 port 6000 -> 10.1.0.1 port 4000"),
                on.open.stream().map(Flow::toString).toList());
        on.enabled(A, 0, terms(Direction.OUTBOUND, end("10.1.0.2", 0), end("203.0.113.9", 6000)));
        assertTrue(
                on.open.stream()
                        .anyMatch(
                                f -> f.toString().equals("udp 10.1.0.2 -> 203.0.113.9 port 6000")));
    }

    @Test
    void opensARangeInStepAndBothWays() {
        var range =
                new Terms(
                        Protocol.UDP,
                        Direction.BIDIRECTIONAL,
                        end("10.1.0.1", 4000),
                        end("203.0.113.9", 6000),
                        2);
        on.enabled(A, 0, range);
        assertEquals(4, on.open.size());
        assertTrue(on.open.stream().anyMatch(f -> f.port() == 6001 && f.sourcePort() == 4001));
    }

    @Test
    void letsAnyoneSendWhereTheOutsideIsNotKnownYet() {
        on.enabled(A, 0, terms(Direction.INBOUND, end("10.1.0.1", 4000), block("0.0.0.0", 0, 0)));
        assertTrue(on.open.iterator().next().fromAnyone());
    }

    @Test
    void keepsAReservationWithoutOpeningAndReplacesItUnderItsNumber() {
        var inside = Optional.of(end("10.1.0.1", 4000));
        var rule = on.reserved(A, inside);
        assertEquals(Set.of(), on.open);
        var group = on.group(rule);
        var answer = on.ask(A, new AgentRequest.Enable(rule, 0, terms("10.1.0.1", 4000), MINUTE));
        var enabled = assertInstanceOf(Answer.Enabled.class, answer.orElseThrow());
        assertEquals(MINUTE, enabled.lifetime());
        assertEquals(rule, enabled.rule().id());
        assertEquals(group, enabled.rule().group());
        assertEquals(1, on.box.rules().size());
        assertEquals(1, on.open.size());
    }

    @Test
    void grantsNoMoreThanTheMostAndNoMoreThanAsked() {
        var long1 = new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), Duration.ofHours(9));
        var granted = assertInstanceOf(Answer.Enabled.class, on.ask(A, long1).orElseThrow());
        assertEquals(Duration.ofMinutes(5), granted.lifetime());
        assertEquals(Duration.ofMinutes(5), on.lastChange().lifetime());
        var rule = new AgentRequest.ChangeRule(granted.rule().id(), Duration.ofSeconds(7));
        assertEquals(Optional.of(new Answer.Granted(Duration.ofSeconds(7))), on.ask(A, rule));
        assertEquals(Duration.ofSeconds(7), on.lastChange().lifetime());
    }

    @Test
    void endsARuleAtItsTimeAndTellsBefore() {
        var rule = on.enabled(A, "10.1.0.1", 4000);
        on.log.clear();
        on.pass(MINUTE.minusSeconds(1));
        assertEquals(1, on.box.rules().size());
        on.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), List.copyOf(on.box.rules()));
        assertEquals(Set.of(), on.open);
        var event = new Notification.RuleEvent(rule, Duration.ZERO);
        assertEquals(List.of(A + " " + event, ADMINISTRATOR + " " + event), on.told());
        assertInstanceOf(MiddleboxAction.Notify.class, on.log.getFirst());
        assertEquals(1, on.box.ledger().enables().expired());
    }

    @Test
    void keepsRulesWhenTheirSessionEnds() {
        on.enabled(A, "10.1.0.1", 4000);
        on.ask(A, new AgentRequest.Terminate());
        on.box.disconnected(B);
        assertEquals(1, on.box.rules().size());
        assertEquals(1, on.open.size());
        on.pass(MINUTE);
        assertEquals(Set.of(), on.open);
    }

    // RFC 5189 sec. 2.1.5: the requester has its reply, all others with access are told.
    @Test
    void tellsTheOthersWithAccessAndNobodyElse() {
        var rule = on.enabled(A, "10.1.0.1", 4000);
        assertEquals(
                List.of(ADMINISTRATOR + " " + new Notification.RuleEvent(rule, MINUTE)), on.told());
        on.log.clear();
        on.ask(ADMINISTRATOR, new AgentRequest.ChangeGroup(on.group(rule), Duration.ZERO));
        assertEquals(1, on.told().size());
        assertTrue(on.told().getFirst().startsWith(A + " GroupEvent"));
        assertEquals(Set.of(), on.open);
    }

    @Test
    void makesAGroupWithItsFirstMemberAndForgetsItWithItsLast() {
        var one = on.enabled(A, "10.1.0.1", 4000);
        var group = on.group(one);
        var two = on.enabled(A, group, terms("10.1.0.1", 4002));
        on.ask(A, new AgentRequest.ChangeRule(two, Duration.ofMinutes(3)));
        assertEquals(
                Optional.of(
                        new Answer.GroupState(
                                "a.example", Duration.ofMinutes(3), List.of(one, two))),
                on.ask(A, new AgentRequest.GroupStatus(group)));
        on.ask(A, new AgentRequest.ChangeGroup(group, Duration.ofMinutes(2)));
        on.box.rules().forEach(r -> assertEquals(Duration.ofMinutes(2), r.remaining(on.now)));
        on.ask(A, new AgentRequest.ChangeRule(one, Duration.ZERO));
        assertEquals(
                Optional.of(new Answer.Groups(List.of(new Answer.Owned(group, "a.example")))),
                on.ask(A, new AgentRequest.ListGroups()));
        on.ask(A, new AgentRequest.ChangeRule(two, Duration.ZERO));
        assertEquals(
                Optional.of(new Answer.Groups(List.of())),
                on.ask(A, new AgentRequest.ListGroups()));
    }

    @Test
    void listsToEachAgentWhatItMayAccess() {
        var one = on.enabled(A, "10.1.0.1", 4000);
        var two = on.enabled(B, "10.2.0.1", 4000);
        var ofA = new Answer.Owned(one, "a.example");
        var ofB = new Answer.Owned(two, "b.example");
        var list = new AgentRequest.ListRules();
        assertEquals(Optional.of(new Answer.Rules(List.of(ofA))), on.ask(A, list));
        assertEquals(Optional.of(new Answer.Rules(List.of(ofB))), on.ask(B, list));
        assertEquals(Optional.of(new Answer.Rules(List.of(ofA, ofB))), on.ask(ADMINISTRATOR, list));
    }

    // Two holders of one flow: it closes with the last of them (MID-10), be that a rule or one of
    // the gateway's own calls.
    @Test
    void closesASharedFlowWithItsLastHolder() {
        var one = on.enabled(A, "10.1.0.1", 4000);
        var two = on.enabled(A, "10.1.0.1", 4000);
        assertEquals(Duration.ofMinutes(5), on.lastChange().lifetime());
        on.ask(A, new AgentRequest.ChangeRule(one, Duration.ZERO));
        assertEquals(1, on.open.size());
        var flow = on.open.iterator().next();
        on.holdings.swap(List.of(), List.of(flow));
        on.ask(A, new AgentRequest.ChangeRule(two, Duration.ZERO));
        assertEquals(Set.of(flow), on.open);
        assertTrue(on.holdings.holds(flow));
    }

    @Test
    void endsARuleWhoseFlowsTheFirewallLost() {
        var range =
                new Terms(
                        Protocol.UDP,
                        Direction.INBOUND,
                        end("10.1.0.1", 4000),
                        end("203.0.113.9", 6000),
                        2);
        var rule = on.enabled(A, 0, range);
        var lost = on.open.iterator().next();
        on.open.remove(lost);
        on.log.clear();
        on.perform(on.box.vanished(on.now, List.of(lost)));
        assertEquals(Set.of(), on.open);
        assertEquals(
                A + " " + new Notification.RuleEvent(rule, Duration.ZERO), on.told().getFirst());
        assertEquals(1, on.box.ledger().enables().terminated());
    }

    @Test
    void doesOneThingAfterTheOther() {
        on.held = true;
        assertEquals(
                Optional.empty(),
                on.ask(A, new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), MINUTE)));
        var first = on.lastChange();
        assertEquals(
                Optional.empty(),
                on.ask(B, new AgentRequest.Enable(0, 0, terms("10.2.0.1", 4000), MINUTE)));
        assertEquals(Optional.empty(), on.ask(B, new AgentRequest.ListRules()));
        assertEquals(first, on.lastChange(), "the second waits");
        on.answer(first);
        on.answer(on.lastChange());
        var replies = on.log.stream().filter(MiddleboxAction.Reply.class::isInstance).toList();
        assertEquals(3, replies.size());
        assertEquals(
                List.of(A, B, B),
                replies.stream().map(r -> ((MiddleboxAction.Reply) r).session()).toList());
        assertTrue(on.box.isQuiet());
    }

    @Test
    void answersWhoeverAsksMoreThanCanWait() {
        on.held = true;
        on.ask(A, new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), MINUTE));
        for (int i = 0; i < 64; i++) {
            assertEquals(Optional.empty(), on.ask(B, new AgentRequest.ListRules()));
        }
        assertEquals(
                Optional.of(Failure.LACK_OF_RESOURCES),
                on.refusal(B, new AgentRequest.ListRules()));
    }

    @Test
    void closesWhatAnUnansweredChangeMayHaveOpened() {
        on.held = true;
        on.ask(A, new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), MINUTE));
        var change = on.lastChange();
        on.held = false;
        on.open.addAll(change.enable());
        on.perform(on.box.failed(on.now, change.number(), true));
        assertEquals(Set.of(), on.open);
        assertEquals(List.of(), List.copyOf(on.box.rules()));
        assertEquals(Set.of(), on.holdings.all());
    }

    @Test
    void endsAllSessionsAndKeepsTheRules() {
        on.enabled(A, "10.1.0.1", 4000);
        on.log.clear();
        on.perform(on.box.stop("maintenance"));
        assertEquals(4, on.told().size());
        assertEquals(6, on.log.stream().filter(MiddleboxAction.End.class::isInstance).count());
        assertEquals(1, on.box.rules().size());
    }

    @Test
    void managersSeeRulesAndHowTheyFared() {
        var kept = on.reserved(A, Optional.empty());
        var open = on.enabled(A, "10.1.0.1", 4000);
        var seen = on.box.ledger().rules();
        assertEquals(List.of(kept, open), seen.stream().map(PolicyRule::index).toList());
        assertEquals(
                List.of(OperStatus.RESERVED, OperStatus.ENABLED),
                seen.stream().map(PolicyRule::status).toList());
        assertEquals("a.example", seen.getLast().owner());
        assertEquals(end("10.1.0.1", 4000), seen.getLast().outside());
        assertSame(seen, on.box.ledger().rules(), "made again only when a rule has changed");
        on.ask(A, new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), Duration.ZERO));
        on.ask(A, new AgentRequest.Enable(0, 0, terms("10.9.9.9", 4000), MINUTE));
        on.ask(A, new AgentRequest.Reserve(0, Fixture.wanted(Optional.empty()), Duration.ZERO));
        on.ask(A, new AgentRequest.ChangeRule(kept, Duration.ZERO));
        on.pass(MINUTE);
        assertEquals(List.of(), on.box.ledger().rules());
        assertEquals(new Tally(1, 0, 0, 1, 0), on.box.ledger().reserves());
        assertEquals(1, on.box.ledger().enables().incorrect());
        assertEquals(1, on.box.ledger().enables().expired());
    }

    @Test
    void saysHowARuleEndedByItself() {
        var late = on.enabled(A, "10.1.0.1", 4000);
        on.log.clear();
        on.pass(MINUTE);
        assertEquals(List.of(late + " TIMED_OUT"), ended());
        var early = on.enabled(A, "10.1.0.1", 4000);
        on.log.clear();
        on.perform(on.box.vanished(on.now, List.copyOf(on.open)));
        assertEquals(List.of(early + " TERMINATED"), ended());
    }

    private List<String> ended() {
        return on.log.stream()
                .filter(MiddleboxAction.Ended.class::isInstance)
                .map(MiddleboxAction.Ended.class::cast)
                .map(e -> e.rule().id() + " " + e.how())
                .toList();
    }

    // RFC 5189 §2.3.8: a group that was named and does not exist was made anew.
    @Test
    void refusesAGroupThatDoesNotExist() {
        assertEquals(
                Optional.of(Failure.NO_SUCH_GROUP),
                on.refusal(A, new AgentRequest.Enable(0, 99, terms("10.1.0.1", 4000), MINUTE)));
        assertEquals(Set.of(), on.open);
    }
}
