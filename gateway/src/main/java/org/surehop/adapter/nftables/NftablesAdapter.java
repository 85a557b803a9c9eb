package org.surehop.adapter.nftables;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Pinholes;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The firewall's edge: takes changes on the loop thread into a bounded queue, does them on one
/// platform thread of its own, several in one transaction when they wait together, and answers
/// each with [Event.RuleSetApplied] or [Event.RuleSetFailed]. When somebody else has changed the
/// firewall, when a lifetime has ended, and now and then anyway, it compares what it holds
/// with what the firewall says, and posts [Event.FlowsVanished] for what is missing.
public final class NftablesAdapter implements EffectHandler<Effect.ApplyRuleSet>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NftablesAdapter.class);
    private static final int BATCH = 32;
    private static final Duration WATCH = Duration.ofSeconds(30);
    // The kernel counts whole seconds, rounded up.
    private static final Duration GRACE = Duration.ofSeconds(1);
    // What has ended must be forgotten within a second (PIN-30); the kernel goes through all
    // connections for it, be it for one call or for many.
    private static final Duration TIDY = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final BlockingQueue<RuleSetChange> queue;
    private final EventSink sink;
    private final InstantSource clock;
    private final Duration watch;
    private final Thread owner;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Map<Flow, Instant> held = new HashMap<>();
    private Instant firstEnd = Instant.MAX;
    private volatile boolean stopping;
    private volatile String refusal = "";
    private volatile String blindness = "";

    /// Makes the firewall, on the thread that will own it.
    @FunctionalInterface
    interface Opening {
        Firewall open() throws FirewallUnavailable;
    }

    NftablesAdapter(
            Opening opening, int queueLength, Duration watch, EventSink sink, InstantSource clock) {
        this.queue = new ArrayBlockingQueue<>(queueLength);
        this.sink = sink;
        this.clock = clock;
        this.watch = watch;
        this.owner = Thread.ofPlatform().name("firewall").unstarted(() -> own(opening));
    }

    /// Starts the configured driver; returns when it is ready.
    ///
    /// @param queueLength the most changes that may wait
    /// @throws FirewallUnavailable when the driver cannot work here; nothing is running then
    public static NftablesAdapter start(
            Pinholes config, int queueLength, EventSink sink, InstantSource clock)
            throws FirewallUnavailable {
        Opening opening =
                switch (config.driver()) {
                    case NFTABLES -> () -> NattingFirewall.open(config);
                    case MEMORY -> () -> new MemoryFirewall(clock, config.maxRules());
                    case SIMCO, NONE ->
                            throw new FirewallUnavailable(
                                    "pinholes.driver: simco and none start no firewall here");
                };
        var adapter = new NftablesAdapter(opening, queueLength, WATCH, sink, clock);
        adapter.begin();
        return adapter;
    }

    void begin() throws FirewallUnavailable {
        owner.start();
        try {
            ready.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof FirewallUnavailable fault) {
                throw fault;
            }
            throw e;
        }
    }

    /// Called on the loop thread; never blocks. A full queue or a dead firewall fails the change.
    @Override
    public void handle(Effect.ApplyRuleSet effect) {
        var number = effect.change().number();
        if (stopping || !owner.isAlive()) {
            post(new Event.RuleSetFailed(clock.instant(), number, Reason.FIREWALL_FAILED));
        } else if (!queue.offer(effect.change())) {
            LOG.warn("firewall queue full number={}", number);
            post(new Event.RuleSetFailed(clock.instant(), number, Reason.LACK_OF_RESOURCES));
        }
    }

    /// Does what is queued, then closes every flow; returns when that is done or took too long.
    @Override
    public void close() {
        stopping = true;
        try {
            if (!owner.join(PATIENCE)) {
                LOG.error("firewall does not stop; its flows end with their lifetimes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// What stood in the way of the last change or the last look; empty when nothing.
    public String trouble() {
        if (!stopping && !owner.isAlive()) {
            return "has ended";
        }
        return refusal.isEmpty() ? blindness : refusal;
    }

    /// How many changes wait.
    int waiting() {
        return queue.size();
    }

    private void own(Opening opening) {
        Firewall firewall;
        try {
            firewall = opening.open();
        } catch (FirewallUnavailable | RuntimeException e) {
            ready.completeExceptionally(e);
            return;
        }
        ready.complete(null);
        try (firewall) {
            work(firewall);
        } catch (FirewallFault e) {
            LOG.error("firewall not closed; flows end with their lifetimes", e);
        } catch (InterruptedException e) {
            LOG.error("firewall thread interrupted; it ends and closes all flows", e);
        }
    }

    private void work(Firewall firewall) throws InterruptedException {
        var nextTidy = System.nanoTime();
        var nextWatch = System.nanoTime() + watch.toNanos();
        while (!stopping || !queue.isEmpty()) {
            // A short wait, so that a stop is seen soon without interrupting a native call.
            var first = queue.poll(100, TimeUnit.MILLISECONDS);
            if (first != null) {
                var batch = new ArrayList<>(List.of(first));
                queue.drainTo(batch, BATCH - 1);
                apply(firewall, batch);
            }
            if (System.nanoTime() - nextTidy >= 0) {
                firewall.tidy();
                nextTidy = System.nanoTime() + TIDY.toNanos();
            }
            if (firewall.disturbed() || overdue() || System.nanoTime() - nextWatch >= 0) {
                look(firewall);
                nextWatch = System.nanoTime() + watch.toNanos();
            }
        }
    }

    /// All in one transaction; when that is refused, each alone, so that one cannot spoil others.
    private void apply(Firewall firewall, List<RuleSetChange> batch) {
        try {
            var closed = firewall.apply(batch);
            refusal = "";
            for (int i = 0; i < batch.size(); i++) {
                done(batch.get(i), closed.get(i));
            }
        } catch (FirewallFault e) {
            if (batch.size() > 1) {
                batch.forEach(change -> apply(firewall, List.of(change)));
            } else {
                var number = batch.getFirst().number();
                LOG.warn("firewall refused number={} cause={}", number, e.getMessage());
                refusal = "refused: " + e.getMessage();
                post(new Event.RuleSetFailed(clock.instant(), number, e.reason()));
            }
        }
    }

    private void done(RuleSetChange change, List<FlowCounter> closed) {
        var now = clock.instant();
        change.disable().forEach(held::remove);
        var end = now.plus(change.lifetime());
        change.enable().forEach(flow -> held.put(flow, end));
        if (!change.enable().isEmpty() && end.plus(GRACE).isBefore(firstEnd)) {
            firstEnd = end.plus(GRACE);
        }
        post(new Event.RuleSetApplied(now, change.number(), closed));
    }

    /// Whether a lifetime has ended: the kernel does not tell. Asked about ten times a second, so
    /// the flows are only gone through when the first of them may be due.
    private boolean overdue() {
        var now = clock.instant();
        if (now.isBefore(firstEnd)) {
            return false;
        }
        var first = held.values().stream().min(Comparator.naturalOrder());
        firstEnd = first.map(end -> end.plus(GRACE)).orElse(Instant.MAX);
        return !now.isBefore(firstEnd);
    }

    private void look(Firewall firewall) {
        try {
            var there = firewall.readBack().stream().map(FlowCounter::flow).toList();
            blindness = "";
            var lost = new ArrayList<>(held.keySet());
            lost.removeAll(there);
            if (!lost.isEmpty()) {
                lost.forEach(held::remove);
                LOG.warn("flows vanished count={}", lost.size());
                post(new Event.FlowsVanished(clock.instant(), lost));
            }
        } catch (FirewallFault e) {
            LOG.warn("firewall cannot be read back cause={}", e.getMessage());
            blindness = "cannot be read: " + e.getMessage();
        }
    }

    /// The loop waits for this answer: when its queue is full, tries again for a while. On the loop
    /// thread itself there is only one try, since nobody else empties the queue.
    private void post(Event event) {
        var patience = Thread.currentThread().equals(owner) ? 5_000 : 0;
        while (!sink.post(event)) {
            if (patience-- <= 0) {
                LOG.error("event lost kind={}", event.getClass().getSimpleName());
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
