package org.surehop.core.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.surehop.core.config.GatewayConfig;

/// What the handling of one event works with: the time, fresh names, the configuration in force,
/// and the effects so far.
final class Turn {
    private final Instant now;
    private final Tokens tokens;
    private final GatewayConfig config;
    private final List<Effect> effects = new ArrayList<>();

    Turn(Instant now, Tokens tokens, GatewayConfig config) {
        this.now = now;
        this.tokens = tokens;
        this.config = config;
    }

    Instant now() {
        return now;
    }

    Tokens tokens() {
        return tokens;
    }

    GatewayConfig config() {
        return config;
    }

    void emit(Effect effect) {
        effects.add(effect);
    }

    void arm(Deadline.Kind kind, String owner, Duration after) {
        emit(new Effect.SetDeadline(new Deadline(kind, owner), now.plus(after)));
    }

    void disarm(Deadline.Kind kind, String owner) {
        emit(new Effect.CancelDeadline(new Deadline(kind, owner)));
    }

    List<Effect> effects() {
        return List.copyOf(effects);
    }
}
