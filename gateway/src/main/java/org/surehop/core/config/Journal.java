package org.surehop.core.config;

import java.time.Duration;

/// The event journal: a SQLite file, and how long and how many events are kept once delivered.
public record Journal(String path, Duration keep, long maxEvents) {
    public Journal {
        Valid.positive("journal.keep", keep);
        Valid.positive("journal.max-events", maxEvents);
    }
}
