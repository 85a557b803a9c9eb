package org.surehop.adapter.journal;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Sink;

/// A process that is killed without warning between journal and receiver loses no report.
class KilledProcessTest {
    @TempDir Path directory;

    @Test
    void everythingCommittedArrivesAtLeastOnceInOrderAfterKill() throws Exception {
        var file = directory.resolve("journal.db");
        var received = directory.resolve("received");
        Files.createFile(received);
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx64m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Victim.class.getName(),
                                file.toString(),
                                received.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("child.log").toFile())
                        .start();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> lines(received).size() > 20);
        } finally {
            child.destroyForcibly().waitFor();
        }
        var before = lines(received).stream().map(Long::valueOf).toList();
        assertEquals(LongStream.rangeClosed(1, before.size()).boxed().toList(), before);

        List<JournalEntry> after = new CopyOnWriteArrayList<>();
        long last;
        try (var reader = JournalReader.open(file)) {
            last =
                    reader.entries(
                                    new JournalReader.Query(
                                            0, java.time.Instant.EPOCH, "", "", 1, true))
                            .getFirst()
                            .seq();
        }
        assertTrue(last > before.size(), "the child was killed with reports still to tell");
        try (var journal = Journal.open(Victim.settings(file, "boot-2"), InstantSource.system())) {
            journal.deliverTo(sink(after));
            await().until(() -> !after.isEmpty() && after.getLast().seq() == last);
        }
        var again = after.stream().map(JournalEntry::seq).toList();
        assertEquals(
                LongStream.rangeClosed(again.getFirst(), last).boxed().toList(), again, "in order");
        var all = new TreeSet<>(before);
        all.addAll(again);
        assertEquals(LongStream.rangeClosed(1, last).boxed().toList(), new ArrayList<>(all));
        assertEquals("boot-1", after.getFirst().bootId(), "told under the run that saw it");
    }

    private static Sink sink(List<JournalEntry> got) {
        return new Sink() {
            @Override
            public String name() {
                return "mqtt";
            }

            @Override
            public int deliver(List<JournalEntry> entries) {
                got.addAll(entries);
                return entries.size();
            }
        };
    }

    private static List<String> lines(Path file) throws Exception {
        var text = Files.readString(file);
        var whole = text.substring(0, text.lastIndexOf('\n') + 1);
        return whole.lines().toList();
    }

    /// The process that gets killed: journals as fast as it can, with a slow receiver.
    static final class Victim {
        static Journal.Settings settings(Path file, String boot) {
            return new Journal.Settings(
                    file, Duration.ofDays(1), 100_000, 1000, Set.of("mqtt"), boot);
        }

        public static void main(String[] args) throws Exception {
            var received = Path.of(args[1]);
            var journal =
                    Journal.open(settings(Path.of(args[0]), "boot-1"), InstantSource.system());
            journal.deliverTo(
                    new Sink() {
                        @Override
                        public String name() {
                            return "mqtt";
                        }

                        @Override
                        public int deliver(List<JournalEntry> entries) throws InterruptedException {
                            try {
                                Files.writeString(
                                        received,
                                        entries.getFirst().seq() + "\n",
                                        java.nio.file.StandardOpenOption.APPEND);
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                            Thread.sleep(5);
                            return 1;
                        }
                    });
            for (int i = 0; ; i++) {
                if (i > 5000 || !journal.append(JournalTest.notice("call-" + i))) {
                    Thread.sleep(20);
                }
            }
        }
    }
}
