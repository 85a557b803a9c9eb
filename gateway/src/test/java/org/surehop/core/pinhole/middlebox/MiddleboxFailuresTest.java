package org.surehop.core.pinhole.middlebox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.pinhole.middlebox.Fixture.A;
import static org.surehop.core.pinhole.middlebox.Fixture.ADMINISTRATOR;
import static org.surehop.core.pinhole.middlebox.Fixture.B;
import static org.surehop.core.pinhole.middlebox.Fixture.LOOKER;
import static org.surehop.core.pinhole.middlebox.Fixture.MINUTE;
import static org.surehop.core.pinhole.middlebox.Fixture.NAMELESS;
import static org.surehop.core.pinhole.middlebox.Fixture.STRANGER;
import static org.surehop.core.pinhole.middlebox.Fixture.block;
import static org.surehop.core.pinhole.middlebox.Fixture.end;
import static org.surehop.core.pinhole.middlebox.Fixture.terms;
import static org.surehop.core.pinhole.middlebox.Fixture.wanted;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Midcom;
import org.surehop.core.config.Prefix;
import org.surehop.core.pinhole.Holdings;
import org.surehop.core.pinhole.middlebox.Terms.Direction;
import org.surehop.core.pinhole.middlebox.Terms.Interfaces;
import org.surehop.core.pinhole.middlebox.Terms.Protocol;

/// Every failure reason of RFC 5189, each by a request that earns it; and none changes anything.
class MiddleboxFailuresTest {
    private final Fixture on = new Fixture();

    private void refused(Failure expected, long session, AgentRequest request) {
        var rules = on.box.rules();
        var open = Set.copyOf(on.open);
        var held = on.holdings.all();
        assertEquals(Optional.of(expected), on.refusal(session, request));
        assertEquals(List.copyOf(rules), List.copyOf(on.box.rules()), "a refusal changes no rule");
        assertEquals(open, on.open);
        assertEquals(held, on.holdings.all());
    }

    private static AgentRequest per(Terms terms) {
        return new AgentRequest.Enable(0, 0, terms, MINUTE);
    }

    private static AgentRequest prr(Reservation wanted) {
        return new AgentRequest.Reserve(0, wanted, MINUTE);
    }

    @Test
    void refusesSessions() {
        refused(Failure.AUTHENTICATION_FAILED, NAMELESS, new AgentRequest.Establish(3, 0));
        refused(Failure.NO_AUTHORIZATION, STRANGER, new AgentRequest.Establish(3, 0));
        refused(Failure.SESSION_OPEN, A, new AgentRequest.Establish(3, 0));
        hungUp(Failure.VERSION_MISMATCH, 7, new AgentRequest.Establish(4, 0));
        hungUp(Failure.LACK_OF_RESOURCES, 8, new AgentRequest.Establish(3, 0));
        hungUp(Failure.NO_SESSION, 9, new AgentRequest.ListRules());
        hungUp(Failure.NO_SESSION, 10, per(terms("10.1.0.1", 4000)));
    }

    private void hungUp(Failure expected, long session, AgentRequest request) {
        on.box.connected(session, List.of("a.example"));
        on.log.clear();
        refused(expected, session, request);
        assertTrue(on.log.contains(new MiddleboxAction.End(session)), "the connection ends");
    }

    @Test
    void refusesWhatTheAgentMayNot() {
        refused(Failure.NOT_AUTHORIZED, A, per(terms("10.2.0.1", 4000)));
        refused(Failure.NOT_AUTHORIZED, LOOKER, per(terms("10.1.0.1", 4000)));
        refused(Failure.NOT_AUTHORIZED, LOOKER, prr(wanted(Optional.empty())));
        refused(Failure.NOT_AUTHORIZED, A, prr(wanted(Optional.of(end("10.2.0.1", 4000)))));
        refused(Failure.NOT_AUTHORIZED, LOOKER, new AgentRequest.ChangeRule(1, MINUTE));
        refused(Failure.NOT_AUTHORIZED, LOOKER, new AgentRequest.ChangeGroup(1, MINUTE));
    }

