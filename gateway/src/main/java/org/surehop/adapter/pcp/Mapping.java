package org.surehop.adapter.pcp;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.sdp.Flow;

/// One port of one inside host, as the box upstream knows it or should. Owned by [PcpClient].
final class Mapping {
    private static final Duration SHORTEST_RENEWAL = Duration.ofSeconds(4); // RFC 6887 §11.2.1

    final Key key;
    final Nonce nonce;
    Duration lifetime = Duration.ZERO;
    Instant renewAt = Instant.MAX;
    Instant expires = Instant.MAX;
    Optional<Outstanding> outstanding = Optional.empty();
    int removals;
    private boolean known;
    private boolean leaving;
    /// Who may send to it, and until when the core wants that.
    private final Map<Flow, Instant> flows = new LinkedHashMap<>();
    private Set<Flow> asked = Set.of();
    private Set<Flow> granted = Set.of();

    /// What a mapping is for (RFC 6887 §11).
    record Key(Flow.Transport transport, InetAddress inside, int port) {
        static Key of(Flow flow) {
            return new Key(flow.transport(), flow.destination(), flow.port());
        }
    }

    /// A message that was sent and has no reply yet.
    record Outstanding(byte[] octets, Retry retry) {
        Outstanding at(Instant due) {
            return new Outstanding(octets, new Retry(retry.interval(), due));
        }
    }

    Mapping(Key key, Nonce nonce) {
        this.key = key;
        this.nonce = nonce;
    }

    void want(Flow flow, Duration howLong, Instant now) {
        lifetime = howLong;
        flows.put(flow, now.plus(howLong));
        if (leaving) {
            // Whether it is still there depends on which message the server sees last: ask anew.
            leaving = false;
            known = false;
            outstanding = Optional.empty();
            expires = Instant.MAX;
            renewAt = Instant.MAX;
        }
    }

    /// True when it was there.
    boolean drop(Flow flow) {
        return flows.remove(flow) != null;
    }

    /// Those that the core has let end.
    List<Flow> ended(Instant now) {
        return flows.entrySet().stream()
                .filter(e -> !e.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The next message says what is wanted now; its octets.
    byte[] request(boolean filter, InetAddress client) {
        asked = new LinkedHashSet<>(flows.keySet());
        var whole = lifetime.toSeconds() == 0 ? Duration.ofSeconds(1) : lifetime;
        var filters = filter ? filters() : List.<MapRequest.Filter>of();
        return new MapRequest(nonce, key, whole, client, filter && known, filters).octets();
    }

    byte[] removal(InetAddress client, Instant now) {
        flows.clear();
        granted = Set.of();
        leaving = true;
        removals = 0;
        if (expires.equals(Instant.MAX)) {
            expires = now.plus(lifetime);
        }
        return new MapRequest(nonce, key, Duration.ZERO, client, false, List.of()).octets();
    }

    /// The server has said yes to what was asked last, for that long.
    void granted(Duration howLong, double chance, Instant now) {
        outstanding = Optional.empty();
        known = true;
        granted = asked;
        expires = now.plus(howLong);
        // From half to five eighths of it (RFC 6887 §11.2.1).
        renewAt = now.plusMillis((long) (howLong.toMillis() * (0.5 + 0.125 * chance)));
    }

    /// The next try at renewing it: after half of the time that is left.
    void renewLater(Instant now) {
        var half = Duration.between(now, expires).dividedBy(2);
        renewAt = now.plus(half.compareTo(SHORTEST_RENEWAL) < 0 ? SHORTEST_RENEWAL : half);
    }

    /// Empty when anybody may send.
    private List<MapRequest.Filter> filters() {
        return flows.keySet().stream().anyMatch(Flow::fromAnyone)
                ? List.of()
                : flows.keySet().stream()
                        .map(f -> new MapRequest.Filter(f.source(), f.sourcePort()))
                        .distinct()
                        .toList();
    }

    List<Flow> flows() {
        return List.copyOf(flows.keySet());
    }

    boolean granted(Flow flow) {
        return known && granted.contains(flow);
    }

    /// What is wanted is not what was asked last.
    boolean changed() {
        return !asked.equals(flows.keySet());
    }

    boolean known() {
        return known;
    }

    boolean leaving() {
        return leaving;
    }

    boolean answers(Reply.Map map) {
        return map.nonce().equals(nonce)
                && map.protocol() == Wire.protocol(key.transport())
                && map.insidePort() == key.port();
    }

    boolean isAsAsked(Reply.Map map) {
        return map.outsidePort() == key.port() && map.outside().equals(key.inside());
    }
}
