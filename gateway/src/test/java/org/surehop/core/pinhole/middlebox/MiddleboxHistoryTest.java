package org.surehop.core.pinhole.middlebox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.sdp.Flow;
import org.surehop.testing.GoldenFile;

/// Two agents on two middleboxes by chance, and what must hold after every step; and the tables of
/// states.
class MiddleboxHistoryTest {
    private static final int STEPS = 1_500;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keepsTheFirewallEqualToItsRules(long seed) {
        var random = new Random(seed);
        var boxes = List.of(new Fixture(), new Fixture());
        for (int step = 0; step < STEPS; step++) {
            var on = boxes.get(random.nextInt(2));
            on.broken = random.nextInt(10) == 0;
            step(on, random);
            boxes.forEach(b -> holds(b, seed));
        }
        for (var on : boxes) {
            on.broken = false;
            on.pass(Duration.ofHours(1));
            on.pass(Duration.ofHours(1));
            assertEquals(0, on.box.rules().size());
            assertEquals(0, on.holdings.size());
            assertTrue(on.box.isQuiet());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void givesOneHistoryForOneSeed(long seed) {
        assertEquals(history(seed), history(seed));
    }

    private static List<MiddleboxAction> history(long seed) {
        var random = new Random(seed);
        var on = new Fixture();
        for (int step = 0; step < 300; step++) {
            step(on, random);
        }
        return on.log;
    }

    private static void holds(Fixture on, long seed) {
        var wanted =
                on.box.rules().stream()
                        .flatMap(r -> r.flows().stream())
                        .collect(Collectors.toSet());
        assertEquals(wanted, on.holdings.all(), "seed " + seed);
        // A rule whose end the firewall refused stays open until the kernel ends it, never longer.
        assertTrue(on.open.containsAll(wanted), "seed " + seed);
        on.box
                .rules()
                .forEach(
                        r -> assertTrue(r.remaining(on.now).compareTo(Duration.ofMinutes(5)) <= 0));
        var owners = on.box.rules().stream().map(r -> r.group() + r.owner()).distinct().count();
        var groups = on.box.rules().stream().map(Rule::group).distinct().count();
        assertEquals(groups, owners, "a group has one owner");
    }

    private static void step(Fixture on, Random random) {
        long session = 1 + random.nextInt(3);
        var port = 4000 + random.nextInt(6);
        var inside = "10." + (1 + random.nextInt(2)) + ".0.1";
        var life = Duration.ofSeconds(random.nextInt(400));
        long name = 1 + random.nextInt(12);
        switch (random.nextInt(9)) {
            case 0, 1, 2 ->
                    on.ask(
                            session,
                            new AgentRequest.Enable(
                                    random.nextBoolean() ? 0 : name,
                                    random.nextBoolean() ? 0 : name,
                                    Fixture.terms(inside, port),
                                    life));
            case 3 ->
                    on.ask(
                            session,
                            new AgentRequest.Reserve(
                                    0, Fixture.wanted(java.util.Optional.empty()), life));
            case 4 -> on.ask(session, new AgentRequest.ChangeRule(name, life));
            case 5 -> on.ask(session, new AgentRequest.ChangeRule(name, Duration.ZERO));
            case 6 -> on.ask(session, new AgentRequest.ChangeGroup(name, life));
            case 7 -> on.pass(Duration.ofSeconds(random.nextInt(60)));
            default -> lose(on, random);
        }
    }

    private static void lose(Fixture on, Random random) {
        var wanted = new ArrayList<>(on.holdings.all());
        if (!wanted.isEmpty()) {
            wanted.sort(java.util.Comparator.comparing(Flow::toString));
            var lost = wanted.get(random.nextInt(wanted.size()));
            on.open.remove(lost);
            on.perform(on.box.vanished(on.now, List.of(lost)));
        }
    }

    /// MID-1 and MID-2 as tables: what each request does in each state.
    @Test
    void showsTheTablesOfStates() {
        var table = new StringBuilder("Sessions\n");
        for (var request : sessionRequests()) {
            var closed = new Fixture();
            closed.box.connected(9, List.of("a.example"));
            closed.box.disconnected(Fixture.B);
            table.append(
                    "closed  %-12s -> %s%n".formatted(name(request), outcome(closed, 9, request)));
            table.append(
                    "open    %-12s -> %s%n"
                            .formatted(name(request), outcome(new Fixture(), Fixture.A, request)));
        }
        table.append("Rules\n");
        for (var state : List.of("unused", "reserved", "enabled")) {
            for (var request : ruleRequests()) {
                var on = in(state);
                var answer = outcome(on, Fixture.A, request);
                table.append(
                        "%-9s %-14s -> %-9s %s%n"
                                .formatted(state, name(request), state(on), answer));
            }
        }
        GoldenFile.assertMatches("middlebox.txt", table.toString());
    }

    private static List<AgentRequest> sessionRequests() {
        return List.of(
                new AgentRequest.Establish(3, 0),
                new AgentRequest.Establish(2, 0),
                new AgentRequest.ListRules(),
                new AgentRequest.Terminate());
    }

    private static List<AgentRequest> ruleRequests() {
        var terms = Fixture.terms("10.1.0.1", 4000);
        return List.of(
                new AgentRequest.Enable(1, 0, terms, Fixture.MINUTE),
                new AgentRequest.Enable(1, 0, Fixture.terms("10.2.0.1", 4000), Fixture.MINUTE),
                new AgentRequest.ChangeRule(1, Fixture.MINUTE),
                new AgentRequest.ChangeRule(1, Duration.ZERO),
                new AgentRequest.ChangeGroup(1, Duration.ZERO),
                new AgentRequest.RuleStatus(1));
    }

    private static Fixture in(String state) {
        var on = new Fixture();
        switch (state) {
            case "reserved" -> on.reserved(Fixture.A, java.util.Optional.empty());
            case "enabled" -> on.enabled(Fixture.A, "10.1.0.1", 4000);
            default -> {}
        }
        return on;
    }

    private static String state(Fixture on) {
        var states = new HashSet<String>();
        on.box.rules().forEach(r -> states.add(r.flows().isEmpty() ? "reserved" : "enabled"));
        return states.isEmpty() ? "unused" : String.join("+", states);
    }

    private static String name(AgentRequest request) {
        return switch (request) {
            case AgentRequest.Establish(var major, _) -> "SE " + major;
            case AgentRequest.Terminate _ -> "ST";
            case AgentRequest.ListRules _ -> "PRL";
            case AgentRequest.Enable(_, _, var terms, _) ->
                    "PER " + terms.internal().address().getHostAddress();
            case AgentRequest.ChangeRule(_, var life) -> "RLC " + life.toSeconds();
            case AgentRequest.ChangeGroup(_, var life) -> "GLC " + life.toSeconds();
            case AgentRequest.RuleStatus _ -> "PRS";
            case AgentRequest.Reserve _ -> "PRR";
            case AgentRequest.ListGroups _ -> "GL";
            case AgentRequest.GroupStatus _ -> "GS";
        };
    }

    private static String outcome(Fixture on, long session, AgentRequest request) {
        return switch (on.ask(session, request).orElseThrow()) {
            case Answer.Failed(var failure, _) -> failure.phrase();
            case Answer answer -> answer.getClass().getSimpleName();
        };
    }
}
