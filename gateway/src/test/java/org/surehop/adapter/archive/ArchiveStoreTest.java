package org.surehop.adapter.archive;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.archive.Outcome;
import org.surehop.core.archive.Slip;
import org.surehop.core.config.Archive;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Side;

class ArchiveStoreTest {
    private static final Instant DAY_ONE = Instant.parse("2030-01-01T23:59:00Z");

    @TempDir Path directory;
    private Instant now = DAY_ONE;
    private final InstantSource clock = () -> now;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private long task;

    private Archive config(long entries, long mib) {
        return new Archive(
                true,
                directory.resolve("archive").toString(),
                "a.pem",
                Archive.OnFailure.REFUSE,
                Duration.ofDays(2),
                entries,
                mib);
    }

    private ArchiveStore start(long entries, long mib) throws ArchiveFault {
        return ArchiveStore.start(config(entries, mib), events::offer, clock);
    }

    private <E extends Event> E next(Class<E> type) throws InterruptedException {
        return assertInstanceOf(type, events.poll(10, SECONDS));
    }

    private void keep(ArchiveStore store, String text) {
        var key =
                new CallKey(
                        new CallId("c-" + text.substring(0, Math.min(9, text.length()))),
                        "t",
                        1,
                        Method.MESSAGE);
        var slip = new Slip(now, Side.INSIDE, key, "sip:a@x", "sip:b@y", "sip:b@y", "", List.of());
        store.keep(new Effect.KeepEntry(new TaskId(++task), slip, Octets.copyOf(octets(text))));
    }

    private long kept(ArchiveStore store, String text) throws InterruptedException {
        keep(store, text);
        return next(Event.EntryKept.class).number();
    }

