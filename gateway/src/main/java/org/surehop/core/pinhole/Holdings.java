package org.surehop.core.pinhole;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.surehop.core.config.Pinholes;
import org.surehop.core.sdp.Flow;

/// Which flows should be open now, and for how many: two holders may want the same flow (MID-10),
/// and it closes with the last of them. What the firewall is compared with. Owned by the loop.
public final class Holdings {
    private final Map<Flow, Integer> holders = new HashMap<>();
    private final Map<InetAddress, Integer> ofUsers = new HashMap<>();
    private final Predicate<InetAddress> inside;

    private Holdings(Predicate<InetAddress> inside) {
        this.inside = inside;
    }

    /// Nothing held; the inside is what the configuration says.
    public static Holdings of(Pinholes config) {
        return new Holdings(a -> config.insidePrefixes().stream().anyMatch(p -> p.contains(a)));
    }

    /// One holder wants `after` instead of `before`.
    public void swap(List<Flow> before, List<Flow> after) {
        after.forEach(this::take);
        before.stream().filter(this::holds).forEach(this::leave);
    }

    private void take(Flow flow) {
        if (holders.merge(flow, 1, Integer::sum) == 1) {
            users(flow).forEach(u -> ofUsers.merge(u, 1, Integer::sum));
        }
    }

    private void leave(Flow flow) {
        if (holders.computeIfPresent(flow, (_, n) -> n == 1 ? null : n - 1) == null) {
            users(flow).forEach(u -> ofUsers.computeIfPresent(u, (_, n) -> n == 1 ? null : n - 1));
        }
    }

    /// How many flows the busiest user would have with `wanted`, none of them held yet (MID-51).
    /// A user is an inside address: the one its connection came from, unless policy allows others.
    public int mostOfOneUser(Collection<Flow> wanted) {
        var more = new HashMap<InetAddress, Integer>();
        wanted.stream()
                .distinct()
                .flatMap(this::users)
                .forEach(u -> more.merge(u, 1, Integer::sum));
        return more.entrySet().stream()
                .mapToInt(e -> e.getValue() + ofUsers.getOrDefault(e.getKey(), 0))
                .max()
                .orElse(0);
    }

    private Stream<InetAddress> users(Flow flow) {
        return Stream.of(flow.source(), flow.destination()).filter(inside).distinct();
    }

    /// Whether somebody wants it open.
    public boolean holds(Flow flow) {
        return holders.containsKey(flow);
    }

    /// Whether more than one does.
    public boolean isShared(Flow flow) {
        return holders.getOrDefault(flow, 0) > 1;
    }

    public Set<Flow> all() {
        return Set.copyOf(holders.keySet());
    }

    public int size() {
        return holders.size();
    }
}
