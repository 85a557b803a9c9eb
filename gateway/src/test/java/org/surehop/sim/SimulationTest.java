package org.surehop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs worlds of whole calls. `-Dsim.calls` says how many calls in all (100,000), `-Dsim.seed` the
/// seed of the first world, `-Dsim.print=true` prints every event and effect. A failure names the
/// command that replays its world alone.
class SimulationTest {
    private static final int PER_WORLD = 200;
    private static final long SEED = Long.getLong("sim.seed", 1);
    private static final int CALLS = Integer.getInteger("sim.calls", 100_000);

    @Test
    void everyInvariantHoldsInEveryWorld() {
        var tally = Witness.newTally();
        long seed = SEED;
        for (int left = CALLS; left > 0; left -= PER_WORLD) {
            run(seed++, Math.min(left, PER_WORLD), tally, Optional.empty());
        }
        System.out.println("simulation: seeds " + SEED + " to " + (seed - 1) + ", " + tally);
        if (CALLS >= 10_000) {
            assertMuchHasHappened(tally);
        }
    }

    /// A world in which nothing happens proves nothing.
    private static void assertMuchHasHappened(Map<String, Integer> tally) {
        for (var level : new String[] {"ASSURED", "PARTIAL", "MISMATCH", "UNVERIFIED", "FAILED"}) {
            assertTrue(
                    tally.getOrDefault("verdict " + level, 0) > CALLS / 1_000,
                    level + " in " + tally);
        }
        assertTrue(tally.getOrDefault("verdict ASSURED", 0) > CALLS / 10, tally::toString);
        assertTrue(tally.getOrDefault("flow enabled", 0) > CALLS, tally::toString);
        assertTrue(tally.getOrDefault("gateway crashes", 0) > 1, tally::toString);
        assertTrue(tally.getOrDefault("told a verdict", 0) > CALLS / 200, tally::toString);
        for (var method : new String[] {"INVITE", "ACK", "BYE", "UPDATE"}) {
            assertTrue(tally.getOrDefault("kept " + method, 0) > CALLS / 1_000, tally::toString);
        }
        assertTrue(tally.getOrDefault("good calls", 0) > CALLS / 100, tally::toString);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void sameSeedGivesTheSameHistory(long seed) {
        assertEquals(
                fingerprint(seed), fingerprint(seed), Invariant.SAME_SEED_SAME_HISTORY.words());
    }

    /// Worlds that broke an invariant before a fault was mended, each with its story:
    ///
    /// - 1: the firewall did a change after the gateway had stopped waiting for it, and the flows
    ///   stayed open until the kernel's timeout, owned by nobody.
    /// - 2: a call was cancelled while the CMS layer, which never answered, had its offer; the
    ///   task was remembered for ever.
    /// - 3: the CMS layer never answered about a NOTIFY body, and the gateway waited for ever.
    /// - 5: a BYE came while the answer to a re-INVITE was being read; the call ended, and then
    ///   its pinholes were opened, for nobody ever to close.
    /// - 7: a forger on another connection sent so many NOTIFYs that the true hops were turned
    ///   away for being too many, and a good call was not ASSURED.
    /// - 143: the fault was the invariant's. A caller sent an INFO twice, and the second came when
    ///   the first had been answered. No transaction remembers it over TLS, so it went on, with
    ///   the caller's own number; the invariant took that for a number used twice by the gateway.
    /// - 436: a callee's re-INVITE was being read when the gateway ended the call for want of an
    ///   ACK; then it went on to a caller who had the BYE, with a number that the BYE had used.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 7, 143, 436})
    void worldsThatOnceBrokeHoldNow(long seed) {
        run(seed, PER_WORLD, Witness.newTally(), Optional.empty());
    }

    private static String fingerprint(long seed) {
        var history = new History(false);
        run(seed, PER_WORLD, Witness.newTally(), Optional.of(history));
        return history.fingerprint();
    }

    private static void run(
            long seed, int calls, Map<String, Integer> tally, Optional<History> history) {
        var seen = Boolean.getBoolean("sim.print") ? Optional.of(new History(true)) : history;
        try {
            new Simulation(seed, calls, tally, seen).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "%s%nreplay: mvn -o -pl gateway test -Dtest=SimulationTest"
                                    .formatted(e.getMessage())
                            + "#everyInvariantHoldsInEveryWorld"
                            + " -Dsim.seed=%d -Dsim.calls=%d -Dsim.print=true"
                                    .formatted(seed, calls),
                    e);
        }
    }
}
