package org.surehop.adapter.configfile;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.surehop.core.authentication.Account;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;

/// Reads the file again while the gateway runs. A file with a fault changes nothing: the old
/// configuration stays in force. Called by the thread that the operator's signal arrives on.
public final class ConfigReload {
    private final Path file;
    private final Function<GatewayConfig, List<String>> deployment;
    private final Supplier<Optional<List<Account>>> users;
    private final EventSink events;
    private final InstantSource clock;

    /// `deployment` looks at the files that a configuration names and gives its faults; it is
    /// where certificates are loaded for use, so it may also refuse for reasons of its own.
    /// `users` is asked after it: who is known to Digest by the files it looked at.
    public ConfigReload(
            Path file,
            Function<GatewayConfig, List<String>> deployment,
            Supplier<Optional<List<Account>>> users,
            EventSink events,
            InstantSource clock) {
        this.file = file;
        this.deployment = deployment;
        this.users = users;
        this.events = events;
        this.clock = clock;
    }

    /// Posts `ConfigChanged` and gives nothing, or gives the reasons why the old one is kept.
    public List<String> reload() {
        return switch (ConfigFile.read(file)) {
            case ConfigFile.Outcome.Refused refused -> refused.faults();
            case ConfigFile.Outcome.Loaded loaded -> take(loaded.config());
        };
    }

    private List<String> take(GatewayConfig config) {
        var faults = deployment.apply(config);
        if (!faults.isEmpty()) {
            return List.copyOf(faults);
        }
        return events.post(new Event.ConfigChanged(clock.instant(), config, users.get()))
                ? List.of()
                : List.of(file + ": not taken because the event queue is full, expected a retry");
    }
}
