package org.surehop.adapter.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Notice;

/// The one connection that writes; used by the writer thread alone once the journal is open.
final class Store implements AutoCloseable {
    private static final String INSERT_NOTICE =
            """
            INSERT INTO notices (boot, at, kind, severity, call_id, from_tag, cseq, method, leg,
              reason, details, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    private static final String UPSERT_CALL =
            "INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Connection connection;
    private final String bootId;
    private final PreparedStatement insertNotice;
    private final PreparedStatement upsertCall;

    private Store(Connection connection, String bootId) throws SQLException {
        this.connection = connection;
        this.bootId = bootId;
        this.insertNotice = connection.prepareStatement(INSERT_NOTICE);
        this.upsertCall = connection.prepareStatement(UPSERT_CALL);
    }

    static Store open(Path file, String bootId) throws JournalFault {
        var connection = Schema.openForWriting(file);
        try {
            return new Store(connection, bootId);
        } catch (SQLException e) {
            try {
                connection.close();
            } catch (SQLException unclosed) {
                e.addSuppressed(unclosed);
            }
            throw JournalFault.of(file, e);
        }
    }

    /// Makes the cursors those of exactly these sinks. A sink that is new to a journal with a past
    /// begins at its end: it is told what happens from now on.
    Map<String, Long> keepCursors(Set<String> sinks) throws SQLException {
        begin();
        var cursors = new LinkedHashMap<String, Long>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT sink, seq FROM cursors")) {
            while (rows.next()) {
                cursors.put(rows.getString(1), rows.getLong(2));
            }
        }
        cursors.keySet().retainAll(sinks);
        for (var sink : sinks) {
            if (!cursors.containsKey(sink)) {
                cursors.put(sink, lastSeq());
            }
        }
        execute("DELETE FROM cursors");
        execute("INSERT OR REPLACE INTO meta VALUES ('boot', '" + bootId + "')");
        moveCursors(cursors);
        commit();
        return cursors;
    }

    /// The highest number ever given, whatever was deleted since.
    long lastSeq() throws SQLException {
        var ask = "SELECT seq FROM sqlite_sequence WHERE name = 'notices'";
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(ask)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /// Writes the notices and stories of one batch; nothing is in force before [#commit].
    List<JournalEntry> write(List<Notice> notices, Collection<CallRecord> stories)
            throws SQLException {
        var entries = new ArrayList<JournalEntry>(notices.size());
        // The only writer numbers the rows itself; asking for each number costs a query each.
        var seq = notices.isEmpty() ? 0 : lastSeq();
        for (var notice : notices) {
            seq++;
            Rows.bind(insertNotice, bootId, notice);
            insertNotice.setLong(12, seq);
            insertNotice.executeUpdate();
            entries.add(new JournalEntry(seq, bootId, notice));
        }
        for (var story : stories) {
            Rows.bind(upsertCall, story);
            upsertCall.executeUpdate();
        }
        return entries;
    }

    void moveCursors(Map<String, Long> cursors) throws SQLException {
        try (var upsert =
                connection.prepareStatement("INSERT OR REPLACE INTO cursors VALUES (?, ?)")) {
            for (var cursor : cursors.entrySet()) {
                upsert.setString(1, cursor.getKey());
                upsert.setLong(2, cursor.getValue());
                upsert.executeUpdate();
            }
        }
    }

    void status(Instant at, String json) throws SQLException {
        try (var upsert =
                connection.prepareStatement("INSERT OR REPLACE INTO status VALUES (1, ?, ?)")) {
            upsert.setString(1, at.toString());
            upsert.setString(2, json);
            upsert.executeUpdate();
        }
    }

    /// Forgets what is too old or too much, but never a notice that a sink still waits for.
    /// Answers how many notices went.
    int forget(Instant before, long maxEvents) throws SQLException {
        var sql =
                """
                DELETE FROM notices
                WHERE seq <= coalesce((SELECT min(seq) FROM cursors), 9223372036854775807)
                  AND (at < ? OR seq <= (SELECT max(seq) FROM notices) - ?)""";
        int gone;
        try (var notices = connection.prepareStatement(sql);
                var calls = connection.prepareStatement("DELETE FROM calls WHERE at < ?");
                var extra =
                        connection.prepareStatement(
                                """
                                DELETE FROM calls WHERE rowid IN (
                                  SELECT rowid FROM calls ORDER BY at DESC LIMIT -1 OFFSET ?)""")) {
            notices.setString(1, before.toString());
            notices.setLong(2, maxEvents);
            gone = notices.executeUpdate();
            calls.setString(1, before.toString());
            calls.executeUpdate();
            extra.setLong(1, maxEvents);
            extra.executeUpdate();
        }
        return gone;
    }

    /// The latest entries of these kinds, oldest first.
    List<JournalEntry> latest(Collection<String> kinds, int count) throws SQLException {
        var in = "'" + String.join("', '", kinds) + "'";
        var sql =
                "SELECT * FROM (SELECT "
                        + Rows.NOTICE
                        + " FROM notices WHERE kind IN ("
                        + in
                        + ") ORDER BY seq DESC LIMIT "
                        + count
                        + ") ORDER BY seq";
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return Rows.entries(rows);
        }
    }

    /// Transactions are our own statements: when the disk is full SQLite ends one by itself, and
    /// the driver's bookkeeping does not notice.
    void begin() throws SQLException {
        execute("BEGIN");
    }

    void commit() throws SQLException {
        execute("COMMIT");
    }

    void rollback() {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite has done it already; else the next attempt tells the fault.
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
