package org.surehop.core.pinhole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Pinholes.MediaSource;
import org.surehop.core.pinhole.PinholeOutcome.Granted;
import org.surehop.core.pinhole.PinholeOutcome.Refused;
import org.surehop.core.pinhole.PinholeState.Changing;
import org.surehop.core.pinhole.PinholeState.Enabled;
import org.surehop.core.pinhole.PinholeState.Phase;
import org.surehop.core.pinhole.PinholeState.Reserved;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Side;

/// The rule states as a golden table, and what holds after any sequence of requests.
class PinholeStatesTest {
    private static final GroupId GROUP = new GroupId(1);

    @Test
    void printsTheTableOfRuleStates() throws Exception {
        var table = new StringBuilder();
        states().forEach(
                        (state, prepare) ->
                                requests()
                                        .forEach(
                                                (request, ask) ->
                                                        table.append(
                                                                row(
                                                                        state, prepare, request,
                                                                        ask))));
        try (var golden = PinholeStatesTest.class.getResourceAsStream("rule-states.txt")) {
            assertEquals(
                    new String(golden.readAllBytes(), StandardCharsets.UTF_8), table.toString());
        }
    }

    /// The firewall here does each change or refuses it whole, later than it was asked, as the real
    /// one does; after quiet it holds exactly what the table says, and the caps hold always.
    @Test
    void firewallAndTableAgreeAfterAnySequence() {
        for (int seed = 0; seed < 500; seed++) {
            var random = new SplittableRandom(seed);
            var table = PinholeTableTest.table(MediaSource.PREFIXES, 24, "10.0.0.0/8");
            var kernel = new HashSet<Flow>();
            for (int step = 0; step < 60; step++) {
                var group = new GroupId(random.nextInt(5));
                var before = Map.of(group, table.state(group));
                switch (step(random, table, group)) {
                    case Refused _ -> assertEquals(before, Map.of(group, table.state(group)));
                    case Granted granted ->
                            granted.change().ifPresent(c -> act(random, table, kernel, c));
                }
                assertTrue(table.inForce().size() <= 24, "seed " + seed);
                assertEquals(kernel, table.inForce(), "seed " + seed + " step " + step);
            }
            for (int id = 0; id < 5; id++) {
                if (table.close(new GroupId(id)) instanceof Granted granted) {
                    granted.change().ifPresent(c -> done(table, kernel, c));
                }
            }
            assertEquals(Set.of(), kernel, "seed " + seed);
            assertEquals(Set.of(), table.inForce(), "seed " + seed);
        }
    }

    private static void act(
            SplittableRandom random, PinholeTable table, Set<Flow> kernel, RuleSetChange change) {
        // A refused close is left to the kernel's timeouts, so only openings fail here.
        if (!change.enable().isEmpty() && random.nextInt(5) == 0) {
            table.failed(change.number());
        } else {
            done(table, kernel, change);
        }
    }

    private static void done(PinholeTable table, Set<Flow> kernel, RuleSetChange change) {
        kernel.addAll(change.enable());
        change.disable().forEach(kernel::remove);
        table.applied(change.number());
    }

    private static PinholeOutcome step(SplittableRandom random, PinholeTable table, GroupId group) {
        int ports = 4000 + 2 * random.nextInt(4);
        return switch (random.nextInt(7)) {
            case 0 -> table.reserve(group, inside(ports));
            case 1 -> table.confirm(group);
            case 2 -> table.rollback(group);
            case 3 -> table.refresh(group);
            case 4 -> table.close(group);
            default ->
                    table.enable(
                            group,
                            random.nextBoolean() ? Phase.EARLY : Phase.CONFIRMED,
                            inside(ports),
                            outside(6000 + 2 * random.nextInt(4)));
        };
    }

    private static Map<String, Consumer<PinholeTable>> states() {
        var states = new LinkedHashMap<String, Consumer<PinholeTable>>();
        states.put("unused", _ -> {});
        states.put("reserved", t -> t.reserve(GROUP, inside(4000)));
        states.put("enabled early", t -> enable(t, Phase.EARLY, 6000));
        states.put("enabled confirmed", t -> enable(t, Phase.CONFIRMED, 6000));
        states.put(
                "changing confirmed",
                t -> {
                    enable(t, Phase.CONFIRMED, 6000);
                    enable(t, Phase.CONFIRMED, 7000);
                });
        return states;
    }

    private static Map<String, Function<PinholeTable, PinholeOutcome>> requests() {
        var requests = new LinkedHashMap<String, Function<PinholeTable, PinholeOutcome>>();
        requests.put("reserve", t -> t.reserve(GROUP, inside(4000)));
        requests.put("enable early", t -> enable(t, Phase.EARLY, 6000));
        requests.put("enable confirmed", t -> enable(t, Phase.CONFIRMED, 6000));
        requests.put("enable other", t -> enable(t, Phase.CONFIRMED, 8000));
        requests.put("enable refused", t -> enable(t, Phase.CONFIRMED, 22));
        requests.put("confirm", t -> t.confirm(GROUP));
        requests.put("rollback", t -> t.rollback(GROUP));
        requests.put("refresh", t -> t.refresh(GROUP));
        requests.put("close", t -> t.close(GROUP));
        requests.put("failed", PinholeStatesTest::failLast);
        return requests;
    }

    /// The change that the firewall refuses is one that refreshes what was there.
    private static PinholeOutcome failLast(PinholeTable table) {
        var outcome = table.refresh(GROUP);
        if (outcome instanceof Granted granted) {
            granted.change().ifPresent(c -> table.failed(c.number()));
        }
        return outcome;
    }

    private static String row(
            String state,
            Consumer<PinholeTable> prepare,
            String request,
            Function<PinholeTable, PinholeOutcome> ask) {
        var table = PinholeTableTest.table(MediaSource.PREFIXES, 100, "10.0.0.0/8");
        prepare.accept(table);
        var outcome =
                switch (ask.apply(table)) {
                    case Refused(var reason, _) -> "refused " + reason.wireName();
                    case Granted granted ->
                            granted.change()
                                    .map(
                                            c ->
                                                    "open %d for %ds, close %d"
                                                            .formatted(
                                                                    c.enable().size(),
                                                                    c.lifetime().toSeconds(),
                                                                    c.disable().size()))
                                    .orElse("nothing to do");
                };
        return "%-18s  %-16s  -> %-18s  [%s]%n".formatted(state, request, name(table), outcome);
    }

    private static String name(PinholeTable table) {
        var names = new HashMap<Phase, String>();
        names.put(Phase.EARLY, "early");
        names.put(Phase.CONFIRMED, "confirmed");
        return table.state(GROUP)
                .map(
                        state ->
                                switch (state) {
                                    case Reserved _ -> "reserved";
                                    case Enabled(var phase, _) -> "enabled " + names.get(phase);
                                    case Changing(var phase, _, _) ->
                                            "changing " + names.get(phase);
                                })
                .orElse("unused");
    }

    private static PinholeOutcome enable(PinholeTable table, Phase phase, int port) {
        return table.enable(GROUP, phase, inside(4000), outside(port));
    }

    private static Party inside(int port) {
        return PinholeTableTest.party(Side.INSIDE, "IP4", "10.0.0.1", port);
    }

    private static Party outside(int port) {
        return PinholeTableTest.party(Side.OUTSIDE, "IP4", "192.0.2.1", port);
    }
}
