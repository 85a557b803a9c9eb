package org.surehop.core.gateway;

import org.surehop.core.sip.Request;

/// What a SUBSCRIBE says about its duration (RFC 6665 §4.1.2.1).
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
}
