package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.surehop.core.sip.ConnectionId;

/// Those who have turned a NOTIFY down, or said nothing to it: they get no other while their
/// connection lasts (POL-49). One user behind a proxy does not silence the others, but many do.
final class Deaf {
    /// So many users of one connection who refuse speak for all of them.
    static final int MOST_USERS = 64;

    private final Map<ConnectionId, Set<String>> users = new HashMap<>();

    void add(Upstream upstream) {
        var refusing = users.computeIfAbsent(upstream.flow(), _ -> new HashSet<>());
        if (refusing.size() < MOST_USERS) {
            refusing.add(upstream.user());
        }
    }

    boolean to(Upstream upstream) {
        var refusing = users.getOrDefault(upstream.flow(), Set.of());
        return refusing.size() >= MOST_USERS || refusing.contains(upstream.user());
    }

    void forget(ConnectionId connection) {
        users.remove(connection);
    }

    int size() {
        return users.size();
    }
}
