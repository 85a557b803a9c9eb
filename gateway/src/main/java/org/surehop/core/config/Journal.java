package org.surehop.core.config;

import java.time.Duration;

/// The event journal: a SQLite file, how long and how many events are kept once delivered, and what
/// is done with a file that cannot be gone on with.
public record Journal(String path, Duration keep, long maxEvents, Unusable unusable) {
    /// The file is damaged, or a newer Surehop wrote it.
    public enum Unusable {
        /// The gateway does not start: somebody is there to decide.
        REFUSE,
        /// The file is moved aside and another one begun: nobody is there, and calls come first.
        SET_ASIDE
    }

    public Journal {
        Valid.positive("journal.keep", keep);
        Valid.positive("journal.max-events", maxEvents);
    }
}
