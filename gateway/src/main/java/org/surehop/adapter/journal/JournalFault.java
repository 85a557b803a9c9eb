package org.surehop.adapter.journal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/// The journal cannot be used. The message is one sentence that names the file, the fault and what
/// is expected.
public final class JournalFault extends Exception {
    private static final long serialVersionUID = 1L;

    /// What is wrong, for callers that decide.
    public enum Kind {
        /// The file or its directory is missing or may not be opened.
        UNREACHABLE,
        /// The file or its file system may not be written.
        READ_ONLY,
        /// No room is left.
        DISK_FULL,
        /// It is no journal, or a damaged one.
        CORRUPT,
        /// It was written by a newer Surehop.
        TOO_NEW,
        /// Another fault of the storage.
        STORAGE
    }

    private final Kind kind;

    JournalFault(Kind kind, String sentence, Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
    }

    JournalFault(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /// Sorts a fault of SQLite by its result code.
    static JournalFault of(Path file, SQLException fault) {
        var primary = fault.getErrorCode() & 0xff;
        if (primary == 14 && Files.exists(file) && !Files.isWritable(file)) {
            primary = 8;
        }
        return switch (primary) {
            case 8 -> at(Kind.READ_ONLY, file, "cannot be written: make it writable", fault);
            case 13 -> at(Kind.DISK_FULL, file, "has no room left: free disk space", fault);
            case 11, 26 -> at(Kind.CORRUPT, file, "is no intact journal: move it away", fault);
            case 14 -> at(Kind.UNREACHABLE, file, "cannot be opened: name a writable file", fault);
            default -> at(Kind.STORAGE, file, "fails (SQLite code " + primary + ")", fault);
        };
    }

    static JournalFault at(Kind kind, Path file, String what, Throwable cause) {
        return new JournalFault(kind, "journal.path: " + file + " " + what + ".", cause);
    }
}
