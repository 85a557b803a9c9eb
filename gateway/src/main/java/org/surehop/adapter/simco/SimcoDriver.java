package org.surehop.adapter.simco;

import java.net.Inet4Address;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Midcom;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The firewall that stands in other boxes: carries each change out as PER and PLC on the
/// middlebox before whose inside the flow is. All or nothing (PIN-4): what a change that fails had
/// opened is closed again, and what cannot be closed ends with its lifetime. What a middlebox says
/// is gone (ARE), or does not know any more after a new session (PRL), is told as
/// [Event.FlowsVanished]; what it has of us that nobody wants is ended. One thread asks.
public final class SimcoDriver implements EffectHandler<Effect.ApplyRuleSet>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimcoDriver.class);
    /// For one change, less than `timers.work`.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final List<RemoteMiddlebox> remotes;
    private final BlockingQueue<Task> tasks;
    private final EventSink sink;
    private final InstantSource clock;
    private final Map<Flow, List<Held>> held = new HashMap<>();
    private final Map<Owned, Long> groups = new HashMap<>();
    private final Thread worker;
    private volatile boolean closing;

    /// A rule of ours on a middlebox.
    private record Held(RemoteMiddlebox remote, long rule, GroupId group) {}

    private record Owned(RemoteMiddlebox remote, GroupId group) {}

    /// Something for the one thread.
    private interface Task {
        void run() throws InterruptedException;
    }

    /// A request that a middlebox refused, or did not answer.
    private static final class Undone extends Exception {
        private static final long serialVersionUID = 1L;

        private final Reason reason;

        Undone(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }
    }

    /// @param queue the most changes that may wait
    public SimcoDriver(
            Midcom config, SimcoTls tls, int queue, EventSink sink, InstantSource clock) {
        this.tasks = new ArrayBlockingQueue<>(queue);
        this.sink = sink;
        this.clock = clock;
        var hearing = new Hearing();
        this.remotes =
                config.middleboxes().stream()
                        .map(r -> new RemoteMiddlebox(r, tls, hearing))
                        .toList();
        this.worker = Thread.ofPlatform().name("simco-agent").unstarted(this::work);
    }

    /// Opens the sessions, which takes its time; changes before that fail.
    public void begin() {
        worker.start();
        remotes.forEach(RemoteMiddlebox::begin);
    }

    /// The middleboxes that there is no session with.
    public List<String> missing() {
        return remotes.stream().filter(r -> !r.isOpen()).map(RemoteMiddlebox::name).toList();
    }

    /// Called on the loop thread; never blocks.
    @Override
    public void handle(Effect.ApplyRuleSet effect) {
        var change = effect.change();
        if (closing || !tasks.offer(() -> apply(change))) {
            sink.post(
                    new Event.RuleSetFailed(
                            clock.instant(), change.number(), Reason.LACK_OF_RESOURCES));
        }
    }

    /// Ends the sessions. The core has closed its rules before.
    @Override
    public void close() {
        closing = true;
        worker.interrupt();
        remotes.forEach(RemoteMiddlebox::close);
    }

    private void work() {
        try {
            while (!closing) {
                tasks.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void apply(RuleSetChange change) throws InterruptedException {
        var fresh = new ArrayList<Flow>();
        var end = System.nanoTime() + PATIENCE.toNanos();
        try {
            if (!change.translated().isEmpty()) {
                throw new Undone(Reason.FIREWALL_FAILED, "a middlebox translates nothing for us");
            }
            for (var flow : change.enable()) {
                enable(flow, change, fresh, end);
            }
        } catch (Undone e) {
            LOG.warn("midcom change={} undone cause={}", change.number(), e.getMessage());
            for (var flow : fresh) {
                disable(flow, end + PATIENCE.toNanos());
            }
            sink.post(new Event.RuleSetFailed(clock.instant(), change.number(), e.reason));
            return;
        }
        for (var flow : change.disable()) {
            disable(flow, end);
        }
        var closed = change.disable().stream().map(f -> new FlowCounter(f, 0, 0)).toList();
        sink.post(new Event.RuleSetApplied(clock.instant(), change.number(), closed));
    }

    private void enable(Flow flow, RuleSetChange change, List<Flow> fresh, long end)
            throws Undone, InterruptedException {
        var known = held.get(flow);
        if (known != null && prolonged(known, change.lifetime(), end)) {
            return;
        }
        held.remove(flow);
        var inbound = remotes.stream().filter(r -> r.serves(flow.destination())).findFirst();
        var outbound = remotes.stream().filter(r -> r.serves(flow.source())).findFirst();
        if (inbound.isEmpty() && outbound.isEmpty()) {
            throw new Undone(Reason.ADDRESS_REFUSED, "no middlebox serves " + flow);
        }
        var made = new ArrayList<Held>();
        held.put(flow, made);
        fresh.add(flow);
        if (inbound.isPresent()) {
            made.add(open(inbound.get(), flow, true, change, end));
        }
        if (outbound.isPresent() && !outbound.equals(inbound)) {
            made.add(open(outbound.get(), flow, false, change, end));
        }
    }

    /// PLC for all of them; false when one is gone.
    private static boolean prolonged(List<Held> known, Duration lifetime, long end)
            throws Undone, InterruptedException {
        for (var one : known) {
            var reply = ask(one.remote(), Code.PLC, named(one.rule(), lifetime), end);
            if (reply.basic() != Code.POSITIVE) {
                return false;
            }
        }
        return true;
    }

    private static List<Attribute> named(long rule, Duration lifetime) {
        return List.of(new Attribute.RuleId(rule), new Attribute.Lifetime(lifetime.toSeconds()));
    }

    private Held open(RemoteMiddlebox remote, Flow flow, boolean in, RuleSetChange change, long end)
            throws Undone, InterruptedException {
        var owned = new Owned(remote, change.group());
        var attributes = new ArrayList<Attribute>();
        attributes.add(new Attribute.EnableSet(0, in ? 1 : 2));
        var source = source(flow);
        var there = new Endpoint(flow.destination(), flow.port());
        var protocol = flow.transport() == Flow.Transport.TCP ? Code.TCP : Code.UDP;
        attributes.add(tuple(Attribute.Place.INTERNAL, in ? there : source, protocol));
        attributes.add(tuple(Attribute.Place.EXTERNAL, in ? source : there, protocol));
        attributes.add(new Attribute.Lifetime(change.lifetime().toSeconds()));
        var alone = List.copyOf(attributes);
        var group = Optional.ofNullable(groups.get(owned));
        group.ifPresent(g -> attributes.add(new Attribute.GroupId(g)));
        var reply = ask(remote, Code.PER, attributes, end);
        if (group.isPresent()
                && reply.basic() != Code.POSITIVE
                && reply.sub() == Code.NO_SUCH_GROUP) {
            // It went with its last rule, which the middlebox has ended meanwhile.
            reply = ask(remote, Code.PER, alone, end);
        }
        if (reply.basic() != Code.POSITIVE) {
            throw new Undone(
                    reply.sub() == Code.NOT_AUTHORIZED
                            ? Reason.ADDRESS_REFUSED
                            : Reason.LACK_OF_RESOURCES,
                    "%s refuses %s: 0x%02x".formatted(remote.name(), flow, reply.sub()));
        }
        try {
            var in1 = new Carried(reply.attributes());
            var rule = in1.must(Attribute.RuleId.class).id();
            groups.put(owned, in1.must(Attribute.GroupId.class).id());
            return new Held(remote, rule, change.group());
        } catch (BadFrame e) {
            throw new Undone(Reason.FIREWALL_FAILED, remote.name() + " answers nonsense");
        }
    }

    private static Endpoint source(Flow flow) {
        var whole = flow.source() instanceof Inet4Address ? 32 : 128;
        return new Endpoint(flow.source(), flow.fromAnyone() ? 0 : whole, flow.sourcePort());
    }

    private static Attribute tuple(Attribute.Place place, Endpoint end, int protocol) {
        return AnswerWriter.tuple(place, end, protocol, 1);
    }

    private static Frame ask(RemoteMiddlebox remote, int sub, List<Attribute> attributes, long end)
            throws Undone, InterruptedException {
        try {
            while (!remote.isOpen() && end - System.nanoTime() > PATIENCE.toNanos() / 3) {
                Thread.sleep(20);
            }
            if (!remote.isOpen()) {
                throw new Undone(Reason.FIREWALL_FAILED, "no session with " + remote.name());
            }
            return remote.ask(sub, attributes, Duration.ofNanos(end - System.nanoTime()));
        } catch (RemoteMiddlebox.Silent e) {
            throw new Undone(Reason.FIREWALL_FAILED, remote.name() + " does not answer");
        }
    }

    /// What cannot be ended now ends with its lifetime, or with the next session's list.
    private void disable(Flow flow, long end) throws InterruptedException {
        var known = held.remove(flow);
        if (known == null) {
            return;
        }
        for (var one : known) {
            try {
                ask(one.remote(), Code.PLC, named(one.rule(), Duration.ZERO), end);
            } catch (Undone e) {
                LOG.warn("midcom flow={} not closed cause={}", flow, e.getMessage());
            }
        }
        forgetGroups();
    }

    private void forgetGroups() {
        var used = new HashSet<Owned>();
        held.values().forEach(l -> l.forEach(h -> used.add(new Owned(h.remote(), h.group()))));
        groups.keySet().retainAll(used);
    }

    /// After a new session: what do they have of us, and what of that do we want?
    private void reconcile(RemoteMiddlebox remote) throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        try {
            var there =
                    new HashSet<>(
                            new Carried(ask(remote, Code.PRL, List.of(), end).attributes())
                                    .rules());
            var lost = new ArrayList<Flow>();
            held.forEach(
                    (flow, rules) -> {
                        if (rules.stream().anyMatch(h -> gone(h, remote, there))) {
                            lost.add(flow);
                        }
                    });
            held.values()
                    .forEach(
                            l ->
                                    l.forEach(
                                            h -> {
                                                if (h.remote().equals(remote)) {
                                                    there.remove(h.rule());
                                                }
                                            }));
            for (var rule : there) {
                ask(remote, Code.PLC, named(rule, Duration.ZERO), end);
            }
            vanished(lost);
        } catch (Undone | BadFrame e) {
            LOG.warn("midcom middlebox={} not compared cause={}", remote.name(), e.getMessage());
        }
    }

    private static boolean gone(Held one, RemoteMiddlebox remote, HashSet<Long> there) {
        return one.remote().equals(remote) && !there.contains(one.rule());
    }

    private void vanished(List<Flow> lost) {
        if (!lost.isEmpty()) {
            lost.forEach(held::remove);
            forgetGroups();
            sink.post(new Event.FlowsVanished(clock.instant(), lost));
        }
    }

    private void ended(RemoteMiddlebox remote, long rule) {
        var lost = new ArrayList<Flow>();
        held.forEach(
                (flow, rules) -> {
                    if (rules.stream()
                            .anyMatch(h -> h.remote().equals(remote) && h.rule() == rule)) {
                        lost.add(flow);
                    }
                });
        vanished(lost);
    }

    /// What comes on the threads of the sessions waits for the one thread.
    private final class Hearing implements RemoteMiddlebox.Listening {
        @Override
        public void opened(RemoteMiddlebox remote) {
            enqueue(() -> reconcile(remote));
        }

        @Override
        public void notified(RemoteMiddlebox remote, Frame notification) {
            try {
                var in = new Carried(notification.attributes());
                var left = in.maybe(Attribute.Lifetime.class).map(Attribute.Lifetime::seconds);
                var rule = in.maybe(Attribute.RuleId.class).map(Attribute.RuleId::id);
                if (left.equals(Optional.of(0L)) && rule.isPresent()) {
                    enqueue(() -> ended(remote, rule.get()));
                }
            } catch (BadFrame e) {
                LOG.warn("midcom middlebox={} says nonsense", remote.name());
            }
        }

        private void enqueue(Task task) {
            if (!tasks.offer(task)) {
                LOG.error("midcom queue full, a change of a middlebox is not looked at");
            }
        }
    }
}
