package org.surehop.adapter.nftables;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// A firewall without a kernel, for trials: the same promises and lifetimes, no packets, so that
/// all counters are zero. Only chosen by configuration.
public final class MemoryFirewall implements Firewall {
    private final InstantSource clock;
    private final int maxFlows;
    private Map<Flow, Instant> open = new LinkedHashMap<>();

    public MemoryFirewall(InstantSource clock, int maxFlows) {
        this.clock = clock;
        this.maxFlows = maxFlows;
    }

    @Override
    public List<List<FlowCounter>> apply(List<RuleSetChange> changes) throws FirewallFault {
        expire();
        var next = new LinkedHashMap<>(open);
        var closed = new ArrayList<List<FlowCounter>>();
        for (var change : changes) {
            var due = clock.instant().plus(change.lifetime());
            change.disable().forEach(next::remove);
            change.enable().forEach(flow -> next.put(flow, due));
            closed.add(change.disable().stream().map(f -> new FlowCounter(f, 0, 0)).toList());
        }
        if (next.size() > maxFlows) {
            throw new FirewallFault(Reason.LACK_OF_RESOURCES, "more than " + maxFlows + " flows");
        }
        open = next;
        return closed;
    }

    @Override
    public List<FlowCounter> readBack() {
        expire();
        return open.keySet().stream().map(flow -> new FlowCounter(flow, 0, 0)).toList();
    }

    @Override
    public void close() {
        open.clear();
    }

    private void expire() {
        var now = clock.instant();
        open.values().removeIf(due -> !due.isAfter(now));
    }
}
