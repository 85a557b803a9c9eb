package org.surehop.adapter.pcp;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.report.Reason;

/// What was refused is not asked again for as long as the server said (RFC 6887 §7.4: 30 seconds or
/// 30 minutes as a rule), but never longer than half an hour, whoever says so.
final class Holds {
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final int MOST = 4096;

    private final Map<Mapping.Key, Hold> held = new HashMap<>();
    private Optional<Hold> server = Optional.empty();

    private record Hold(Reason reason, Instant until) {}

    void refused(Mapping.Key key, ResultCode code, Duration lifetime, Instant now) {
        var until = now.plus(lifetime.compareTo(LONGEST) > 0 ? LONGEST : lifetime);
        var hold = new Hold(code.reason(), until);
        switch (code.scope()) {
            case SERVER -> server = Optional.of(hold);
            case MAPPING -> {
                if (held.size() >= MOST) {
                    held.values().removeIf(h -> !h.until().isAfter(now));
                }
                if (held.size() < MOST) {
                    held.put(key, hold);
                }
            }
        }
    }

    Optional<Reason> reason(Mapping.Key key, Instant now) {
        server = server.filter(h -> h.until().isAfter(now));
        var hold = server.or(() -> Optional.ofNullable(held.get(key)));
        if (hold.isPresent() && !hold.get().until().isAfter(now)) {
            held.remove(key);
            return Optional.empty();
        }
        return hold.map(Hold::reason);
    }

    /// The server came back as another.
    void clear() {
        held.clear();
        server = Optional.empty();
    }
}
