package org.surehop.core.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.surehop.core.config.Demands;

/// Token buckets of private-key operations, one for each user and one for each peer (R-SEC-9).
/// An operation is taken before the work and given back when it was not needed. At most
/// [#MOST] of each are remembered; who was not seen for longest is forgotten first, and the
/// bucket of the peer holds against one who invents users.
final class KeyBudget {
    static final int MOST = 10_000;

    private final Map<String, Bucket> users = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Bucket> peers = new LinkedHashMap<>(16, 0.75f, true);

    /// Whose budget is meant.
    record Payer(String user, String peer) {}

    /// Mutable: what is left, and when that was so.
    private static final class Bucket {
        private double left;
        private Instant at;

        Bucket(double left, Instant at) {
            this.left = left;
            this.at = at;
        }

        void refill(Instant now, int perSecond) {
            var most = 2.0 * perSecond;
            var millis = Math.max(0, Duration.between(at, now).toMillis());
            left = Math.min(most, left + perSecond * (millis / 1000.0));
            at = now.isAfter(at) ? now : at;
        }
    }

    /// Takes as many of those operations as both budgets have.
    int take(Instant now, Payer payer, int wanted, Demands demands) {
        var user = of(users, payer.user(), now, demands.keyOperationsPerUser());
        var peer = of(peers, payer.peer(), now, demands.keyOperationsPerPeer());
        var got = Math.max(0, Math.min(wanted, (int) Math.min(user.left, peer.left)));
        user.left -= got;
        peer.left -= got;
        return got;
    }

    /// What was taken and not needed.
    void giveBack(Payer payer, int count) {
        var user = users.get(payer.user());
        var peer = peers.get(payer.peer());
        if (user != null) {
            user.left += count;
        }
        if (peer != null) {
            peer.left += count;
        }
    }

    private static Bucket of(Map<String, Bucket> all, String name, Instant now, int perSecond) {
        var bucket = all.get(name);
        if (bucket == null) {
            bucket = new Bucket(2.0 * perSecond, now);
            all.put(name, bucket);
            if (all.size() > MOST) {
                all.remove(all.keySet().iterator().next());
            }
        }
        bucket.refill(now, perSecond);
        return bucket;
    }

    int size() {
        return Math.max(users.size(), peers.size());
    }
}
