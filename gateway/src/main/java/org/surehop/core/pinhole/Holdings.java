package org.surehop.core.pinhole;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.surehop.core.sdp.Flow;

/// Which flows should be open now, and for how many: two holders may want the same flow (MID-10),
/// and it closes with the last of them. What the firewall is compared with. Owned by the loop.
final class Holdings {
    private final Map<Flow, Integer> holders = new HashMap<>();

    /// One holder wants `after` instead of `before`.
    void swap(List<Flow> before, List<Flow> after) {
        after.forEach(f -> holders.merge(f, 1, Integer::sum));
        before.forEach(f -> holders.computeIfPresent(f, (_, n) -> n == 1 ? null : n - 1));
    }

    boolean holds(Flow flow) {
        return holders.containsKey(flow);
    }

    boolean isShared(Flow flow) {
        return holders.getOrDefault(flow, 0) > 1;
    }

    Set<Flow> all() {
        return Set.copyOf(holders.keySet());
    }

    int size() {
        return holders.size();
    }
}
