package org.surehop.core.pinhole;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Nat;

/// PRR on a NAT (MID-7, MID-9): which outside pair of ports stands for which inside endpoint. The
/// same endpoint has the same pair for as long as any group holds it. A pair that was given back
/// is not given out again before whatever the kernel may still hold of it has ended. Owned by the
/// loop.
public final class Translations {
    private final Nat config;
    private final Duration quarantine;
    private final Map<Endpoint, Pair> pairs = new LinkedHashMap<>();
    private final Deque<Rest> resting = new ArrayDeque<>();
    private int fresh;

    /// Where one medium of an inside host takes RTP and RTCP.
    public record Endpoint(InetSocketAddress rtp, InetSocketAddress rtcp) {}

    private record Pair(int even, Set<GroupId> holders) {}

    private record Rest(int even, Instant until) {}

    /// @param quarantine how long a pair rests; not shorter than the longest lifetime of a rule
    public Translations(Nat config, Duration quarantine) {
        this.config = config;
        this.quarantine = quarantine;
        this.fresh = config.lowestPort() + config.lowestPort() % 2;
    }

    /// The even outside port for that endpoint; empty when no pair is free.
    public Optional<Integer> reserve(GroupId group, Endpoint endpoint, Instant now) {
        var pair = pairs.get(endpoint);
        if (pair == null) {
            var free = free(now);
            if (free.isEmpty()) {
                return Optional.empty();
            }
            pair = new Pair(free.get(), new HashSet<>());
            pairs.put(endpoint, pair);
        }
        pair.holders().add(group);
        return Optional.of(pair.even());
    }

    private Optional<Integer> free(Instant now) {
        if (fresh + 1 <= config.highestPort()) {
            fresh += 2;
            return Optional.of(fresh - 2);
        }
        var oldest = resting.peekFirst();
        if (oldest == null || oldest.until().isAfter(now)) {
            return Optional.empty();
        }
        resting.removeFirst();
        return Optional.of(oldest.even());
    }

    /// What the firewall must translate for that group.
    public List<Translation> of(GroupId group) {
        var found = new ArrayList<Translation>();
        pairs.forEach(
                (endpoint, pair) -> {
                    if (pair.holders().contains(group)) {
                        found.addAll(both(endpoint, pair));
                    }
                });
        return found;
    }

    /// The group is no more; what nobody holds any longer ends.
    public List<Translation> release(GroupId group, Instant now) {
        var ended = new HashMap<Endpoint, Pair>();
        pairs.forEach(
                (endpoint, pair) -> {
                    if (pair.holders().remove(group) && pair.holders().isEmpty()) {
                        ended.put(endpoint, pair);
                    }
                });
        var found = new ArrayList<Translation>();
        ended.forEach(
                (endpoint, pair) -> {
                    pairs.remove(endpoint);
                    resting.addLast(new Rest(pair.even(), now.plus(quarantine)));
                    found.addAll(both(endpoint, pair));
                });
        return found;
    }

    /// Pairs that are given out.
    public int size() {
        return pairs.size();
    }

    private List<Translation> both(Endpoint endpoint, Pair pair) {
        Inet4Address outside = config.outside().orElseThrow();
        return List.of(
                new Translation(endpoint.rtp(), new InetSocketAddress(outside, pair.even())),
                new Translation(endpoint.rtcp(), new InetSocketAddress(outside, pair.even() + 1)));
    }
}
