package org.surehop.core.config;

import java.time.Duration;

/// What the records of this room demand of their components.
final class Valid {
    private Valid() {}

    static void that(boolean holds, String demand) {
        if (!holds) {
            throw new IllegalArgumentException(demand);
        }
    }

    static void named(String what, String value) {
        that(!value.isBlank(), what + " must not be empty");
    }

    /// 0 stands for a default or for any free port, where the record says so.
    static void port(String what, int value) {
        that(value >= 0 && value <= 65535, what + " must be a port from 0 to 65535");
    }

    static void positive(String what, long value) {
        that(value > 0, what + " must be at least 1");
    }

    static void positive(String what, Duration value) {
        that(value.isPositive(), what + " must be longer than nothing");
    }
}
