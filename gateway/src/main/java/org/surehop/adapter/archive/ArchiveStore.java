package org.surehop.adapter.archive;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.archive.Outcome;
import org.surehop.core.config.Archive;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.Reason;

/// Writes the entries of the archive on a thread of its own. The loop thread calls [#keep] and
/// [#settle], which never block. Each [Effect.KeepEntry] is answered once: with its number when it
/// is on the disk, or with why not. Several that wait share one flush of the index.
public final class ArchiveStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveStore.class);

    /// Entries that may wait; more would outlast the deadline of their messages.
    static final int WAITING = 256;

    private static final int BATCH = 64;
    private static final Duration TEND = Duration.ofMinutes(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(3);

    private final Archive archive;
    private final EventSink sink;
    private final InstantSource clock;
    private final ArrayBlockingQueue<Work> queue = new ArrayBlockingQueue<>(4 * WAITING);
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread writer;
    private final ArchiveHealth health = new ArchiveHealth();
    private Optional<Volume> volume;
    private Instant tended;

    private sealed interface Work {
        record Keep(Effect.KeepEntry effect) implements Work {}

        record Settle(long number, Outcome outcome) implements Work {}
    }

    private ArchiveStore(Archive archive, Volume volume, EventSink sink, InstantSource clock) {
        this.archive = archive;
        this.volume = Optional.of(volume);
        this.sink = sink;
        this.clock = clock;
        this.tended = clock.instant();
        this.writer = Thread.ofPlatform().name("archive").unstarted(this::run);
    }

    /// Opens the archive and starts the writer.
    public static ArchiveStore start(Archive archive, EventSink sink, InstantSource clock)
            throws ArchiveFault {
        var store = new ArchiveStore(archive, Volume.open(archive, clock.instant()), sink, clock);
        store.writer.start();
        return store;
    }

    /// Answers with [Event.EntryKept] or [Event.EntryNotKept].
    public void keep(Effect.KeepEntry effect) {
        if (queue.size() >= WAITING || !queue.offer(new Work.Keep(effect))) {
            sink.post(refused(effect, Reason.ARCHIVE_FAILED));
        }
    }

    /// An outcome that finds no room is lost, and the entry's outcome stays unknown.
    public void settle(Effect.SettleEntry effect) {
        if (!queue.offer(new Work.Settle(effect.number(), effect.outcome()))) {
            LOG.warn("outcome-lost entry={}", effect.number());
        }
    }

    /// How it fares, for the status. Any thread.
    public PartHealth health() {
        return health.told();
    }

    private void run() {
        var batch = new ArrayList<Work>(BATCH);
        while (!stop.get() || !queue.isEmpty()) {
            try {
                var first = queue.poll(500, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH - 1);
                    write(batch);
                }
                tend();
            } catch (InterruptedException _) {
                stop.set(true);
            }
            batch.clear();
        }
        shut();
    }

    private void write(ArrayList<Work> batch) {
        var answers = new ArrayList<Event>();
        if (health.pauses(clock.instant())) {
            refuse(batch);
            return;
        }
        try {
            var disk = volume();
            disk.turn(clock.instant());
            for (var work : batch) {
                switch (work) {
                    case Work.Keep(var effect) -> answers.add(added(disk, effect));
                    case Work.Settle(var number, var outcome) -> disk.settle(number, outcome);
                }
            }
            disk.commit();
            if (answers.stream().anyMatch(Event.EntryNotKept.class::isInstance)) {
                health.full(disk);
            } else {
                health.wrote(disk);
            }
        } catch (IOException | ArchiveFault fault) {
            failed(fault);
            refuse(batch);
            return;
        }
        answers.forEach(sink::post);
    }

    private void refuse(List<Work> batch) {
        for (var work : batch) {
            if (work instanceof Work.Keep(var effect)) {
                sink.post(refused(effect, Reason.ARCHIVE_FAILED));
            }
        }
    }

    private void failed(Exception fault) {
        LOG.warn("archive-failed fault={}", fault.getClass().getSimpleName());
        health.failed(fault, clock.instant());
        reopenLater();
    }

    private Event added(Volume disk, Effect.KeepEntry effect) throws IOException {
        var sealed = effect.sealed().toArray();
        return disk.full(sealed.length)
                ? refused(effect, Reason.ARCHIVE_FULL)
                : new Event.EntryKept(
                        clock.instant(), effect.task(), disk.add(effect.slip(), sealed));
    }

    private Event refused(Effect.KeepEntry effect, Reason reason) {
        return new Event.EntryNotKept(clock.instant(), effect.task(), reason);
    }

    /// After a fault the archive is opened anew, which removes what was half written.
    private Volume volume() throws ArchiveFault {
        if (volume.isEmpty()) {
            volume = Optional.of(Volume.open(archive, clock.instant()));
        }
        return volume.get();
    }

    private void reopenLater() {
        volume.ifPresent(Volume::abandon);
        volume = Optional.empty();
    }

    private void tend() {
        var now = clock.instant();
        if (now.isBefore(tended.plus(TEND))) {
            return;
        }
        tended = now;
        try {
            var disk = volume();
            var gone = disk.turn(now);
            if (gone > 0) {
                LOG.info("archive-aged days={}", gone);
                health.wrote(disk);
            }
        } catch (IOException | ArchiveFault fault) {
            failed(fault);
        }
    }

    private void shut() {
        try {
            if (volume.isPresent()) {
                volume.get().close();
            }
        } catch (IOException fault) {
            LOG.warn("archive-failed fault={}", fault.getClass().getSimpleName());
        }
    }

    /// Writes what waits, and ends.
    @Override
    public void close() {
        stop.set(true);
        try {
            writer.join(LAST_WORDS.toMillis());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