    private static byte[] octets(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private ArchiveReader reader() throws ArchiveFault {
        return ArchiveReader.open(directory.resolve("archive"));
    }

    @Test
    void keepsWhatItAnswersForAcrossARestart() throws Exception {
        try (var store = start(10, 1)) {
            assertEquals(1, kept(store, "one"));
            assertEquals(2, kept(store, "two"));
            store.settle(new Effect.SettleEntry(1, Outcome.DELIVERED));
        }
        try (var store = start(10, 1)) {
            assertEquals(3, kept(store, "three"));
        }
        var entries = reader().entries();
        assertEquals(List.of("delivered", "unknown", "unknown"), outcomes(entries));
        assertArrayEquals(octets("two"), entries.get(1).sealed());
        assertEquals("c-three", entries.get(2).callId());
        assertEquals(List.of(), reader().faults());
        var mode = Files.getPosixFilePermissions(entries.getFirst().file());
        assertEquals("rw-------", PosixFilePermissions.toString(mode));
    }

    private static List<String> outcomes(List<ArchiveReader.Entry> entries) {
        return entries.stream().map(ArchiveReader.Entry::outcome).toList();
    }

    @Test
    void contentOfWhatWasRefusedGoesAndTheChainHolds() throws Exception {
        try (var store = start(2, 1)) {
            kept(store, "refused");
            kept(store, "delivered");
            store.settle(new Effect.SettleEntry(1, Outcome.REFUSED));
            kept(store, "third");
        }
        assertEquals(List.of(2L, 3L), numbers());
        assertEquals(List.of(), reader().faults());
    }

    private List<Long> numbers() throws ArchiveFault {
        return reader().entries().stream().map(ArchiveReader.Entry::number).toList();
    }

    @Test
    void aFullArchiveTakesNothingAndLosesNothing() throws Exception {
        try (var store = start(1, 1)) {
            kept(store, "one");
            keep(store, "two");
            assertEquals(Reason.ARCHIVE_FULL, next(Event.EntryNotKept.class).reason());
        }
        try (var store = start(10, 1)) {
            keep(store, "x".repeat(1 << 20));
            assertEquals(Reason.ARCHIVE_FULL, next(Event.EntryNotKept.class).reason());
        }
        assertEquals(List.of(1L), numbers());
    }

    @Test
    void daysGoWholeWhenTheirTimeIsOver() throws Exception {
        try (var store = start(2, 1)) {
            kept(store, "one");
            now = DAY_ONE.plus(Duration.ofDays(2));
            kept(store, "two");
            assertEquals(List.of(1L, 2L), numbers());
            now = DAY_ONE.plus(Duration.ofDays(4));
            assertEquals(3, kept(store, "three"), "room was made");
        }
        assertEquals(List.of(2L, 3L), numbers());
        assertEquals(List.of(), reader().faults());
    }

    @Test
    void whatAnInterruptedWriterLeftIsRemoved() throws Exception {
        try (var store = start(10, 1)) {
            kept(store, "one");
        }
        var day = directory.resolve("archive/2030-01-01");
        Files.writeString(day.resolve("000000000002.p7m"), "nobody was told of it");
        Files.writeString(day.resolve("index"), "0123 half a li", StandardOpenOption.APPEND);
        try (var store = start(10, 1)) {
            assertEquals(2, kept(store, "two"));
        }
        assertEquals(List.of(), reader().faults());
        assertArrayEquals(octets("two"), reader().entries().getLast().sealed());
    }

    @Test
    void seesWhatWasChangedAddedOrTakenAway() throws Exception {
        try (var store = start(10, 1)) {
            for (var text : List.of("one", "two", "three")) {
                kept(store, text);
            }
        }
        var file = reader().entries().getFirst().file();
        Files.writeString(file, "forged");
        assertTrue(reader().faults().getFirst().contains("was changed"));
        Files.delete(file);
        assertTrue(reader().faults().getFirst().contains("cannot be read"));
        var index = file.resolveSibling("index");
        var lines = Files.readAllLines(index);
        Files.write(index, List.of(lines.get(0), lines.get(2)));
        var faults = reader().faults();
        assertTrue(faults.stream().anyMatch(f -> f.contains("the chain is broken")), "" + faults);
        assertTrue(faults.stream().anyMatch(f -> f.contains("is in no index")), "" + faults);
    }

    @Test
    void aFailingDiskIsToldAndTriedAgain() throws Exception {
        try (var store = start(10, 1)) {
            kept(store, "one");
            var day = directory.resolve("archive/2030-01-01");
            // A directory that stands where the entry belongs: it cannot be created.
            var obstacle = Files.createDirectory(day.resolve("000000000002.p7m"));
            keep(store, "two");
            assertEquals(Reason.ARCHIVE_FAILED, next(Event.EntryNotKept.class).reason());
            assertEquals(State.DOWN, store.health().state());
            if (Files.exists(obstacle)) {
                Files.delete(obstacle);
            }
            assertEquals(2, kept(store, "three"));
            assertEquals(State.UP, store.health().state());
        }
        assertEquals(List.of(), reader().faults());
    }

    // An archive that could not be opened again stayed locked by the try, and never healed; and
    // each message made it read all its indexes again.
    @Test
    void anArchiveThatGoesOnFailingIsTriedOnceASecond() throws Exception {
        try (var store = start(10, 1)) {
            kept(store, "one");
            var day = directory.resolve("archive/2030-01-01");
            var place = day.resolve("000000000002.p7m");
            // What stands there is not empty: nobody removes it.
            Files.createDirectory(place);
            Files.writeString(place.resolve("stone"), "");
            for (var text : List.of("two", "three")) {
                keep(store, text);
                next(Event.EntryNotKept.class);
            }
            Files.delete(place.resolve("stone"));
            Files.delete(place);
            keep(store, "four");
            assertEquals(Reason.ARCHIVE_FAILED, next(Event.EntryNotKept.class).reason());
            now = now.plusSeconds(1);
            assertEquals(2, kept(store, "five"));
        }
    }

    @Test
    void tellsHowFullItIs() throws Exception {
        try (var store = start(10, 1)) {
            for (int i = 1; i <= 8; i++) {
                kept(store, "m" + i);
            }
            assertEquals(State.UP, store.health().state());
            kept(store, "m9");
            assertEquals(State.DEGRADED, store.health().state());
            assertEquals("9 entries, 90 per cent full", store.health().phrase());
            kept(store, "m10");
            keep(store, "m11");
            next(Event.EntryNotKept.class);
            assertEquals(State.DOWN, store.health().state());
            assertEquals("full: 10 entries, nothing more is taken", store.health().phrase());
        }
    }

    @Test
    void twoGatewaysDoNotShareOne() throws Exception {
        try (var store = start(10, 1)) {
            kept(store, "one");
            var fault = assertThrows(ArchiveFault.class, () -> start(10, 1));
            assertTrue(String.valueOf(fault.getMessage()).startsWith("services.archive.path: "));
        }
    }

    @Test
    void whatIsNoDirectoryIsSaidInOneSentence() throws IOException {
        Files.writeString(directory.resolve("archive"), "");
        assertThrows(ArchiveFault.class, () -> start(10, 1));
        assertFalse(Files.isDirectory(directory.resolve("archive")));
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnce() throws Exception {
        try (var store = start(100_000, 100)) {
            for (int i = 0; i < 50 * ArchiveStore.WAITING; i++) {
                keep(store, "m" + i);
            }
            var kept = 0;
            var refused = 0;
            for (int i = 0; i < 50 * ArchiveStore.WAITING; i++) {
                switch (events.poll(30, SECONDS)) {
                    case Event.EntryKept _ -> kept++;
                    case Event.EntryNotKept _ -> refused++;
                    case null, default -> throw new AssertionError("an answer is missing");
                }
            }
            assertTrue(kept >= ArchiveStore.WAITING && refused > 0, kept + " " + refused);
        }
    }
}
