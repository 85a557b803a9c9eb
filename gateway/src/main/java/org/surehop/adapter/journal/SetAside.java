package org.surehop.adapter.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Moves a journal that cannot be gone on with out of the way. One such file is kept, the latest:
/// a box that goes back and forth between two versions must not fill its disk with them.
public final class SetAside {
    private static final String SUFFIX = ".set-aside";

    private SetAside() {}

    /// True when the fault lies in what the file holds, so that another file would do.
    public static boolean helps(JournalFault fault) {
        return switch (fault.kind()) {
            case CORRUPT, TOO_NEW -> true;
            case UNREACHABLE, READ_ONLY, DISK_FULL, STORAGE -> false;
        };
    }

    /// Answers where the file lies now. What SQLite keeps beside it goes first: a log that stayed
    /// behind would be played into the next file.
    public static Path move(Path file) throws IOException {
        var to = file.resolveSibling(file.getFileName() + SUFFIX);
        for (var part : List.of("-wal", "-shm", "")) {
            var from = file.resolveSibling(file.getFileName() + part);
            var goal = to.resolveSibling(to.getFileName() + part);
            if (Files.exists(from)) {
                Files.move(from, goal, StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.deleteIfExists(goal);
            }
        }
        return to;
    }
}
