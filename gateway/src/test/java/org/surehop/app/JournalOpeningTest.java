package org.surehop.app;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.adapter.journal.Journal;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.JournalReader;
import org.surehop.adapter.journal.SetAside;
import org.surehop.core.config.Journal.Unusable;
import org.surehop.core.report.NoticeKind;

/// A box went back to its older slot, whose gateway refused the journal of the newer one: it was
/// up, confirmed, and carried no call.
class JournalOpeningTest {
    private static final InstantSource NOON =
            InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

    @TempDir Path directory;

    @Test
    void aNewerJournalIsMovedAsideAndTheNextOneTellsIt() throws Exception {
        writtenByANewerOne();
        try (var journal = JournalOpening.open(settings(), Unusable.SET_ASIDE, NOON)) {
            await().until(() -> journal.noticesByKind().get(NoticeKind.JOURNAL_SET_ASIDE) != null);
        }
        assertEquals("99", schemaOf(directory.resolve("journal.db.set-aside")));
        assertEquals("1", schemaOf(file()));
        try (var reader = JournalReader.open(file())) {
            var told = reader.entries(JournalReader.Query.after(0)).getFirst();
            assertEquals(NoticeKind.JOURNAL_SET_ASIDE, told.notice().kind());
        }
    }

    @Test
    void aDamagedOneIsMovedAside() throws Exception {
        Files.writeString(file(), "no database ".repeat(1000));
        JournalOpening.open(settings(), Unusable.SET_ASIDE, NOON).close();
        assertTrue(Files.readString(beside(".set-aside")).startsWith("no database"));
        assertEquals("1", schemaOf(file()));
    }

    /// A log that stayed behind would be played into the next journal.
    @Test
    void whatLiesBesideItGoesWithIt() throws Exception {
        Files.writeString(file(), "a journal");
        Files.writeString(beside("-wal"), "its log");
        Files.writeString(beside(".set-aside-shm"), "of one before");
        SetAside.move(file());
        assertEquals("its log", Files.readString(beside(".set-aside-wal")));
        assertFalse(Files.exists(beside("-wal")));
        assertFalse(Files.exists(beside(".set-aside-shm")));
    }

    @Test
    void theLatestOneTakesThePlaceOfThoseBefore() throws Exception {
        for (int i = 0; i < 3; i++) {
            Files.writeString(file(), ("no database " + i + " ").repeat(1000));
            JournalOpening.open(settings(), Unusable.SET_ASIDE, NOON).close();
        }
        assertTrue(Files.readString(beside(".set-aside")).startsWith("no database 2"));
        try (var files = Files.list(directory)) {
            assertEquals(2, files.filter(f -> !f.toString().matches(".*-(wal|shm)")).count());
        }
    }

    @Test
    void whereSomebodyIsThereToDecideItStaysAndTheGatewayDoesNotStart() throws Exception {
        writtenByANewerOne();
        var fault =
                assertThrows(
                        JournalFault.class,
                        () -> JournalOpening.open(settings(), Unusable.REFUSE, NOON));
        assertEquals(JournalFault.Kind.TOO_NEW, fault.kind());
        assertEquals("99", schemaOf(file()));
    }

    /// Another file in the same place would fail alike: nothing is moved.
    @Test
    void aPlaceThatCannotBeUsedIsStillRefused() throws Exception {
        Files.createDirectory(file());
        var fault =
                assertThrows(
                        JournalFault.class,
                        () -> JournalOpening.open(settings(), Unusable.SET_ASIDE, NOON));
        assertEquals(JournalFault.Kind.UNREACHABLE, fault.kind());
        assertFalse(Files.exists(beside(".set-aside")));
    }

    private void writtenByANewerOne() throws Exception {
        JournalOpening.open(settings(), Unusable.REFUSE, NOON).close();
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file());
                var change = other.createStatement()) {
            change.execute("UPDATE meta SET value = '99' WHERE key = 'schema'");
        }
    }

    private static String schemaOf(Path journal) throws Exception {
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + journal);
                var ask = other.createStatement();
                var rows = ask.executeQuery("SELECT value FROM meta WHERE key = 'schema'")) {
            return rows.getString(1);
        }
    }

    private Journal.Settings settings() {
        return new Journal.Settings(file(), Duration.ofDays(1), 1000, 100, Set.of(), "boot-1");
    }

    private Path file() {
        return directory.resolve("journal.db");
    }

    private Path beside(String suffix) {
        return directory.resolve("journal.db" + suffix);
    }
}
