package org.surehop.core.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.EventPackage;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Target;

/// The collector (POL-50, POL-51): user agents subscribe to the package `e2e-sec` at this gateway
/// and are told the verdicts of their own requests by ordinary NOTIFYs (RFC 6665). It sends to the
/// connection that the subscriber came on, and nowhere else; no message can name another collector.
final class CollectorDesk {
    private static final Method SUBSCRIBE = new Method("SUBSCRIBE");
    private static final long DEFAULT_EXPIRES = 3_600;
    /// Subscriptions of one user.
    private static final int MOST_OF_USER = 16;

    private static final String STALE = "collector-told";

    private final Desks desks;
    private final Map<String, Watch> byDialog = new LinkedHashMap<>();
    private final Map<String, Watch> byOwner = new HashMap<>();
    private final Map<Watcher, List<Watch>> byWatcher = new HashMap<>();
    private final Map<String, Integer> perPeer = new HashMap<>();
    private final Map<TaskId, Making> makings = new HashMap<>();
    private final Map<TransactionKey, Watch> notifies = new HashMap<>();
    private final Map<Watcher, Set<HopTrack>> open = new HashMap<>();
    private final Told told = new Told();

    private record Making(Watch watch, String ending) {}

    CollectorDesk(Desks desks) {
        this.desks = desks;
    }

    static boolean asks(Request request) {
        return request.method().equals(SUBSCRIBE);
    }

    // ---- SUBSCRIBE ----

    /// A SUBSCRIBE to ourselves outside a dialog: answered here, or the reason to refuse it.
    Optional<Rejection> subscribe(Turn turn, Inbound inbound, Request request) {
        var config = turn.config();
        var admission = new Admission(config);
        var event = request.header("Event").flatMap(EventPackage::parse);
        var fault = SubscribeFault.of(turn.config(), request, event);
        if (fault.isPresent()) {
            respond(turn, inbound, request, fault.get());
            return Optional.empty();
        }
        var watcher = Watcher.of(config, inbound, request);
        if (watcher.isEmpty()) {
            return Optional.of(
                    admission.rejection(403, "Forbidden", Reason.PEER_NOT_AUTHENTICATED));
        }
        if (byDialog.containsKey(Watch.dialog(request))) {
            return Optional.of(admission.rejection(482, "Loop Detected", Reason.LOOP));
        }
        if (full(turn, watcher.get())) {
            return Optional.of(admission.congestion(Reason.CONGESTION));
        }
        var asked = new Watch.Asked(event.orElseThrow(), turn.tokens().next());
        var watch = new Watch(desks.nextNumber(), watcher.get(), request, inbound, asked);
        add(watch);
        accepted(turn, watch, inbound, request);
        return Optional.empty();
    }

    /// A SUBSCRIBE in a dialog that we own prolongs or ends it.
    Optional<Rejection> again(Turn turn, Inbound inbound, Request request) {
        var watch = Optional.ofNullable(byDialog.get(Watch.dialog(request))).orElseThrow();
        var admission = new Admission(turn.config());
        var watcher = Watcher.of(turn.config(), inbound, request);
        if (watcher.isEmpty() || !watcher.get().equals(watch.watcher)) {
            return Optional.of(admission.stranger());
        }
        if (!watch.younger(request)) {
            return Optional.of(admission.rejection(500, "Server Internal Error", Reason.MALFORMED));
        }
        var event = request.header("Event").flatMap(EventPackage::parse);
        var fault = SubscribeFault.of(turn.config(), request, event);
        if (fault.isEmpty() && !watch.sameEvent(event.orElseThrow())) {
            fault = Optional.of(SubscribeFault.noSuchSubscription());
        }
        if (fault.isPresent()) {
            respond(turn, inbound, request, fault.get());
            return Optional.empty();
        }
        watch.heard(request, inbound);
        accepted(turn, watch, inbound, request);
        return Optional.empty();
    }

    boolean owns(Request request) {
        var watch = byDialog.get(Watch.dialog(request));
        return watch != null && asks(request) && watch.holds(request);
    }

    private boolean full(Turn turn, Watcher watcher) {
        var limits = turn.config().limits();
        return byDialog.size() + desks.subscriptions().size() >= limits.subscriptions()
                || perPeer.getOrDefault(watcher.peer(), 0) >= limits.callsPerPeer()
                || byWatcher.getOrDefault(watcher, List.of()).size() >= MOST_OF_USER;
    }

    private void add(Watch watch) {
        byDialog.put(watch.dialog(), watch);
        byOwner.put(watch.owner(), watch);
        byWatcher.computeIfAbsent(watch.watcher, _ -> new ArrayList<>()).add(watch);
        perPeer.merge(watch.watcher.peer(), 1, Integer::sum);
        desks.reporter().count("collector.begun");
    }

