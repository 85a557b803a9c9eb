package org.surehop.adapter.journal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth.State;

/// A real file system without room, and one that is read-only.
class FullDiskTest {
    @TempDir Path directory;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        var disk = Files.createDirectory(directory.resolve("disk")).toString();
        mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk) == 0;
        assumeTrue(mounted, "not run: needs the right to mount a small file system");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", directory.resolve("disk").toString());
        }
    }

    @Test
    void fullDiskIsReportedAndWhatWasTakenIsWrittenWhenThereIsRoomAgain() throws Exception {
        var ballast = directory.resolve("disk/ballast");
        try (var journal = open()) {
            Files.write(ballast, new byte[600 * 1024]);
            var taken = 0L;
            while (journal.health().state() == State.UP && taken < 20_000) {
                if (journal.append(JournalTest.notice("call-" + taken))) {
                    taken++;
                } else {
                    await().until(() -> true);
                }
                if (taken % 50 == 0) {
                    var soFar = taken;
                    await().until(
                                    () ->
                                            written(journal) == soFar
                                                    || journal.health().state() != State.UP);
                }
            }
            assertEquals(State.DOWN, journal.health().state());
            assertTrue(journal.health().phrase().contains("no room left"));
            assertEquals(0, journal.refused());
            Files.delete(ballast);
            var all = taken;
            await().until(() -> written(journal) == all);
            assertEquals(State.UP, journal.health().state());
        }
    }

    @Test
    void readOnlyFileSystemIsNamedAtStart() throws Exception {
        open().close();
        var disk = directory.resolve("disk").toString();
        assertEquals(0, run("mount", "-o", "remount,ro", disk));
        var fault = assertThrows(JournalFault.class, this::open);
        assertEquals(JournalFault.Kind.READ_ONLY, fault.kind());
        assertTrue(fault.getMessage().startsWith("journal.path: " + disk));
    }

    private static long written(Journal journal) {
        return journal.noticesByKind().getOrDefault(NoticeKind.VERDICT, 0L);
    }

    private Journal open() throws JournalFault {
        return Journal.open(
                new Journal.Settings(
                        directory.resolve("disk/journal.db"),
                        Duration.ofDays(3000),
                        100_000,
                        1000,
                        Set.of(),
                        "boot-1"),
                InstantSource.system());
    }

    private static int run(String... line) throws Exception {
        return new ProcessBuilder(line).redirectErrorStream(true).start().waitFor();
    }
}
