package org.surehop.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.surehop.core.gateway.Event;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// The kernel: applies changes in their order, sometimes late, sometimes not at all; forgets each
/// flow when its lifetime is over, and now and then loses some.
final class SimFirewall {
    private static final int FAILS_ONE_IN = 150;

    private final World world;
    private final SimGateway gateway;
    private final Map<Flow, Long> expiry = new HashMap<>();
    private final Set<Flow> lost = new HashSet<>();
    private long busyUntil;

    SimFirewall(World world, SimGateway gateway) {
        this.world = world;
        this.gateway = gateway;
    }

    void apply(RuleSetChange change) {
        var work = world.strikes(100) ? world.chance.between(500, 9_000) : 1;
        busyUntil = Math.max(busyUntil, world.millis()) + work;
        gateway.whileItLives(busyUntil - world.millis(), () -> applyNow(change));
    }

    private void applyNow(RuleSetChange change) {
        if (world.strikes(FAILS_ONE_IN)) {
            gateway.post(
                    new Event.RuleSetFailed(world.now(), change.number(), Reason.FIREWALL_FAILED));
            return;
        }
        var closed = new ArrayList<FlowCounter>();
        for (var flow : change.disable()) {
            if (expiry.remove(flow) != null) {
                closed.add(new FlowCounter(flow, 10, 1_720));
            }
        }
        for (var flow : change.enable()) {
            var end = world.millis() + change.lifetime().toMillis();
            expiry.put(flow, end);
            world.at(end, () -> expire(flow));
        }
        gateway.post(new Event.RuleSetApplied(world.now(), change.number(), closed));
        if (!change.enable().isEmpty() && world.strikes(200)) {
            gateway.whileItLives(world.chance.between(1_000, 60_000), () -> lose(change.enable()));
        }
    }

    private void expire(Flow flow) {
        if (expiry.getOrDefault(flow, Long.MAX_VALUE) <= world.millis()) {
            lose(List.of(flow));
        }
    }

    private void lose(List<Flow> flows) {
        var gone = flows.stream().filter(f -> expiry.remove(f) != null).toList();
        if (!gone.isEmpty()) {
            lost.addAll(gone);
            gateway.post(new Event.FlowsVanished(world.now(), gone));
        }
    }

    /// A new process takes its table and empties it.
    void restarted() {
        expiry.clear();
        busyUntil = world.millis();
    }

    Set<Flow> rules() {
        return Set.copyOf(expiry.keySet());
    }
}