    /// 200, and at once the state so far (RFC 6665 §4.2.1.2).
    private void accepted(Turn turn, Watch watch, Inbound inbound, Request request) {
        var wanted = Expires.of(request) instanceof Expires.Seconds(var s) ? s : DEFAULT_EXPIRES;
        var granted = Math.min(wanted, turn.config().timers().subscription().toSeconds());
        var contact = Crossing.contact(turn.config().gateway(), "", request.uri().secure());
        var key = ServerKey.of(inbound.connection(), request);
        var out =
                Crossing.local(request, 200, "OK", watch.local().tag()).toBuilder()
                        .contact(Optional.of(contact))
                        .recordRoutes(request.recordRoutes())
                        .supported(Crossing.understood(turn.config()))
                        .others(List.of(new Header("Expires", Long.toString(granted))))
                        .build();
        desks.transactions().respond(turn, key, out);
        watch.until = turn.now().plusSeconds(granted);
        var state = soFar(turn, watch);
        if (granted == 0) {
            end(turn, watch, new Watch.Say(state, "timeout"));
        } else {
            turn.arm(Deadline.Kind.SUBSCRIPTION, watch.owner(), Duration.ofSeconds(granted));
            say(turn, watch, new Watch.Say(state, ""));
        }
    }

    private void respond(Turn turn, Inbound inbound, Request request, SubscribeFault fault) {
        desks.reporter().count("collector.refused");
        var out =
                Crossing.local(request, fault.status(), fault.phrase(), turn.tokens().next())
                        .toBuilder()
                        .others(fault.rows())
                        .build();
        desks.transactions().respond(turn, ServerKey.of(inbound.connection(), request), out);
    }

    // ---- the requests of subscribers ----

    void begun(Turn turn, HopTrack track) {
        var passage = track.passage;
        // POL-82: of what we asked in his stead a caller is told nothing.
        track.watcher =
                Watcher.of(turn.config(), passage.inbound, passage.request)
                        .filter(_ -> passage.asked());
        track.watcher.ifPresent(
                w -> open.computeIfAbsent(w, _ -> new LinkedHashSet<>()).add(track));
    }

    /// No more is learnt of that request: its verdict stays for a while.
    void over(Turn turn, HopTrack track) {
        track.watcher.ifPresent(
                w -> {
                    var tracks = open.getOrDefault(w, new LinkedHashSet<>());
                    tracks.remove(track);
                    if (tracks.isEmpty()) {
                        open.remove(w);
                    }
                    track.verdict.ifPresent(_ -> keep(turn, w, report(turn, track)));
                });
    }

    private void keep(Turn turn, Watcher watcher, HopReport report) {
        var first = told.size() == 0;
        told.add(watcher, report, turn.now());
        told.atMost(turn.config().limits().calls(), turn.config().notifies().evidence());
        if (first) {
            turn.arm(Deadline.Kind.VERDICT_CAP, STALE, turn.config().assurance().cap());
        }
    }

    void stale(Turn turn, String owner) {
        if (owner.equals(STALE)) {
            var age = turn.config().assurance().cap();
            told.olderThan(age, turn.now());
            told.rest(age, turn.now())
                    .ifPresent(rest -> turn.arm(Deadline.Kind.VERDICT_CAP, STALE, rest));
        }
    }

    private Optional<HopReport> soFar(Turn turn, Watch watch) {
        return open.getOrDefault(watch.watcher, Set.of()).stream()
                .filter(t -> about(watch, t))
                .filter(t -> t.verdict.isPresent() || speaks(turn, t))
                .reduce((_, later) -> later)
                .map(t -> report(turn, t))
                .or(() -> told.latest(watch));
    }

    /// Whether something can be said before the verdict: under a veil we speak for all behind us.
    private static boolean speaks(Turn turn, HopTrack track) {
        var passage = track.passage;
        return passage.egressSecurity.isPresent() && NotifyDesk.veil(turn, passage).open();
    }

    private static boolean about(Watch watch, HopTrack track) {
        var request = track.passage.request;
        return watch.about(request.callId().value(), request.from().tag());
    }

    private static HopReport report(Turn turn, HopTrack track) {
        var report = NotifyDesk.report(turn, track);
        return track.verdict.map(report::judged).orElse(report);
    }

    /// A verdict was given or has changed: whether somebody has subscribed to it.
    boolean tell(Turn turn, HopTrack track) {
        var watches =
                track.watcher.map(w -> byWatcher.getOrDefault(w, List.of())).orElse(List.of());
        var asking = watches.stream().filter(w -> about(w, track)).toList();
        asking.forEach(w -> say(turn, w, new Watch.Say(Optional.of(report(turn, track)), "")));
        return !asking.isEmpty();
    }

