package org.surehop.adapter.nftables;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.surehop.core.sdp.Flow;

/// Flows by where they go, to be found for each of very many connections.
final class FlowIndex {
    private final Map<Goal, List<Flow>> byGoal;

    private record Goal(int protocol, ByteBuffer address, int port) {}

    FlowIndex(Collection<Flow> flows) {
        byGoal =
                flows.stream()
                        .collect(
                                Collectors.groupingBy(
                                        f ->
                                                new Goal(
                                                        protocol(f),
                                                        ByteBuffer.wrap(
                                                                f.destination().getAddress()),
                                                        f.port())));
    }

    /// Whether one of the flows is this direction of a connection.
    boolean holds(Tuple tuple) {
        var goal = new Goal(tuple.protocol(), ByteBuffer.wrap(tuple.destination()), tuple.to());
        return byGoal.getOrDefault(goal, List.of()).stream().anyMatch(f -> comesFrom(f, tuple));
    }

    private static boolean comesFrom(Flow flow, Tuple tuple) {
        return (flow.sourcePort() == 0 || flow.sourcePort() == tuple.from())
                && (flow.fromAnyone() || Arrays.equals(tuple.source(), flow.source().getAddress()));
    }

    /// Its number in the Internet's registry.
    static int protocol(Flow flow) {
        return switch (flow.transport()) {
            case UDP -> 17;
            case TCP -> 6;
        };
    }
}
