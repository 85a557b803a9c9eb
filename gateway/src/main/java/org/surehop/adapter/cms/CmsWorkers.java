package org.surehop.adapter.cms;

import java.security.Provider;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// Does the CMS work of the gateway on a few threads of its own. The loop thread calls the
/// handlers, which never block: what finds the queue full is answered at once (`BUSY`,
/// `QUEUE_FULL`). Every effect is answered by exactly one event.
public final class CmsWorkers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CmsWorkers.class);

    /// A body takes about a millisecond: more than this many waiting per worker would time out.
    static final int QUEUE_PER_WORKER = 256;

    private static final int POST_ATTEMPTS = 2_000;
    private static final long POST_PAUSE_NANOS = 1_000_000;

    private final SmimeKeys keys;
    private final BodyReader reader;
    private final HopReportOpener reports;
    private final MessageReading messages;
    private final SignatureMaker signer;
    private final String reportType;
    private final EventSink sink;
    private final InstantSource clock;
    private final ThreadPoolExecutor pool;
    private final AtomicLong refusedBusy = new AtomicLong();
    private final AtomicLong lostAnswers = new AtomicLong();

    /// What of the configuration concerns this room.
    public record Settings(
            Disclosure policy, int bodyBytes, String reportType, SmimeReading reading) {
        public Settings(Disclosure policy, int bodyBytes, String reportType) {
            this(policy, bodyBytes, reportType, SmimeReading.DEFAULT);
        }

        public static Settings of(GatewayConfig config) {
            return new Settings(
                    config.disclosure(),
                    config.limits().bodyBytes(),
                    config.assurance().notifyBodyType(),
                    config.smime().reading());
        }
    }

    /// Workers without an archive.
    public CmsWorkers(SmimeKeys keys, Settings settings, EventSink sink, InstantSource clock) {
        this(keys, settings, Optional.empty(), sink, clock);
    }

    /// `seal` makes the entries of the archive, if there is one.
    public CmsWorkers(
            SmimeKeys keys,
            Settings settings,
            Optional<ArchiveSeal> seal,
            EventSink sink,
            InstantSource clock) {
        var workers = settings.policy().workers();
        this.keys = keys;
        this.reader =
                new BodyReader(
                        keys, settings.policy(), settings.bodyBytes(), settings.reading(), clock);
        this.messages = new MessageReading(reader, seal);
        this.signer = new SignatureMaker(keys.signer(), keys.provider());
        this.reportType = settings.reportType().toLowerCase(Locale.ROOT);
        this.reports = new HopReportOpener(reader, reportType);
        this.sink = sink;
        this.clock = clock;
        var number = new AtomicInteger();
        this.pool =
                new ThreadPoolExecutor(
                        workers,
                        workers,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(workers * QUEUE_PER_WORKER),
                        task ->
                                Thread.ofPlatform()
                                        .name("cms-" + number.incrementAndGet())
                                        .unstarted(task));
    }

    /// Loads the keys that the configuration names and starts the workers.
    public static CmsWorkers start(
            GatewayConfig config, Provider provider, EventSink sink, InstantSource clock)
            throws KeyMaterialFault {
        return new CmsWorkers(
                SmimeKeys.load(config.smime(), provider), Settings.of(config), sink, clock);
    }

    /// Throws when a file that the configuration names besides the keys cannot be used.
    public void check() throws KeyMaterialFault {
        reader.check();
    }

    /// Our recipient certificate in DER: what a 496 carries.
    public Octets certificate() {
        return keys.recipient().der();
    }

    /// How often work was refused because too much of it was waiting.
    public long refusedBusy() {
        return refusedBusy.get();
    }

    /// How often the loop took no answer for two seconds; the call then ends by its own deadline.
    public long lostAnswers() {
        return lostAnswers.get();
    }

    /// Answers with [Event.BodyOpened].
    public void open(Effect.OpenBody effect) {
        var lease = reader.kept().enter(effect.scope());
        submit(
                () -> opened(effect, lease),
                () -> {
                    lease.close();
                    return new Event.BodyOpened(
                            clock.instant(),
                            effect.task(),
                            new BodyFacts(List.of(), Set.of(Obstacle.BUSY)));
                });
    }

    /// Wipes the content keys of a dialog that is over (CEK-7).
    public void forget(Effect.ForgetKeys effect) {
        reader.kept().end(effect.scope());
    }

    /// How many content keys are held for messages to come.
    public int keptKeys() {
        return reader.kept().size();
    }

    /// Answers with [Event.MessageRead].
    public void readMessage(Effect.ReadMessage effect) {
        var lease = reader.kept().enter(effect.scope());
        submit(
                () -> message(effect, lease),
                () -> {
                    lease.close();
                    return unread(effect, Obstacle.BUSY);
                });
    }

    /// Answers with [Event.LocationRead].
    public void readLocation(Effect.ReadLocation effect) {
        submit(
                () ->
                        new Event.LocationRead(
                                clock.instant(),
                                effect.task(),
                                LocationReader.read(effect.object().toArray())),
                () -> new Event.LocationRead(clock.instant(), effect.task(), Optional.empty()));
    }

    /// Answers with [Event.HopReportRead] or [Event.HopReportRefused].
    public void read(Effect.ReadHopReport effect) {
        submit(
                () -> readReport(effect),
                () ->
                        new Event.HopReportRefused(
                                clock.instant(), effect.task(), Reason.QUEUE_FULL));
    }

    /// Answers with [Event.HopReportMade] or, when there is no room, [Event.HopReportRefused].
    public void make(Effect.MakeHopReport effect) {
        submit(
                () -> madeReport(effect),
                () ->
                        new Event.HopReportRefused(
                                clock.instant(), effect.task(), Reason.QUEUE_FULL));
    }

    /// Answers with [Event.BodySigned], empty when there is no room.
    public void sign(Effect.SignBody effect) {
        submit(
                () -> signed(effect),
                () -> new Event.BodySigned(clock.instant(), effect.task(), Optional.empty()));
    }

    private Event signed(Effect.SignBody effect) {
        Optional<Body> body;
        try {
            body = Optional.of(signer.detached(effect.entity()));
        } catch (RuntimeException bug) {
            LOG.error("signing a body failed: bug={}", bug.getClass().getName());
            body = Optional.empty();
        }
        return new Event.BodySigned(clock.instant(), effect.task(), body);
    }

    private Event opened(Effect.OpenBody effect, KeptKeys.Lease lease) {
        var now = clock.instant();
        var operations = new KeyOperations(effect.keyOperations());
        BodyFacts facts;
        try (lease) {
            facts = reader.read(effect.body(), effect.contentIds(), now, operations, lease);
        } catch (RuntimeException bug) {
            LOG.error("reading a body failed: bug={}", bug.getClass().getName());
            facts = new BodyFacts(List.of(), Set.of(Obstacle.MALFORMED));
        }
        return new Event.BodyOpened(now, effect.task(), facts, operations.used());
    }

    private Event message(Effect.ReadMessage effect, KeptKeys.Lease lease) {
        try (lease) {
            return messages.read(effect, clock.instant(), lease);
        } catch (RuntimeException bug) {
            LOG.error("reading a message failed: bug={}", bug.getClass().getName());
            return unread(effect, Obstacle.MALFORMED);
        }
    }

    private Event unread(Effect.ReadMessage effect, Obstacle obstacle) {
        return new Event.MessageRead(
                clock.instant(),
                effect.task(),
                new BodyFacts(List.of(), Set.of(obstacle)),
                Octets.NONE,
                0);
    }

    private Event readReport(Effect.ReadHopReport effect) {
        var now = clock.instant();
        try {
            var opened = reports.read(effect.body(), now);
            return new Event.HopReportRead(now, effect.task(), opened.report(), opened.signer());
        } catch (BodyFault fault) {
            var reason =
                    fault.obstacle() == Obstacle.TOO_COMPLEX
                            ? Reason.BODY_TOO_COMPLEX
                            : Reason.BODY_MALFORMED;
            return new Event.HopReportRefused(now, effect.task(), reason);
        } catch (RuntimeException bug) {
            LOG.error("reading a report failed: bug={}", bug.getClass().getName());
            return new Event.HopReportRefused(now, effect.task(), Reason.INTERNAL);
        }
    }

    private Event madeReport(Effect.MakeHopReport effect) {
        try {
            var entity =
                    new Body(
                            List.of(
                                    new Header("Content-Type", reportType),
                                    new Header("Content-Transfer-Encoding", "binary")),
                            Octets.copyOf(HopReportWriter.write(effect.report())));
            return new Event.HopReportMade(clock.instant(), effect.task(), signer.opaque(entity));
        } catch (RuntimeException bug) {
            LOG.error("making a report failed: bug={}", bug.getClass().getName());
            return new Event.HopReportRefused(clock.instant(), effect.task(), Reason.INTERNAL);
        }
    }

    private void submit(Supplier<Event> work, Supplier<Event> busy) {
        try {
            pool.execute(() -> post(work.get()));
        } catch (RejectedExecutionException _) {
            refusedBusy.incrementAndGet();
            // The loop calls us: it cannot make room while we wait.
            if (!sink.post(busy.get())) {
                lostAnswers.incrementAndGet();
            }
        }
    }

    /// An answer is owed to a call: a full queue is waited for, but not for ever.
    private void post(Event answer) {
        for (int attempt = 0; attempt < POST_ATTEMPTS; attempt++) {
            if (sink.post(answer)) {
                return;
            }
            LockSupport.parkNanos(POST_PAUSE_NANOS);
        }
        lostAnswers.incrementAndGet();
        LOG.warn("the loop took no answer of the CMS layer: kind={}", answer.getClass().getName());
    }

    /// Ends after the work in hand; what waits is dropped.
    @Override
    public void close() {
        pool.shutdownNow();
        reader.kept().endAll();
    }
}