    // ---- NOTIFY ----

    private void say(Turn turn, Watch watch, Watch.Say say) {
        if (watch.say(say)) {
            desks.reporter().count("collector.skipped");
        }
        pump(turn, watch);
    }

    /// One NOTIFY after the other: the next goes when the last is answered.
    private void pump(Turn turn, Watch watch) {
        if (watch.busy) {
            return;
        }
        watch.next()
                .ifPresent(
                        say -> {
                            watch.busy = true;
                            if (say.report().isPresent()) {
                                make(turn, new Making(watch, say.ending()), say.report().get());
                            } else {
                                send(turn, new Making(watch, say.ending()), Body.NONE);
                            }
                        });
    }

    private void make(Turn turn, Making making, HopReport report) {
        var task = desks.nextTask();
        makings.put(task, making);
        turn.arm(Deadline.Kind.WORK, task(task), turn.config().timers().work());
        turn.emit(new Effect.MakeHopReport(task, report));
    }

    private static String task(TaskId task) {
        return "collect-" + task.value();
    }

    /// The body is there; an empty one where it could not be made.
    void made(Turn turn, TaskId task, Body body) {
        var making = makings.remove(task);
        if (making != null) {
            turn.disarm(Deadline.Kind.WORK, task(task));
            send(turn, making, body);
        }
    }

    void overdue(Turn turn, String owner) {
        if (owner.startsWith("collect-")) {
            desks.reporter().count("notify.overdue");
            made(turn, new TaskId(Long.parseLong(owner.substring(8))), Body.NONE);
        }
    }

    private void send(Turn turn, Making making, Body body) {
        var watch = making.watch();
        var self = turn.config().gateway();
        // Rounded up: what was granted a moment ago is still told whole.
        var left = Duration.between(turn.now(), watch.until).plusMillis(999).toSeconds();
        var state =
                making.ending().isEmpty()
                        ? "active;expires=" + Math.max(0, left)
                        : "terminated;reason=" + making.ending();
        var notify = watch.notify(self, turn.tokens().via(self), body, state);
        notifies.put(desks.transactions().start(turn, notify, new Target.Flow(watch.flow)), watch);
    }

    /// RFC 6665 §4.2.2: a NOTIFY that fails ends the subscription, unless it may come later.
    void answered(Turn turn, TransactionKey key, Response response) {
        var keeps = response.status().success() || response.header("Retry-After").isPresent();
        done(turn, key, keeps);
    }

    /// No answer, or no connection to write it to.
    void unanswered(Turn turn, TransactionKey key) {
        done(turn, key, false);
    }

    private void done(Turn turn, TransactionKey key, boolean keeps) {
        var watch = notifies.remove(key);
        if (watch == null) {
            return;
        }
        watch.busy = false;
        if (keeps) {
            pump(turn, watch);
        } else {
            desks.reporter().count("collector.lost");
            forget(turn, watch);
        }
    }

    // ---- the end ----

    void expired(Turn turn, String owner) {
        var watch = byOwner.get(owner);
        if (watch != null) {
            desks.reporter().count("collector.expired");
            end(turn, watch, new Watch.Say(soFar(turn, watch), "timeout"));
        }
    }

    private void end(Turn turn, Watch watch, Watch.Say last) {
        forget(turn, watch);
        say(turn, watch, last);
    }

    private void forget(Turn turn, Watch watch) {
        if (byDialog.remove(watch.dialog(), watch)) {
            turn.disarm(Deadline.Kind.SUBSCRIPTION, watch.owner());
            byOwner.remove(watch.owner());
            perPeer.computeIfPresent(watch.watcher.peer(), (_, n) -> n == 1 ? null : n - 1);
            byWatcher.computeIfPresent(
                    watch.watcher,
                    (_, all) -> {
                        all.remove(watch);
                        return all.isEmpty() ? null : all;
                    });
        }
    }

    /// It goes with its connection: nothing is ever dialled for a NOTIFY (POL-45).
    void connectionClosed(Turn turn, ConnectionId connection) {
        byDialog.values().stream()
                .filter(w -> w.flow.equals(connection))
                .toList()
                .forEach(w -> forget(turn, w));
    }

    /// An orderly stop: come back later.
    void stop(Turn turn) {
        List.copyOf(byDialog.values())
                .forEach(
                        w -> {
                            forget(turn, w);
                            w.hush();
                            send(turn, new Making(w, "probation;retry-after=10"), Body.NONE);
                        });
    }

    int size() {
        return byDialog.size() + makings.size() + notifies.size() + open.size() + told.size();
    }
}
