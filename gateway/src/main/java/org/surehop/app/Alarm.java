package org.surehop.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.report.Notice;
import org.surehop.core.report.Severity;

/// Makes a file when something grave was told: the box, whose logs are in memory, saves them then
/// and takes the file away. [#hear] only remembers; [#look] writes, on a thread that may wait.
final class Alarm {
    private static final Logger LOG = LoggerFactory.getLogger(Alarm.class);

    private final Path file;
    private final AtomicBoolean rings = new AtomicBoolean();

    Alarm(Path file) {
        this.file = file;
    }

    void hear(Notice notice) {
        if (notice.severity().compareTo(Severity.MAJOR) >= 0) {
            rings.set(true);
        }
    }

    void look() {
        if (!rings.getAndSet(false)) {
            return;
        }
        try {
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        } catch (IOException e) {
            LOG.warn("alarm not written cause={}", e.toString());
        }
    }
}
