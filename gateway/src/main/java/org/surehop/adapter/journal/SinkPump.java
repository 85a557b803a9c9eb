package org.surehop.adapter.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Sink;

/// The thread that reads the journal for one sink, with its own read-only connection.
final class SinkPump {
    private static final Logger LOG = LoggerFactory.getLogger(SinkPump.class);
    private static final int BATCH = 64;
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final Path file;
    private final Sink sink;
    private final Committed committed;
    private final ObjLongConsumer<String> delivered;
    private final Thread thread;
    private volatile boolean stopped;
    private long cursor;

    SinkPump(
            Path file,
            Sink sink,
            Committed committed,
            ObjLongConsumer<String> delivered,
            long cursor) {
        this.file = file;
        this.sink = sink;
        this.committed = committed;
        this.delivered = delivered;
        this.cursor = cursor;
        this.thread =
                Thread.ofPlatform().name("sink " + sink.name()).daemon(true).unstarted(this::run);
    }

    String name() {
        return sink.name();
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var wait = FIRST_WAIT;
        while (!stopped) {
            try (var connection = Schema.openForReading(file)) {
                while (!stopped) {
                    committed.awaitAfter(cursor, IDLE);
                    wait = step(connection) ? FIRST_WAIT : backOff(wait);
                }
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | RuntimeException e) {
                LOG.warn("sink {} cannot read or send, tries again", sink.name(), e);
                if (!slept(wait)) {
                    return;
                }
                wait = doubled(wait);
            }
        }
    }

    /// Offers one batch; false means that the far side took nothing.
    private boolean step(Connection connection) throws SQLException, InterruptedException {
        var entries = after(connection, cursor);
        if (entries.isEmpty()) {
            return true;
        }
        var count = sink.deliver(entries);
        if (count > 0) {
            cursor = entries.get(count - 1).seq();
            delivered.accept(sink.name(), cursor);
        }
        return count > 0;
    }

    private static List<JournalEntry> after(Connection connection, long seq) throws SQLException {
        var sql = "SELECT " + Rows.NOTICE + " FROM notices WHERE seq > ? ORDER BY seq LIMIT ?";
        try (var select = connection.prepareStatement(sql)) {
            select.setLong(1, seq);
            select.setInt(2, BATCH);
            try (var rows = select.executeQuery()) {
                return Rows.entries(rows);
            }
        }
    }

    private static Duration backOff(Duration wait) throws InterruptedException {
        Thread.sleep(wait);
        return doubled(wait);
    }

    private static boolean slept(Duration wait) {
        try {
            Thread.sleep(wait);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static Duration doubled(Duration wait) {
        var twice = wait.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : twice;
    }
}
