package org.surehop.core.gateway;

import java.time.Duration;
import java.util.Optional;
import org.surehop.core.sip.Request;

/// What a SUBSCRIBE says about its duration (RFC 6665 §4.1.2.1), and a session timer of its own.
sealed interface Expires {
    /// Nothing: the package's default.
    record Absent() implements Expires {}

    record Seconds(long value) implements Expires {}

    /// No delta-seconds (RFC 3261 §25.1), or beyond ten digits, where nobody means a number.
    record Unreadable() implements Expires {}

    static Expires of(Request request) {
        return request.header("Expires")
                .map(String::strip)
                .<Expires>map(
                        text ->
                                text.matches("[0-9]{1,10}")
                                        ? new Seconds(Long.parseLong(text))
                                        : new Unreadable())
                .orElseGet(Absent::new);
    }

    /// The interval that a Session-Expires row names, if it is readable (RFC 4028 §4).
    static Optional<Duration> interval(String row) {
        var seconds = row.split(";", 2)[0].strip();
        return seconds.matches("[0-9]{1,10}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
                : Optional.empty();
    }
}
