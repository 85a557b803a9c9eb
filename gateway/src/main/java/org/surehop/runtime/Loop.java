package org.surehop.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Entropy;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.gateway.Gateway;
import org.surehop.core.gateway.Snapshot;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Octets;

/// The one thread that owns all calls. Everything else posts events to it or reads its snapshot.
public final class Loop implements EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration SNAPSHOT_EVERY = Duration.ofMillis(250);
    private static final Duration RESYNC_EVERY = Duration.ofSeconds(5);

    private final Gateway gateway;
    private final SteadyClock clock;
    private final Supplier<Entropy> entropy;
    private final EventQueue queue;
    private final Deadlines deadlines = new Deadlines();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private volatile Snapshot snapshot;
    private volatile boolean halt;
    private volatile long beat;
    private Optional<Ports> ports = Optional.empty();
    private Instant snapshotAt;
    private Instant resyncAt;

    public Loop(Gateway gateway, int queueLimit, SteadyClock clock, Supplier<Entropy> entropy) {
        this.gateway = gateway;
        this.clock = clock;
        this.entropy = entropy;
        this.queue = new EventQueue(queueLimit);
        this.snapshot = gateway.snapshot(clock.instant());
        this.snapshotAt = clock.instant();
        this.resyncAt = clock.instant().plus(RESYNC_EVERY);
        this.thread = Thread.ofPlatform().name("surehop-loop").unstarted(this::run);
    }

    /// Starts the loop; the adapters that the ports lead to must be ready.
    public void start(Ports adapters) {
        ports = Optional.of(adapters);
        thread.start();
    }

    @Override
    public boolean post(Event event) {
        return queue.offer(event);
    }

    @Override
    public int waiting(ConnectionId connection) {
        return queue.of(connection);
    }

    /// The latest picture, at most a quarter of a second old. Any thread.
    public Snapshot snapshot() {
        return snapshot;
    }

    /// How many turns the loop has made: a watchdog sees by it that the loop lives. Any thread.
    public long beat() {
        return beat;
    }

    /// An orderly end: calls are ended and rules removed, at most in that time.
    public void stop(Duration atMost) throws InterruptedException {
        post(new Event.StopRequested(clock.instant()));
        if (!ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("stop.incomplete events={}", queue.size());
        }
        halt = true;
        thread.interrupt();
        thread.join(1000);
    }

    private void run() {
        var adapters = ports.orElseThrow();
        while (!halt) {
            try {
                turn(adapters);
            } catch (InterruptedException _) {
                halt = true;
            }
        }
    }

    private void turn(Ports adapters) throws InterruptedException {
        beat++;
        keepTime();
        var now = clock.instant();
        var due = deadlines.due(now);
        if (due.isPresent()) {
            handle(adapters, new Event.DeadlineReached(now, due.get()));
        }
        var event = queue.poll(due.isPresent() ? 0 : wait(now));
        if (event != null) {
            handle(adapters, event);
        }
        if (!now.isBefore(snapshotAt)) {
            snapshotAt = now.plus(SNAPSHOT_EVERY);
            snapshot = gateway.snapshot(now);
        }
        if (gateway.stopped()) {
            snapshot = gateway.snapshot(now);
            ended.countDown();
        }
    }

    private long wait(Instant now) {
        var longest = SNAPSHOT_EVERY.toNanos();
        return deadlines
                .next()
                .map(at -> Duration.between(now, at))
                .map(d -> Math.min(longest, Math.max(0, d.toNanos())))
                .orElse(longest);
    }

    private void keepTime() {
        if (clock.instant().isBefore(resyncAt)) {
            return;
        }
        var moved = clock.resync();
        if (!moved.isZero()) {
            LOG.info("clock.set seconds={}", moved.toSeconds());
            deadlines.shift(moved);
            snapshotAt = clock.instant();
        }
        resyncAt = clock.instant().plus(RESYNC_EVERY);
    }

    /// The one catch-all: a fault of ours costs the event at hand, is told, and the box goes on.
    private void handle(Ports adapters, Event event) {
        try {
            for (var effect : gateway.handle(event, entropy.get())) {
                perform(adapters, effect);
            }
        } catch (RuntimeException fault) {
            LOG.error("internal-error event={}", event.getClass().getSimpleName(), fault);
            perform(adapters, new Effect.Report(internalError(event, fault)));
        }
    }

    private Notice internalError(Event event, RuntimeException fault) {
        return new Notice(
                clock.instant(),
                NoticeKind.INTERNAL_ERROR,
                Severity.CRITICAL,
                Optional.empty(),
                Optional.empty(),
                Reason.INTERNAL,
                Map.of(
                        "event", event.getClass().getSimpleName(),
                        "fault", fault.getClass().getSimpleName()));
    }

    private void perform(Ports adapters, Effect effect) {
        try {
            switch (effect) {
                case Effect.SendRequest e -> adapters.requests().handle(e);
                case Effect.SendResponse e -> adapters.responses().handle(e);
                case Effect.OpenBody e -> adapters.bodies().handle(e);
                case Effect.ForgetKeys e -> adapters.contentKeys().handle(e);
                case Effect.ReadMessage e -> adapters.messages().handle(e);
                case Effect.ReadLocation e -> adapters.locations().handle(e);
                case Effect.KeepEntry e -> adapters.archive().handle(e);
                case Effect.SettleEntry e -> adapters.outcomes().handle(e);
                case Effect.ReadHopReport e -> adapters.reportReader().handle(e);
                case Effect.MakeHopReport e -> adapters.reportMaker().handle(e);
                case Effect.SignBody e -> adapters.signer().handle(e);
                case Effect.ApplyRuleSet e -> adapters.firewall().handle(e);
                case Effect.TellAgent e -> adapters.agents().handle(e);
                case Effect.SetDeadline(var deadline, var at) -> deadlines.set(deadline, at);
                case Effect.CancelDeadline(var deadline) -> deadlines.cancel(deadline);
                case Effect.Report e -> adapters.notices().handle(e);
                case Effect.Record e -> adapters.stories().handle(e);
                case Effect.CloseConnection e -> adapters.connections().handle(e);
            }
        } catch (RuntimeException fault) {
            LOG.error("adapter-failed effect={}", effect.getClass().getSimpleName(), fault);
            undone(effect);
        }
    }

    /// An effect that its adapter could not even begin: the core hears the failure, never silence.
    private void undone(Effect effect) {
        var now = clock.instant();
        switch (effect) {
            case Effect.SendRequest(var key, _, _) ->
                    post(new Event.SendFailed(now, key, Reason.INTERNAL, ""));
            case Effect.OpenBody(var task, _, _, _, _) ->
                    post(
                            new Event.BodyOpened(
                                    now,
                                    task,
                                    new BodyFacts(
                                            java.util.List.of(),
                                            Set.of(BodyFacts.Obstacle.DECRYPTION_FAILED))));
            case Effect.ReadMessage(var task, _, _, _, _) ->
                    post(
                            new Event.MessageRead(
                                    now,
                                    task,
                                    new BodyFacts(
                                            java.util.List.of(), Set.of(BodyFacts.Obstacle.BUSY)),
                                    Octets.NONE,
                                    0));
            case Effect.ReadLocation(var task, _) ->
                    post(new Event.LocationRead(now, task, java.util.Optional.empty()));
            case Effect.KeepEntry(var task, _, _) ->
                    post(new Event.EntryNotKept(now, task, Reason.ARCHIVE_FAILED));
            case Effect.ReadHopReport(var task, _) ->
                    post(new Event.HopReportRefused(now, task, Reason.INTERNAL));
            case Effect.SignBody(var task, _) ->
                    post(new Event.BodySigned(now, task, Optional.empty()));
            case Effect.ApplyRuleSet(var change) ->
                    post(new Event.RuleSetFailed(now, change.number(), Reason.INTERNAL));
            case Effect.SendResponse _,
                    Effect.ForgetKeys _,
                    Effect.SettleEntry _,
                    Effect.MakeHopReport _,
                    Effect.TellAgent _,
                    Effect.SetDeadline _,
                    Effect.CancelDeadline _,
                    Effect.Report _,
                    Effect.Record _,
                    Effect.CloseConnection _ -> {}
        }
    }
}
