package org.surehop.adapter.archive;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.time.Instant;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;

/// How the archive fares, as its writer sees it. The writer alone changes it; any thread may ask.
final class ArchiveHealth {
    /// From here on somebody should look: room is running out.
    static final int NEARLY = 90;

    /// To open an archive means to read all its indexes; so often at most, while it fails.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private volatile PartHealth told = new PartHealth(Part.ARCHIVE, State.UP, "opened");
    private int failures;
    private Instant failed = Instant.MIN;

    PartHealth told() {
        return told;
    }

    /// What was asked for is on the disk.
    void wrote(Volume disk) {
        failures = 0;
        tell(
                disk.percent() < NEARLY ? State.UP : State.DEGRADED,
                "%d entries, %d per cent full".formatted(disk.entries(), disk.percent()));
    }

    /// The archive itself works, but holds as much as it may.
    void full(Volume disk) {
        tell(State.DOWN, "full: %d entries, nothing more is taken".formatted(disk.entries()));
    }

    void failed(Exception fault, Instant now) {
        failures++;
        failed = now;
        tell(State.DOWN, "nothing is taken: " + reason(fault));
    }

    /// Whether to wait before the next try. The first failure may have been one entry's own.
    boolean pauses(Instant now) {
        return failures > 1 && now.isBefore(failed.plus(PAUSE));
    }

    /// What the system says, without the names of files.
    private static String reason(Exception fault) {
        var said =
                fault instanceof FileSystemException named
                        ? named.getReason()
                        : fault instanceof IOException ? fault.getMessage() : "cannot be opened";
        return said == null ? "cannot be written" : said;
    }

    private void tell(State state, String phrase) {
        told = new PartHealth(Part.ARCHIVE, state, phrase);
    }
}
