package org.surehop.adapter.journal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.JsonText;

/// Reads a journal beside the gateway that writes it, for the commands; one thread at a time.
public final class JournalReader implements AutoCloseable {
    private final Path file;
    private final Connection connection;

    private JournalReader(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    public static JournalReader open(Path file) throws JournalFault {
        if (!Files.isReadable(file)) {
            throw new JournalFault(
                    JournalFault.Kind.UNREACHABLE,
                    "journal.path: "
                            + file
                            + " cannot be read: name the journal of a gateway that has run.");
        }
        try {
            var connection = Schema.openForReading(file);
            var reader = new JournalReader(file, connection);
            reader.entries(Query.after(Long.MAX_VALUE - 1));
            return reader;
        } catch (SQLException e) {
            throw JournalFault.of(file, e);
        }
    }

    /// Which entries: after a number, not before a time, of kinds that begin with a word, of one
    /// call, at most so many; `latest` counts from the end. Empty text means any.
    public record Query(
            long afterSeq, Instant since, String kind, String callId, int limit, boolean latest) {
        public static Query after(long seq) {
            return new Query(seq, Instant.EPOCH, "", "", 1000, false);
        }
    }

    /// The matching entries, oldest first.
    public List<JournalEntry> entries(Query query) throws JournalFault {
        var sql =
                "SELECT * FROM (SELECT "
                        + Rows.NOTICE
                        + " FROM notices WHERE seq > ? AND at >= ? AND substr(kind, 1, ?) = ?"
                        + " AND (? = '' OR call_id = ?) ORDER BY seq "
                        + (query.latest() ? "DESC" : "ASC")
                        + " LIMIT ?) ORDER BY seq";
        try (var select = connection.prepareStatement(sql)) {
            select.setLong(1, query.afterSeq());
            select.setString(2, query.since().toString());
            select.setInt(3, query.kind().length());
            select.setString(4, query.kind());
            select.setString(5, query.callId());
            select.setString(6, query.callId());
            select.setInt(7, query.limit());
            try (var rows = select.executeQuery()) {
                return Rows.entries(rows);
            }
        } catch (SQLException e) {
            throw JournalFault.of(file, e);
        }
    }

    /// The stories of the calls whose Call-ID begins so, latest first, at most `limit`.
    public List<CallRecord> stories(String callIdPrefix, int limit) throws JournalFault {
        var sql =
                """
                SELECT * FROM calls WHERE substr(call_id, 1, ?) = ?
                ORDER BY began DESC LIMIT ?""";
        try (var select = connection.prepareStatement(sql)) {
            select.setInt(1, callIdPrefix.length());
            select.setString(2, callIdPrefix);
            select.setInt(3, limit);
            var stories = new ArrayList<CallRecord>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    stories.add(Rows.story(rows));
                }
            }
            return stories;
        } catch (SQLException e) {
            throw JournalFault.of(file, e);
        }
    }

    /// The state that the gateway wrote last, by wire names; `at` is when it was so.
    public Optional<Map<?, ?>> status() throws JournalFault {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT status, at FROM status")) {
            if (rows.next() && JsonText.read(rows.getString(1)) instanceof Map<?, ?> map) {
                var all = new LinkedHashMap<Object, Object>(map);
                all.put("at", rows.getString(2));
                return Optional.of(all);
            }
            return Optional.empty();
        } catch (SQLException e) {
            throw JournalFault.of(file, e);
        }
    }

    /// For each sink, how many reports it has not acknowledged yet.
    public Map<String, Long> backlogs() throws JournalFault {
        var sql =
                """
                SELECT sink, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'notices'), 0)
                  - seq FROM cursors ORDER BY sink""";
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var backlogs = new LinkedHashMap<String, Long>();
            while (rows.next()) {
                backlogs.put(rows.getString(1), rows.getLong(2));
            }
            return backlogs;
        } catch (SQLException e) {
            throw JournalFault.of(file, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("closing " + file, e);
        }
    }
}