    @Test
    void refusesPlacesThatNoAgentMayReach() {
        for (var address : List.of("127.0.0.1", "10.9.0.1", "198.51.100.1", "224.0.0.1")) {
            var external = end(address, 6000);
            refused(
                    Failure.NOT_AUTHORIZED,
                    A,
                    per(terms(Direction.OUTBOUND, end("10.1.0.1", 4000), external)));
        }
    }

    @Test
    void letsTheOperatorsDenialStandBeforeAnyRule() {
        refused(Failure.CONFLICT, A, per(terms("10.1.0.1", 5060)));
        refused(Failure.CONFLICT, A, per(terms("10.1.0.1", 80)));
        // A range that only contains the denied port is refused whole.
        var wide =
                new Terms(
                        Protocol.UDP,
                        Direction.INBOUND,
                        end("10.1.0.1", 5058),
                        end("203.0.113.9", 0),
                        4);
        refused(Failure.CONFLICT, A, per(wide));
    }

    @Test
    void refusesWildcardsThatTheFirewallCannotHold() {
        var inside = end("10.1.0.1", 4000);
        var block = block("10.1.0.0", 24, 4000);
        refused(
                Failure.NO_INTERNAL_WILDCARD,
                A,
                per(terms(Direction.INBOUND, block, end("203.0.113.9", 0))));
        refused(
                Failure.NO_INTERNAL_WILDCARD,
                A,
                per(terms(Direction.INBOUND, end("10.1.0.1", 0), end("203.0.113.9", 0))));
        refused(
                Failure.NO_EXTERNAL_WILDCARD,
                A,
                per(terms(Direction.INBOUND, inside, block("203.0.113.0", 24, 0))));
        refused(
                Failure.NO_EXTERNAL_WILDCARD,
                A,
                per(terms(Direction.BIDIRECTIONAL, inside, block("0.0.0.0", 0, 6000))));
        refused(
                Failure.NO_EXTERNAL_WILDCARD,
                A,
                per(terms(Direction.OUTBOUND, inside, end("203.0.113.9", 0))));
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        var any =
                new Terms(
                        Protocol.ANY,
                        Direction.INBOUND,
                        end("10.1.0.1", 4000),
                        end("203.0.113.9", 0),
                        1);
        refused(Failure.NO_TRANSPORT_WILDCARD, A, per(any));
        refused(
                Failure.NO_LIFETIME,
                A,
                new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), Duration.ZERO));
        var none =
                new Terms(
                        Protocol.UDP,
                        Direction.INBOUND,
                        end("10.1.0.1", 4000),
                        end("203.0.113.9", 0),
                        0);
        refused(Failure.PARAMETER_NOT_SUPPORTED, A, per(none));
    }

    @Test
    void runsOutOfAddressesPortsAndRoom() {
        refused(
                Failure.LACK_OF_ADDRESSES,
                A,
                per(terms(Direction.INBOUND, end("10.1.0.1", 4000), end("2001:db8::1", 0))));
        var twice =
                new Reservation(
                        Reservation.Service.TWICE,
                        Optional.empty(),
                        Protocol.UDP,
                        1,
                        Reservation.Parity.ANY,
                        Reservation.IpVersion.ANY,
                        Optional.empty());
        refused(Failure.LACK_OF_ADDRESSES, A, prr(twice));
        var end =
                new Terms(
                        Protocol.UDP,
                        Direction.INBOUND,
                        end("10.1.0.1", 65_535),
                        end("203.0.113.9", 0),
                        2);
        refused(Failure.LACK_OF_PORTS, A, per(end));
        var long17 =
                new Terms(
                        Protocol.UDP,
                        Direction.INBOUND,
                        end("10.1.0.1", 4000),
                        end("203.0.113.9", 0),
                        17);
        refused(Failure.LACK_OF_RESOURCES, A, per(long17));
        for (int i = 0; i < 5; i++) {
            on.enabled(A, "10.1.0.1", 4000 + i);
        }
        refused(Failure.LACK_OF_RESOURCES, A, per(terms("10.1.0.1", 4100)));
        refused(Failure.LACK_OF_RESOURCES, A, prr(wanted(Optional.empty())));
    }

    @Test
    void runsOutOfPortsOfANat() {
        var stock =
                new AddressStock() {
                    @Override
                    public Outcome reserve(long rule, Reservation wanted) {
                        return new Outcome.Lacking(Failure.LACK_OF_PORTS);
                    }

                    @Override
                    public void release(long rule) {}
                };
        var nat = new Fixture(stock, 100);
        assertEquals(
                Optional.of(Failure.LACK_OF_PORTS), nat.refusal(A, prr(wanted(Optional.empty()))));
    }

    @Test
    void holdsTheCapOfAllTogether() {
        var small = new Fixture(AddressStock.NONE, 2);
        small.enabled(A, "10.1.0.1", 4000);
        small.enabled(B, "10.2.0.1", 4000);
        assertEquals(
                Optional.of(Failure.LACK_OF_RESOURCES),
                small.refusal(A, per(terms("10.1.0.1", 4002))));
        // What is open already costs nothing more.
        assertEquals(Optional.empty(), small.refusal(A, per(terms("10.1.0.1", 4000))));
    }

    @Test
    void refusesWhenTheFirewallDoes() {
        on.broken = true;
        refused(Failure.FIREWALL_FAILED, A, per(terms("10.1.0.1", 4000)));
        on.broken = false;
        var rule = on.enabled(A, "10.1.0.1", 4000);
        on.broken = true;
        refused(Failure.FIREWALL_FAILED, A, new AgentRequest.ChangeRule(rule, Duration.ZERO));
    }

    @Test
    void refusesInterfacesThatItDoesNotHave() {
        var named = Optional.of(new Interfaces("eth0", "eth1"));
        var terms =
                new Terms(
                        Protocol.UDP,
                        Direction.INBOUND,
                        end("10.1.0.1", 4000),
                        end("203.0.113.9", 0),
                        1,
                        false,
                        named);
        refused(Failure.NO_SUCH_INSIDE_INTERFACE, A, per(terms));
    }

    @Test
    void tellsWhichInterfaceDoesNotFit() {
        var rights = new Midcom.Agent("a", List.of(Prefix.parse("10.0.0.0/8")), 5, false);
        var examiner =
                new Examiner(
                        Fixture.pinholes(9),
                        Set.<InetAddress>of(),
                        Optional.of(new Interfaces("eth0", "eth1")));
        assertEquals(Optional.empty(), interfaces(examiner, rights, "eth0", "eth1"));
        assertEquals(
                Optional.of(Failure.INSIDE_INTERFACE_UNFIT),
                interfaces(examiner, rights, "eth1", "eth0"));
        assertEquals(
                Optional.of(Failure.OUTSIDE_INTERFACE_UNFIT),
                interfaces(examiner, rights, "eth0", "eth0"));
        assertEquals(
                Optional.of(Failure.NO_SUCH_OUTSIDE_INTERFACE),
                interfaces(examiner, rights, "eth0", "eth9"));
        assertEquals(
                Optional.of(Failure.PARAMETER_NOT_SUPPORTED),
                interfaces(examiner, rights, "eth0", ""));
    }

    private static Optional<Failure> interfaces(
            Examiner examiner, Midcom.Agent agent, String inside, String outside) {
        var wanted =
                new Reservation(
                        Reservation.Service.TRADITIONAL,
                        Optional.empty(),
                        Protocol.UDP,
                        1,
                        Reservation.Parity.ANY,
                        Reservation.IpVersion.ANY,
                        Optional.of(new Interfaces(inside, outside)));
        return examiner.examine(wanted, agent).map(Examiner.Finding.Unfit::failure);
    }

    @Test
    void refusesToReplaceWhatIsNotTheAgents() {
        var fits = terms("10.1.0.1", 4000);
        refused(Failure.NO_SUCH_RESERVE_RULE, A, new AgentRequest.Enable(99, 0, fits, MINUTE));
        var enabled = on.enabled(A, "10.1.0.1", 4000);
        refused(Failure.NOT_RESERVED, A, new AgentRequest.Enable(enabled, 0, fits, MINUTE));
        var ofB = on.reserved(B, Optional.empty());
        refused(
                Failure.NOT_AUTHORIZED_TO_REPLACE,
                A,
                new AgentRequest.Enable(ofB, 0, fits, MINUTE));
        var ofA = on.reserved(A, Optional.of(end("10.1.0.1", 4000)));
        var other = terms("10.1.0.1", 4002);
        refused(Failure.RESERVED_MISMATCH, A, new AgentRequest.Enable(ofA, 0, other, MINUTE));
    }

    @Test
    void refusesToTouchRulesAndGroupsOfOthers() {
        var rule = on.enabled(A, "10.1.0.1", 4000);
        var group = on.group(rule);
        refused(Failure.NOT_AUTHORIZED_FOR_RULE, B, new AgentRequest.ChangeRule(rule, MINUTE));
        refused(Failure.NO_ACCESS_TO_RULE, B, new AgentRequest.RuleStatus(rule));
        refused(Failure.NOT_AUTHORIZED_FOR_GROUP, B, new AgentRequest.ChangeGroup(group, MINUTE));
        refused(Failure.NO_ACCESS_TO_GROUP, B, new AgentRequest.GroupStatus(group));
        var more = new AgentRequest.Enable(0, group, terms("10.2.0.1", 4000), MINUTE);
        refused(Failure.NOT_AUTHORIZED_TO_ADD, B, more);
        // Ownership is one's alone: an administrator ends rules, but adds to no group of others.
        refused(Failure.NOT_AUTHORIZED_TO_ADD, ADMINISTRATOR, more);
    }

    @Test
    void knowsNothingOfWhatIsGone() {
        var rule = on.enabled(A, "10.1.0.1", 4000);
        var group = on.group(rule);
        on.ask(A, new AgentRequest.ChangeRule(rule, Duration.ZERO));
        refused(Failure.NO_SUCH_RULE, A, new AgentRequest.ChangeRule(rule, MINUTE));
        refused(Failure.NO_SUCH_RULE, A, new AgentRequest.RuleStatus(rule));
        refused(Failure.NO_SUCH_GROUP, A, new AgentRequest.ChangeGroup(group, MINUTE));
        refused(Failure.NO_SUCH_GROUP, A, new AgentRequest.GroupStatus(group));
    }

    @Test
    void extendsNothingThatTheOwnerMayOpenNoMore() {
        var book = new Rulebook();
        var examiner = new Examiner(Fixture.pinholes(9), Set.of(), Optional.empty());
        var caps = new Planner.Caps(MINUTE, 9, 9);
        var planner =
                new Planner(
                        book, examiner, AddressStock.NONE, Holdings.of(Fixture.pinholes(9)), caps);
        var before = new Midcom.Agent("a", List.of(Prefix.parse("10.1.0.0/16")), 5, false);
        var after = new Midcom.Agent("a", List.of(Prefix.parse("10.2.0.0/16")), 5, false);
        var ask = new AgentRequest.Enable(0, 0, terms("10.1.0.1", 4000), MINUTE);
        if (planner.enable(before, ask, on.now) instanceof Planner.Plan.Change change) {
            book.put(change.after().getFirst());
        }
        var longer = planner.change(after, new AgentRequest.ChangeRule(1, MINUTE), on.now);
        assertEquals(
                new Planner.Plan.Refused(
                        new Answer.Failed(
                                Failure.LIFETIME_NOT_EXTENDED, "the agent may open that no more")),
                longer);
    }
}
