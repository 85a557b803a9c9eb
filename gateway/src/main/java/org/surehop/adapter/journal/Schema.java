package org.surehop.adapter.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.sqlite.SQLiteConfig;

/// The tables of the journal, and the ways to open the file. Times are ISO 8601 text in UTC, so
/// that `sqlite3` shows what a person can read.
final class Schema {
    /// Grows with each change of the tables; an older program refuses a newer file.
    static final int VERSION = 1;

    private static final String[] TABLES = {
        """
        CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)""",
        """
        CREATE TABLE IF NOT EXISTS notices (
          seq INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, at TEXT NOT NULL,
          kind TEXT NOT NULL, severity TEXT NOT NULL, call_id TEXT, from_tag TEXT, cseq INTEGER,
          method TEXT, leg TEXT, reason TEXT NOT NULL, details TEXT NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS notices_by_call ON notices (call_id)",
        """
        CREATE TABLE IF NOT EXISTS calls (
          call_id TEXT NOT NULL, from_tag TEXT NOT NULL, cseq INTEGER NOT NULL,
          method TEXT NOT NULL, began TEXT NOT NULL, at TEXT NOT NULL, ended INTEGER NOT NULL,
          facts TEXT NOT NULL, ladder TEXT NOT NULL,
          PRIMARY KEY (call_id, from_tag, cseq, method))""",
        "CREATE INDEX IF NOT EXISTS calls_by_time ON calls (at)",
        "CREATE TABLE IF NOT EXISTS cursors (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL)",
        """
        CREATE TABLE IF NOT EXISTS status (
          id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL, status TEXT NOT NULL)""",
    };

    private Schema() {}

    /// Opens for writing; makes the file (mode 0600) and the tables where they are missing.
    static Connection openForWriting(Path file) throws JournalFault {
        create(file);
        try {
            var connection = config(false).createConnection("jdbc:sqlite:" + file);
            try {
                prepare(file, connection);
                return connection;
            } catch (SQLException | JournalFault fault) {
                connection.close();
                throw fault;
            }
        } catch (SQLException fault) {
            throw JournalFault.of(file, fault);
        }
    }

    /// Opens beside a writer, read-only.
    static Connection openForReading(Path file) throws SQLException {
        return config(true).createConnection("jdbc:sqlite:" + file);
    }

    private static SQLiteConfig config(boolean readOnly) {
        var config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout((int) Duration.ofSeconds(1).toMillis());
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
            // FULL: a report survives the loss of power, not only the end of the process.
            config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        }
        return config;
    }

    private static void create(Path file) throws JournalFault {
        var mode = PosixFilePermissions.fromString("rw-------");
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            if (Files.exists(file)) {
                narrow(file, mode);
                return;
            }
            // SQLite gives its -wal and -shm files the mode of the main file.
            Files.createFile(file, PosixFilePermissions.asFileAttribute(mode));
        } catch (IOException e) {
            throw JournalFault.at(
                    JournalFault.Kind.UNREACHABLE,
                    file,
                    "cannot be made: name a file in a writable directory",
                    e);
        }
    }

    private static void narrow(Path file, Set<PosixFilePermission> mode) throws JournalFault {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IOException("no regular file");
            }
            // Only when needed: on a read-only file system SQLite tells the fault better.
            if (!Files.getPosixFilePermissions(file).equals(mode)) {
                Files.setPosixFilePermissions(file, mode);
            }
        } catch (IOException e) {
            throw JournalFault.at(
                    JournalFault.Kind.UNREACHABLE,
                    file,
                    "is no file of ours: name a regular file that the gateway owns",
                    e);
        }
    }

    private static void prepare(Path file, Connection connection)
            throws SQLException, JournalFault {
        try (var statement = connection.createStatement()) {
            checkIntegrity(file, statement);
            for (var table : TABLES) {
                statement.execute(table);
            }
            statement.execute("INSERT OR IGNORE INTO meta VALUES ('schema', '" + VERSION + "')");
        }
    }

    private static void checkIntegrity(Path file, Statement statement)
            throws SQLException, JournalFault {
        try (var rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            if (rows.next() && !rows.getString(1).equals("ok")) {
                throw new JournalFault(
                        JournalFault.Kind.CORRUPT,
                        "journal.path: " + file + " is no intact journal: move it away.");
            }
        }
        var asks = "SELECT count(*) FROM sqlite_master WHERE name = 'meta'";
        try (var rows = statement.executeQuery(asks)) {
            if (!rows.next() || rows.getInt(1) == 0) {
                return;
            }
        }
        try (var rows = statement.executeQuery("SELECT value FROM meta WHERE key = 'schema'")) {
            if (rows.next() && Integer.parseInt(rows.getString(1)) > VERSION) {
                throw new JournalFault(
                        JournalFault.Kind.TOO_NEW,
                        "journal.path: " + file + " was written by a newer Surehop.");
            }
        }
    }
}
