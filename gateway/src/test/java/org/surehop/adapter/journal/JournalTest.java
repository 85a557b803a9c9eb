package org.surehop.adapter.journal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.report.Sink;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;

class JournalTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.5Z");

    @TempDir Path directory;

    @Test
    void tellsEachSinkEverythingInOrder() throws Exception {
        var broker = new Recorder("mqtt");
        var receiver = new Recorder("snmp:noc");
        try (var journal = open(settings(Set.of("mqtt", "snmp:noc")), InstantSource.fixed(NOON))) {
            journal.deliverTo(broker);
            journal.deliverTo(receiver);
            for (int i = 0; i < 1000; i++) {
                assertTrue(journal.append(notice("call-" + i)));
                if (i % 100 == 0) {
                    await().until(() -> journal.health().state() == State.UP);
                }
            }
            await().until(() -> broker.got.size() == 1000 && receiver.got.size() == 1000);
            assertEquals(LongStream.rangeClosed(1, 1000).boxed().toList(), broker.seqs());
            assertEquals(broker.got, receiver.got);
            assertEquals("call-999", broker.got.get(999).notice().call().get().callId().value());
            assertEquals(1000L, journal.noticesByKind().get(NoticeKind.VERDICT));
            await().until(() -> journal.backlog("mqtt") == 0);
        }
    }

    @Test
    void keepsEveryFieldOfANotice() throws Exception {
        var odd =
                new Notice(
                        NOON,
                        NoticeKind.PINHOLE_OPEN,
                        Severity.MAJOR,
                        Optional.of(
                                new CallKey(new CallId("a\u001b[2J\"\\"), "t", 7, Method.INVITE)),
                        Optional.of(Leg.B),
                        Reason.ALL_HOPS_ATTESTED,
                        Map.of("flow", "tab\tquote\"\u0000é\ud83d\ude00"));
        var bare =
                new Notice(
                        NOON,
                        NoticeKind.STARTED,
                        Severity.INFO,
                        Optional.empty(),
                        Optional.empty(),
                        Reason.NONE,
                        Map.of());
        try (var journal = open(settings(Set.of()), InstantSource.fixed(NOON))) {
            journal.append(odd);
            journal.append(bare);
        }
        try (var reader = JournalReader.open(file())) {
            var entries = reader.entries(JournalReader.Query.after(0));
            assertEquals(
                    List.of(
                            new JournalEntry(1, "boot-1", odd),
                            new JournalEntry(2, "boot-1", bare)),
                    entries);
        }
    }

    @Test
    void aSinkThatDoesNotAnswerHoldsUpNobodyAndLosesNothing() throws Exception {
        var broker = new Recorder("mqtt");
        var dead = new Recorder("snmp:dead");
        dead.answers = false;
        var settings = settings(Set.of("mqtt", "snmp:dead"));
        try (var journal = open(settings, InstantSource.fixed(NOON))) {
            journal.deliverTo(broker);
            journal.deliverTo(dead);
            journal.append(notice("one"));
            journal.append(notice("two"));
            await().until(() -> broker.got.size() == 2);
            assertEquals(2, journal.backlog("snmp:dead"));
        }
        dead.answers = true;
        dead.got.clear();
        try (var journal = open(settings, InstantSource.fixed(NOON))) {
            journal.deliverTo(broker);
            journal.deliverTo(dead);
            await().until(() -> dead.got.size() == 2);
            assertEquals(List.of(1L, 2L), dead.seqs());
            assertEquals(2, broker.got.size(), "what was acknowledged does not come again");
        }
    }

    @Test
    void offersTheRestAgainAfterPartOfABatch() throws Exception {
        var broker = new Recorder("mqtt");
        broker.atMost = 3;
        try (var journal = open(settings(Set.of("mqtt")), InstantSource.fixed(NOON))) {
            for (int i = 0; i < 8; i++) {
                journal.append(notice("c" + i));
            }
            await().until(() -> journal.backlog("mqtt") == 8);
            journal.deliverTo(broker);
            await().until(() -> broker.got.size() == 8);
            assertEquals(LongStream.rangeClosed(1, 8).boxed().toList(), broker.seqs());
        }
    }

    @Test
    void saysNoWhenTheQueueIsFullAndRecoversWhenTheFileCanBeWrittenAgain() throws Exception {
        var settings =
                new Journal.Settings(file(), Duration.ofDays(1), 1000, 4, Set.of(), "boot-1");
        try (var journal = open(settings, InstantSource.fixed(NOON));
                var other = DriverManager.getConnection("jdbc:sqlite:" + file())) {
            other.createStatement().execute("BEGIN IMMEDIATE");
            var taken = 0;
            var refusedOnce = false;
            for (int i = 0; i < 600 && !refusedOnce; i++) {
                if (journal.append(notice("c" + i))) {
                    taken++;
                } else {
                    refusedOnce = true;
                }
                Thread.onSpinWait();
            }
            assertTrue(refusedOnce);
            assertEquals(1, journal.refused());
            await().until(() -> journal.health().state() == State.DOWN);
            other.createStatement().execute("COMMIT");
            await().until(() -> journal.health().state() == State.DEGRADED);
            var expected = (long) taken;
            await().until(() -> journal.noticesByKind().get(NoticeKind.VERDICT) == expected);
        }
    }

    @Test
    void forgetsOnlyWhatEverySinkHasAcknowledged() throws Exception {
        var store = Store.open(file(), "boot-1");
        store.keepCursors(Set.of("mqtt", "snmp:noc"));
        store.write(List.of(notice("a"), notice("b"), notice("c")), List.of());
        store.moveCursors(Map.of("mqtt", 3L, "snmp:noc", 1L));
        assertEquals(1, store.forget(NOON.plusSeconds(1), 100));
        store.moveCursors(Map.of("snmp:noc", 3L));
        assertEquals(1, store.forget(Instant.EPOCH, 1), "by count: all but the last one");
        assertEquals(1, store.forget(NOON.plusSeconds(1), 1), "by age");
        assertEquals(3, store.lastSeq(), "numbers are never given again");
        store.close();
    }

    @Test
    void laterStoryOfACallReplacesTheEarlier() throws Exception {
        var key = new CallKey(new CallId("x1"), "t", 1, Method.INVITE);
        var line = new CallRecord.LadderLine(NOON, "A", "GW", "INVITE sip:b@example.net");
        var first = new CallRecord(key, NOON, NOON, false, Map.of("verdict", "?"), List.of(line));
        var last =
                new CallRecord(
                        key,
                        NOON,
                        NOON.plusSeconds(9),
                        true,
                        Map.of("verdict", "ASSURED"),
                        List.of(line, line));
        try (var journal = open(settings(Set.of()), InstantSource.fixed(NOON))) {
            journal.record(first);
            journal.record(last);
        }
        try (var reader = JournalReader.open(file())) {
            assertEquals(List.of(last), reader.stories("x", 10));
            assertEquals(List.of(), reader.stories("y", 10));
        }
    }

    @Test
    void decisionsSurviveARestartAndAreAtMost64() throws Exception {
        try (var journal = open(settings(Set.of()), InstantSource.fixed(NOON))) {
            for (int i = 0; i < 70; i++) {
                journal.append(notice("c" + i));
            }
            await().until(() -> journal.noticesByKind().getOrDefault(NoticeKind.VERDICT, 0L) == 70);
            assertEquals(64, journal.decisions().size());
        }
        try (var journal = open(settings(Set.of()), InstantSource.fixed(NOON))) {
            assertEquals(64, journal.decisions().size());
            assertEquals(70, journal.decisions().getLast().seq());
        }
    }

    @Test
    void fileIsForItsOwnerAlone() throws Exception {
        try (var journal = open(settings(Set.of()), InstantSource.fixed(NOON))) {
            journal.append(notice("x"));
            await().until(() -> !journal.noticesByKind().isEmpty());
            for (var suffix : List.of("", "-wal", "-shm")) {
                var mode = Files.getPosixFilePermissions(Path.of(file() + suffix));
                assertEquals("rw-------", PosixFilePermissions.toString(mode), suffix);
            }
        }
    }

    @Test
    void damagedFileIsNamedAtStart() throws Exception {
        Files.writeString(file(), "this is no database, however long one looks at it ".repeat(200));
        var fault = assertThrows(JournalFault.class, () -> open(settings(Set.of()), null));
        assertEquals(JournalFault.Kind.CORRUPT, fault.kind());
        assertEquals(
                "journal.path: " + file() + " is no intact journal: move it away.",
                fault.getMessage());
    }

    @Test
    void directoryInPlaceOfTheFileIsNamedAtStart() throws Exception {
        Files.createDirectory(file());
        var fault = assertThrows(JournalFault.class, () -> open(settings(Set.of()), null));
        assertEquals(JournalFault.Kind.UNREACHABLE, fault.kind());
    }

    @Test
    void journalOfANewerProgramIsLeftAlone() throws Exception {
        open(settings(Set.of()), InstantSource.fixed(NOON)).close();
        try (var other = DriverManager.getConnection("jdbc:sqlite:" + file())) {
            other.createStatement().execute("UPDATE meta SET value = '99' WHERE key = 'schema'");
        }
        var fault = assertThrows(JournalFault.class, () -> open(settings(Set.of()), null));
        assertEquals(JournalFault.Kind.TOO_NEW, fault.kind());
    }

    @Test
    void aSinkNewToAJournalWithAPastIsToldTheFutureOnly() throws Exception {
        try (var journal = open(settings(Set.of("mqtt")), InstantSource.fixed(NOON))) {
            journal.append(notice("old"));
        }
        var late = new Recorder("snmp:late");
        try (var journal = open(settings(Set.of("mqtt", "snmp:late")), InstantSource.fixed(NOON))) {
            journal.deliverTo(late);
            assertEquals(1, journal.backlog("mqtt"));
            journal.append(notice("new"));
            await().until(() -> !late.got.isEmpty());
            assertEquals(List.of(2L), late.seqs());
        }
        assertFalse(late.got.isEmpty());
    }

    private Path file() {
        return directory.resolve("journal.db");
    }

    private Journal.Settings settings(Set<String> sinks) {
        return new Journal.Settings(file(), Duration.ofDays(1), 100_000, 2000, sinks, "boot-1");
    }

    private static Journal open(Journal.Settings settings, InstantSource clock)
            throws JournalFault {
        return Journal.open(settings, clock == null ? InstantSource.fixed(NOON) : clock);
    }

    static Notice notice(String callId) {
        return new Notice(
                NOON,
                NoticeKind.VERDICT,
                Severity.INFO,
                Optional.of(new CallKey(new CallId(callId), "tag", 1, Method.INVITE)),
                Optional.of(Leg.A),
                Reason.ALL_HOPS_ATTESTED,
                Map.of("verdict", "ASSURED"));
    }

    private static final class Recorder implements Sink {
        private final String name;
        final List<JournalEntry> got = new CopyOnWriteArrayList<>();
        volatile boolean answers = true;
        volatile int atMost = Integer.MAX_VALUE;

        Recorder(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int deliver(List<JournalEntry> entries) {
            if (!answers) {
                return 0;
            }
            var count = Math.min(entries.size(), atMost);
            got.addAll(entries.subList(0, count));
            return count;
        }

        List<Long> seqs() {
            return got.stream().map(JournalEntry::seq).toList();
        }
    }
}
