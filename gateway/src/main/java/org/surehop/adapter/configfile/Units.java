package org.surehop.adapter.configfile;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/// Values with a unit.
final class Units {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");
    private static final Pattern OCTETS = Pattern.compile("([0-9]{1,9})(KiB|MiB)?");

    private Units() {}

    static Optional<Duration> duration(Object value) {
        var matcher = DURATION.matcher(String.valueOf(value));
        if (!(value instanceof String) || !matcher.matches()) {
            return Optional.empty();
        }
        var amount = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }

    /// Octets, or -1 when the value is no size.
    static long octets(Object value) {
        var matcher = OCTETS.matcher(String.valueOf(value));
        if (!matcher.matches()) {
            return -1;
        }
        var amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "KiB" -> amount << 10;
            case "MiB" -> amount << 20;
            case null, default -> amount;
        };
    }
}
