package org.surehop.adapter.journal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.gateway.Status;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.PartHealth;
import org.surehop.core.report.PartHealth.Part;
import org.surehop.core.report.PartHealth.State;
import org.surehop.core.report.Sink;

/// The durable event journal and the outbox of all sinks. [#append], [#record] and [#status] are
/// called on the loop thread and never block; one thread of the journal's own writes in batches and
/// each sink has a thread that reads behind its cursor.
public final class Journal implements AutoCloseable {
    /// What counts as a decision in [#decisions].
    public static final Set<NoticeKind> DECISIONS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            NoticeKind.VERDICT,
                            NoticeKind.VERDICT_CHANGED,
                            NoticeKind.E2E_SEC_REJECTED,
                            NoticeKind.INJECTED_REJECTED,
                            NoticeKind.CALL_REFUSED));

    /// How many decisions are kept at hand.
    public static final int RING = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int BATCH = 512;
    private static final Duration IDLE = Duration.ofMillis(200);
    /// What one call causes comes within moments: together it costs one commit to flash, not ten.
    private static final Duration GATHER = Duration.ofMillis(10);

    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final Duration STATUS_EVERY = Duration.ofSeconds(1);
    private static final Duration STATUS_AT_LEAST = Duration.ofSeconds(5);
    private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

    /// Where the journal is and how much it keeps. `sinks` names every sink of the configuration:
    /// what one of them still waits for is never forgotten. `queue` is how many notices and stories
    /// may wait for the writer.
    public record Settings(
            Path file, Duration keep, long maxEvents, int queue, Set<String> sinks, String bootId) {
        public Settings {
            sinks = Set.copyOf(sinks);
        }
    }

    private sealed interface Work {
        record Tell(Notice notice) implements Work {}

        record Keep(CallRecord story) implements Work {}
    }

    private final Settings settings;
    private final InstantSource clock;
    private final Store store;
    private final ArrayBlockingQueue<Work> queue;
    private final Map<String, Long> cursors = new ConcurrentHashMap<>();
    private final Map<String, Long> moved = new ConcurrentHashMap<>();
    private final AtomicReference<Optional<Status>> latestStatus =
            new AtomicReference<>(Optional.empty());
    private final AtomicLong refused = new AtomicLong();
    private final List<SinkPump> pumps = new CopyOnWriteArrayList<>();
    private final Committed committed;
    private final Thread writer;
    private volatile boolean refusing;
    private volatile boolean writing;
    private volatile boolean closing;
    private volatile String fault = "";
    private volatile List<JournalEntry> decisions;
    private volatile Map<NoticeKind, Long> noticesByKind = Map.of();
    private Instant nextStatus = Instant.MIN;
    private Instant lastStatusAt = Instant.EPOCH;
    private String lastStatus = "";
    private Instant nextForget = Instant.MIN;

    private Journal(Settings settings, InstantSource clock, Store store) throws SQLException {
        this.settings = settings;
        this.clock = clock;
        this.store = store;
        this.queue = new ArrayBlockingQueue<>(settings.queue());
        this.cursors.putAll(store.keepCursors(settings.sinks()));
        this.committed = new Committed(store.lastSeq());
        var kinds = DECISIONS.stream().map(NoticeKind::wireName).toList();
        this.decisions = List.copyOf(store.latest(kinds, RING));
        this.writer = Thread.ofPlatform().name("journal").daemon(true).unstarted(this::write);
    }

    /// Opens or makes the file and starts the writer.
    public static Journal open(Settings settings, InstantSource clock) throws JournalFault {
        var store = Store.open(settings.file(), settings.bootId());
        try {
            var journal = new Journal(settings, clock, store);
            journal.writer.start();
            return journal;
        } catch (SQLException e) {
            throw JournalFault.of(settings.file(), e);
        }
    }

    /// Takes the notice for writing and telling. False means that the queue is full and the notice
    /// is not taken: the caller counts it, and [#health] says so.
    public boolean append(Notice notice) {
        return take(new Work.Tell(notice));
    }

    /// Takes the story of a call, with the same answer.
    public boolean record(CallRecord story) {
        return take(new Work.Keep(story));
    }

    private boolean take(Work work) {
        if (refusing || !queue.offer(work)) {
            refused.incrementAndGet();
            return false;
        }
        return true;
    }

    /// The latest state for `surehop status`; written at most once a second, and when nothing but
    /// its time has changed, every five seconds.
    public void status(Status status) {
        latestStatus.set(Optional.of(status));
    }

    /// Starts telling this sink all that is behind its cursor, for as long as the journal is open.
    /// The sink's name is one of the settings.
    public void deliverTo(Sink sink) {
        if (!settings.sinks().contains(sink.name())) {
            throw new IllegalArgumentException("no cursor is kept for sink " + sink.name());
        }
        var from = cursors.getOrDefault(sink.name(), committed.last());
        var pump = new SinkPump(settings.file(), sink, committed, this::delivered, from);
        pumps.add(pump);
        pump.start();
    }

    private void delivered(String sink, long seq) {
        cursors.put(sink, seq);
        moved.put(sink, seq);
    }

    /// How many committed notices this sink has not acknowledged.
    public long backlog(String sink) {
        return committed.last() - cursors.getOrDefault(sink, committed.last());
    }

    /// The latest decisions, oldest first, at most [#RING]; they survive a restart.
    public List<JournalEntry> decisions() {
        return decisions;
    }

    /// How many notices of each kind this run has committed.
    public Map<NoticeKind, Long> noticesByKind() {
        return noticesByKind;
    }

    /// How many notices and stories were not taken because the queue was full.
    public long refused() {
        return refused.get();
    }

    public PartHealth health() {
        if (!fault.isEmpty()) {
            return new PartHealth(Part.JOURNAL, State.DOWN, fault);
        }
        if (refused.get() > 0) {
            return new PartHealth(
                    Part.JOURNAL, State.DEGRADED, refused.get() + " reports refused: queue full");
        }
        var waiting = settings.sinks().stream().mapToLong(this::backlog).max().orElse(0);
        if (waiting > settings.maxEvents()) {
            return new PartHealth(
                    Part.JOURNAL, State.DEGRADED, waiting + " reports wait for a receiver");
        }
        return new PartHealth(Part.JOURNAL, State.UP, "last report " + committed.last());
    }

    /// Takes nothing more, gives the sinks a second for what is queued (the rest waits for the next
    /// start), stops them, and closes the file.
    @Override
    public void close() {
        refusing = true;
        settle();
        pumps.forEach(SinkPump::stop);
        closing = true;
        try {
            writer.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void settle() {
        var end = System.nanoTime() + SETTLE.toNanos();
        try {
            while (unsettled() && System.nanoTime() < end) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean unsettled() {
        var waiting = pumps.stream().anyMatch(pump -> backlog(pump.name()) > 0);
        return fault.isEmpty() && (writing || !queue.isEmpty() || waiting);
    }

    private void write() {
        var batch = new ArrayList<Work>();
        while (!closing || !queue.isEmpty() || !batch.isEmpty()) {
            try {
                if (batch.isEmpty()) {
                    fill(batch);
                }
                commit(batch);
                batch.clear();
                writing = false;
                recovered();
            } catch (SQLException e) {
                store.rollback();
                failed(e);
                if (closing) {
                    LOG.error("journal closed with {} reports unwritten", batch.size());
                    break;
                }
                pause();
            } catch (InterruptedException e) {
                closing = true;
            }
        }
        closeStore();
    }

    private void fill(List<Work> batch) throws InterruptedException {
        var first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            writing = true;
            batch.add(first);
            if (!closing && queue.size() < BATCH) {
                LockSupport.parkNanos(GATHER.toNanos());
            }
            queue.drainTo(batch, BATCH - 1);
        }
    }

    private void commit(List<Work> batch) throws SQLException {
        var notices = new ArrayList<Notice>();
        // Of one call the last story counts: at speed a whole call fits into one batch.
        var stories = new LinkedHashMap<CallKey, CallRecord>();
        for (var work : batch) {
            switch (work) {
                case Work.Tell(var notice) -> notices.add(notice);
                case Work.Keep(var story) -> stories.put(story.key(), story);
            }
        }
        store.begin();
        var entries = store.write(notices, stories.values());
        var cursorsNow = Map.copyOf(moved);
        store.moveCursors(cursorsNow);
        writeStatus();
        forget();
        store.commit();
        cursorsNow.forEach(moved::remove);
        remember(entries);
        entries.forEach(entry -> committed.moveTo(entry.seq()));
        committed.wake();
    }

    private void writeStatus() throws SQLException {
        var now = clock.instant();
        if (now.isBefore(nextStatus) && !closing) {
            return;
        }
        var status = latestStatus.getAndSet(Optional.empty());
        if (status.isEmpty()) {
            return;
        }
        // The same state again only shows that the gateway lives; flash memory wears.
        var json = StatusJson.write(status.get());
        if (!json.equals(lastStatus) || !now.isBefore(lastStatusAt.plus(STATUS_AT_LEAST))) {
            store.status(status.get().snapshot().at(), json);
            nextStatus = now.plus(STATUS_EVERY);
            lastStatusAt = now;
            lastStatus = json;
        }
    }

    private void forget() throws SQLException {
        var now = clock.instant();
        if (now.isBefore(nextForget)) {
            return;
        }
        nextForget = now.plus(FORGET_EVERY);
        store.forget(now.minus(settings.keep()), settings.maxEvents());
    }

    private void remember(List<JournalEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        var counts = new EnumMap<NoticeKind, Long>(NoticeKind.class);
        counts.putAll(noticesByKind);
        var ring = new ArrayList<>(decisions);
        for (var entry : entries) {
            counts.merge(entry.notice().kind(), 1L, Long::sum);
            if (DECISIONS.contains(entry.notice().kind())) {
                ring.add(entry);
            }
        }
        noticesByKind = Collections.unmodifiableMap(counts);
        decisions = List.copyOf(ring.subList(Math.max(0, ring.size() - RING), ring.size()));
    }

    private void failed(SQLException e) {
        var sentence = JournalFault.of(settings.file(), e).getMessage();
        if (fault.isEmpty()) {
            LOG.error("journal failing, retrying every {} ms: {}", RETRY.toMillis(), sentence, e);
        }
        fault = sentence == null ? "storage fault" : sentence;
    }

    private void recovered() {
        if (!fault.isEmpty()) {
            LOG.warn("journal writes again");
            fault = "";
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            closing = true;
        }
    }

    private void closeStore() {
        try {
            // The last state, and what the sinks acknowledged meanwhile.
            commit(List.of());
        } catch (SQLException e) {
            store.rollback();
            LOG.warn("journal could not write its last state", e);
        }
        try {
            store.close();
        } catch (SQLException e) {
            LOG.warn("journal did not close cleanly", e);
        }
    }
}
