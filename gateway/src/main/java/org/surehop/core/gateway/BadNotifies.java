package org.surehop.core.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.surehop.core.sip.Inbound;

/// How many NOTIFYs that fit nothing each source may still send: token buckets that hold the
/// allowance of one second (`notifies.bad-per-second`, POL-95). What fits costs nothing, so that a
/// flood does not use up the room of good calls. As many sources are remembered as there may be
/// connections; who was not heard for longest is forgotten first.
final class BadNotifies {
    private final Map<String, Bucket> sources = new LinkedHashMap<>(16, 0.75f, true);

    private record Bucket(double left, Instant at) {
        Bucket at(Instant now, int perSecond) {
            var millis = Math.max(0, Duration.between(at, now).toMillis());
            return new Bucket(Math.min(perSecond, left + perSecond * (millis / 1000.0)), now);
        }
    }

    /// Who has sent something, as far as it can be told: the name that was proven, or the address.
    static String source(Inbound inbound) {
        return Admission.identities(inbound).stream()
                .findFirst()
                .orElseGet(() -> String.valueOf(inbound.remote().getAddress()));
    }

    /// One more of that source: whether that is still within its allowance.
    boolean within(Turn turn, String source) {
        var bucket = now(turn, source);
        var within = bucket.left() >= 1;
        sources.put(source, within ? new Bucket(bucket.left() - 1, bucket.at()) : bucket);
        if (sources.size() > turn.config().limits().connections()) {
            sources.remove(sources.keySet().iterator().next());
        }
        return within;
    }

    /// Whether that source has used up its allowance.
    boolean spent(Turn turn, String source) {
        return sources.containsKey(source) && now(turn, source).left() < 1;
    }

    private Bucket now(Turn turn, String source) {
        var perSecond = turn.config().notifies().badPerSecond();
        var known = sources.getOrDefault(source, new Bucket(perSecond, turn.now()));
        return known.at(turn.now(), perSecond);
    }

    int size() {
        return sources.size();
    }
}
