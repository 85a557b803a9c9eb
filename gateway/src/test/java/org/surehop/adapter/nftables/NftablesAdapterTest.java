package org.surehop.adapter.nftables;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

class NftablesAdapterTest {
    private static final Flow FLOW = FlowScriptTest.flow("192.0.2.1", 0, "10.0.0.1", 4000);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final InstantSource clock = now::get;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();

    @Test
    void answersEachChangeAndGivesCountersOfWhatItClosed() throws Exception {
        try (var adapter = NftablesAdapter.start(config("10.0.0.0/8"), 10, events::add, clock)) {
            adapter.handle(open(1, FLOW));
            assertEquals(new Event.RuleSetApplied(START, 1, List.of()), next());
            adapter.handle(close(2, FLOW));
            var closed = List.of(new FlowCounter(FLOW, 0, 0));
            assertEquals(new Event.RuleSetApplied(START, 2, closed), next());
        }
    }

    @Test
    void failsOnlyTheChangeThatTheFirewallRefuses() throws Exception {
        var gate = new CountDownLatch(1);
        var memory = new MemoryFirewall(clock, 1);
        var firewall = new Gated(memory, gate);
        try (var adapter = adapter(firewall, 10)) {
            adapter.handle(open(1));
            adapter.handle(open(2, FLOW));
            adapter.handle(open(3, FlowScriptTest.flow("192.0.2.1", 0, "10.0.0.1", 4002)));
            adapter.handle(open(4, FLOW));
            gate.countDown();
            assertEquals(1, ((Event.RuleSetApplied) next()).number());
            assertEquals(2, ((Event.RuleSetApplied) next()).number());
            assertEquals(new Event.RuleSetFailed(START, 3, Reason.LACK_OF_RESOURCES), next());
            assertEquals(4, ((Event.RuleSetApplied) next()).number());
        }
    }

    // A firewall that refused everything was still reported as up.
    @Test
    void saysWhatStandsInTheWayUntilItWorksAgain() throws Exception {
        var other = FlowScriptTest.flow("192.0.2.1", 0, "10.0.0.1", 4002);
        try (var adapter = adapter(new MemoryFirewall(clock, 1), 10)) {
            adapter.handle(open(1, FLOW, other));
            assertEquals(new Event.RuleSetFailed(START, 1, Reason.LACK_OF_RESOURCES), next());
            assertTrue(adapter.trouble().startsWith("refused: "), adapter.trouble());
            adapter.handle(open(2, FLOW));
            assertEquals(2, ((Event.RuleSetApplied) next()).number());
            assertEquals("", adapter.trouble());
        }
    }

    @Test
    void refusesWhenItsQueueIsFull() throws Exception {
        var gate = new CountDownLatch(1);
        try (var adapter = adapter(new Gated(new MemoryFirewall(clock, 9), gate), 1)) {
            adapter.handle(open(1));
            await().until(() -> adapter.waiting() == 0);
            adapter.handle(open(2));
            adapter.handle(open(3));
            assertEquals(new Event.RuleSetFailed(START, 3, Reason.LACK_OF_RESOURCES), next());
            gate.countDown();
        }
    }

    @Test
    void tellsWhenALifetimeEnded() throws Exception {
        try (var adapter = adapter(new MemoryFirewall(clock, 9), 10)) {
            adapter.handle(open(1, FLOW));
            next();
            now.set(START.plusSeconds(60));
            assertEquals(
                    List.of(FLOW), assertInstanceOf(Event.FlowsVanished.class, next()).flows());
        }
    }

    @Test
    void closesEverythingWhenItStopsAndThenRefuses() throws Exception {
        var memory = new MemoryFirewall(clock, 9);
        var adapter = adapter(memory, 10);
        adapter.handle(open(1, FLOW));
        adapter.close();
        assertInstanceOf(Event.RuleSetApplied.class, next());
        assertEquals(List.of(), memory.readBack());
        adapter.handle(open(2, FLOW));
        assertEquals(new Event.RuleSetFailed(START, 2, Reason.FIREWALL_FAILED), next());
    }

    @Test
    void saysAtStartThatTheDriverCannotWorkHere() {
        var adapter =
                new NftablesAdapter(
                        () -> {
                            throw new FirewallUnavailable("pinholes.driver: no");
                        },
                        10,
                        Duration.ofMillis(1),
                        events::add,
                        clock);
        assertThrows(FirewallUnavailable.class, adapter::begin);
    }

    @Test
    void memoryHoldsLifetimesAndChangesNothingWhenFull() throws Exception {
        var memory = new MemoryFirewall(clock, 1);
        memory.apply(List.of(open(1, FLOW).change()));
        var other = FlowScriptTest.flow("192.0.2.1", 0, "10.0.0.1", 4002);
        assertThrows(FirewallFault.class, () -> memory.apply(List.of(open(2, other).change())));
        assertEquals(List.of(new FlowCounter(FLOW, 0, 0)), memory.readBack());
        now.set(START.plusSeconds(59));
        memory.apply(List.of(open(3, FLOW).change()));
        now.set(START.plusSeconds(118));
        assertEquals(1, memory.readBack().size());
        now.set(START.plusSeconds(119));
        assertEquals(List.of(), memory.readBack());
    }

    private NftablesAdapter adapter(Firewall firewall, int queue) throws FirewallUnavailable {
        var watch = Duration.ofMillis(10);
        var adapter = new NftablesAdapter(() -> firewall, queue, watch, events::add, clock);
        adapter.begin();
        return adapter;
    }

    private Event next() throws InterruptedException {
        return events.poll(10, TimeUnit.SECONDS);
    }

    private static Effect.ApplyRuleSet open(long number, Flow... flows) {
        return new Effect.ApplyRuleSet(
                new RuleSetChange(
                        number, new GroupId(1), List.of(flows), Duration.ofSeconds(60), List.of()));
    }

    private static Effect.ApplyRuleSet close(long number, Flow... flows) {
        return new Effect.ApplyRuleSet(
                new RuleSetChange(
                        number, new GroupId(1), List.of(), Duration.ZERO, List.of(flows)));
    }

    static Pinholes config(String... prefixes) {
        return new Pinholes(
                Pinholes.Driver.MEMORY,
                "surehop",
                List.of(prefixes).stream().map(Prefix::parse).toList(),
                Pinholes.MediaSource.UA,
                Duration.ofSeconds(180),
                Duration.ofSeconds(300),
                1024,
                List.of(),
                8,
                32,
                1000);
    }

    /// A firewall that waits at its door until the test opens it.
    private record Gated(Firewall inner, CountDownLatch gate) implements Firewall {
        @Override
        public List<List<FlowCounter>> apply(List<RuleSetChange> changes) throws FirewallFault {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return inner.apply(changes);
        }

        @Override
        public List<FlowCounter> readBack() throws FirewallFault {
            return inner.readBack();
        }

        @Override
        public void close() throws FirewallFault {
            inner.close();
        }
    }
}
