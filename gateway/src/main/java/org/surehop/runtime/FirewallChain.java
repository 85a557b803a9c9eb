package org.surehop.runtime;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EffectHandler;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// Two firewalls in a row as one: our own, then the box upstream. A change is in force when both
/// have said so; when the second refuses it, the first is put back as it was, and the core hears
/// of a change that was refused whole (PIN-4). What only closes is done when our own firewall has
/// closed: upstream it follows by itself. Changes that share a flow go one after another. Called
/// on the loop thread and by both adapters' threads.
public final class FirewallChain implements EffectHandler<Effect.ApplyRuleSet> {
    private static final Logger LOG = LoggerFactory.getLogger(FirewallChain.class);

    private final EventSink core;
    private final Predicate<Flow> isUpstream;
    private final int mostWaiting;
    private final InstantSource clock;
    private final Map<Long, Step> running = new HashMap<>();
    private final Deque<RuleSetChange> waiting = new ArrayDeque<>();
    private final Set<Flow> open = new HashSet<>();
    private boolean advancing;
    private @Nullable EffectHandler<Effect.ApplyRuleSet> near;
    private @Nullable EffectHandler<Effect.ApplyRuleSet> far;

    /// Where a change is. `added` is what it opens that was not open before.
    private sealed interface Step {
        RuleSetChange change();

        record Near(RuleSetChange change, List<Flow> added) implements Step {}

        record Far(RuleSetChange change, List<Flow> added, List<FlowCounter> closed)
                implements Step {}

        record Undoing(RuleSetChange change, Reason reason) implements Step {}
    }

    /// @param isUpstream which flows the box upstream must open, too
    /// @param mostWaiting the most changes that may wait for others
    public FirewallChain(
            EventSink core, Predicate<Flow> isUpstream, int mostWaiting, InstantSource clock) {
        this.core = core;
        this.isUpstream = isUpstream;
        this.mostWaiting = mostWaiting;
        this.clock = clock;
    }

    /// The two firewalls; they must post to [#fromNear] and [#fromFar].
    public synchronized void join(
            EffectHandler<Effect.ApplyRuleSet> own, EffectHandler<Effect.ApplyRuleSet> upstream) {
        near = own;
        far = upstream;
    }

    @Override
    public synchronized void handle(Effect.ApplyRuleSet effect) {
        var change = effect.change();
        if (!blocked(change, waiting)) {
            begin(change);
        } else if (waiting.size() < mostWaiting) {
            waiting.add(change);
        } else {
            core.post(
                    new Event.RuleSetFailed(
                            clock.instant(), change.number(), Reason.LACK_OF_RESOURCES));
        }
    }

    private static boolean meet(RuleSetChange one, RuleSetChange other) {
        var flows = new HashSet<>(one.enable());
        flows.addAll(one.disable());
        return one.number() == other.number()
                || other.enable().stream().anyMatch(flows::contains)
                || other.disable().stream().anyMatch(flows::contains);
    }

    private void begin(RuleSetChange change) {
        var added = change.enable().stream().filter(f -> !open.contains(f)).toList();
        running.put(change.number(), new Step.Near(change, added));
        tell(near, change);
    }

    private static void tell(
            @Nullable EffectHandler<Effect.ApplyRuleSet> firewall, RuleSetChange change) {
        if (firewall == null) {
            throw new IllegalStateException("a chain without firewalls");
        }
        firewall.handle(new Effect.ApplyRuleSet(change));
    }

    /// Our own firewall's word; false when the core could not take it now, to be said again.
    public synchronized boolean fromNear(Event event) {
        return switch (event) {
            case Event.RuleSetApplied(_, var number, _) when number < 0 -> undone(-number);
            case Event.RuleSetFailed(_, var number, _) when number < 0 -> {
                LOG.error("undoing failed number={}; the kernel's lifetimes end it", -number);
                yield undone(-number);
            }
            case Event.RuleSetApplied applied -> nearApplied(applied);
            case Event.RuleSetFailed failed -> done(failed, failed.number());
            case Event.FlowsVanished vanished -> {
                vanished.flows().forEach(open::remove);
                yield core.post(vanished);
            }
            case Event other -> core.post(other);
        };
    }

    private boolean nearApplied(Event.RuleSetApplied applied) {
        if (!(running.get(applied.number()) instanceof Step.Near(var change, var added))) {
            return core.post(applied);
        }
        open.addAll(change.enable());
        change.disable().forEach(open::remove);
        if (change.enable().stream().anyMatch(isUpstream)) {
            running.put(change.number(), new Step.Far(change, added, applied.closed()));
            tell(far, change);
            return true;
        }
        if (!core.post(applied)) {
            return false;
        }
        running.remove(change.number());
        if (change.disable().stream().anyMatch(isUpstream)) {
            tell(far, change);
        }
        next();
        return true;
    }

    /// The word of the box upstream.
    public synchronized boolean fromFar(Event event) {
        return switch (event) {
            case Event.RuleSetApplied(var at, var number, _) ->
                    far(number)
                            .map(
                                    f ->
                                            done(
                                                    new Event.RuleSetApplied(
                                                            at, number, f.closed()),
                                                    number))
                            .orElse(true);
            case Event.RuleSetFailed(_, var number, var reason) -> {
                far(number).ifPresent(f -> undo(f, reason));
                yield true;
            }
            case Event other -> core.post(other);
        };
    }

    private Optional<Step.Far> far(long number) {
        return running.get(number) instanceof Step.Far far ? Optional.of(far) : Optional.empty();
    }

    private void undo(Step.Far far, Reason reason) {
        var change = far.change();
        running.put(change.number(), new Step.Undoing(change, reason));
        if (far.added().isEmpty() && change.disable().isEmpty()) {
            undone(change.number());
            return;
        }
        far.added().forEach(open::remove);
        open.addAll(change.disable());
        tell(
                near,
                new RuleSetChange(
                        -change.number(),
                        change.group(),
                        change.disable(),
                        change.lifetime(),
                        far.added()));
    }

    private boolean undone(long number) {
        return !(running.get(number) instanceof Step.Undoing(_, var reason))
                || done(new Event.RuleSetFailed(clock.instant(), number, reason), number);
    }

    private boolean done(Event event, long number) {
        if (!core.post(event)) {
            return false;
        }
        running.remove(number);
        next();
        return true;
    }

    /// Those that may go now, in their order. A firewall that refuses at once comes back here.
    private void next() {
        if (advancing) {
            return;
        }
        advancing = true;
        var later = new ArrayDeque<RuleSetChange>();
        for (var change = waiting.poll(); change != null; change = waiting.poll()) {
            if (blocked(change, later)) {
                later.add(change);
            } else {
                begin(change);
            }
        }
        waiting.addAll(later);
        advancing = false;
    }

    private boolean blocked(RuleSetChange change, Collection<RuleSetChange> before) {
        return running.values().stream().anyMatch(s -> meet(s.change(), change))
                || before.stream().anyMatch(w -> meet(w, change));
    }
}
