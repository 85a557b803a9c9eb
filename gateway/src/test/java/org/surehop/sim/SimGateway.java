package org.surehop.sim;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.surehop.core.gateway.Deadline;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.Snapshot;

/// The core under test with the loop around it: hands it events, does what it asks, keeps its
/// deadlines. It can crash, and starts again with empty hands.
final class SimGateway {
    private final World world;
    private final Supplier<? extends Core> maker;
    private final Map<Deadline, Long> deadlines = new HashMap<>();
    private final Watch watch;
    private Edges edges = Edges.NONE;
    private Core core;
    private long life;
    private long lastSetting;

    /// What the simulation needs of the core.
    interface Core {
        List<Effect> handle(Event event, long high, long low);

        Snapshot snapshot(Instant at);
    }

    /// Where effects go.
    interface Edges {
        Edges NONE = _ -> {};

        void perform(Effect effect);
    }

    /// Who looks on.
    interface Watch {
        void before(Event event);

        void after(Event event, List<Effect> effects);
    }

    SimGateway(World world, Supplier<? extends Core> maker, Watch watch) {
        this.world = world;
        this.maker = maker;
        this.watch = watch;
        this.core = maker.get();
    }

    void connect(Edges those) {
        edges = those;
    }

    void post(Event event) {
        watch.before(event);
        List<Effect> effects;
        try {
            effects = core.handle(event, world.chance.any(), world.chance.any());
        } catch (RuntimeException e) {
            var violation = new Invariant.Violation(Invariant.NEVER_THROWS, event, e);
            violation.initCause(e);
            throw violation;
        }
        watch.after(event, effects);
        for (var effect : effects) {
            switch (effect) {
                case Effect.SetDeadline(var deadline, var at) -> set(deadline, at);
                case Effect.CancelDeadline(var deadline) -> deadlines.remove(deadline);
                default -> edges.perform(effect);
            }
        }
    }

    private void set(Deadline deadline, Instant at) {
        Invariant.TIME_GOES_FORWARD.require(!at.isBefore(world.now()), deadline, at);
        var setting = ++lastSetting;
        deadlines.put(deadline, setting);
        world.at(
                World.millisOf(at),
                () -> {
                    if (deadlines.getOrDefault(deadline, 0L) == setting) {
                        deadlines.remove(deadline);
                        post(new Event.DeadlineReached(world.now(), deadline));
                    }
                });
    }

    /// Does it after a while, unless the gateway has crashed by then.
    void whileItLives(long delay, Runnable deed) {
        var then = life;
        world.after(
                delay,
                () -> {
                    if (then == life) {
                        deed.run();
                    }
                });
    }

    /// The process dies and another takes its place.
    void crash() {
        life++;
        deadlines.clear();
        core = maker.get();
    }

    long life() {
        return life;
    }

    Snapshot snapshot() {
        return core.snapshot(world.now());
    }

    Core core() {
        return core;
    }

    Map<Deadline, Long> deadlines() {
        return deadlines;
    }
}
