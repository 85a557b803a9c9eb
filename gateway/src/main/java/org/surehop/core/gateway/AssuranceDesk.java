package org.surehop.core.gateway;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.assurance.VerdictTable;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.LegMode;
import org.surehop.core.report.CallKey;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Via;

/// Gathers the evidence of each e2e-sec request, gives its one verdict, and attests our own hop
/// upstream (POL-40 to POL-48, POL-51, POL-66, POL-67).
final class AssuranceDesk {
    /// Successes of one forked INVITE; more is a peer gone wrong.
    private static final int MAX_FORKS = 16;

    private final Desks desks;
    private final Map<String, List<HopTrack>> byTuple = new HashMap<>();
    private final Map<String, HopTrack> byOwner = new HashMap<>();
    /// Those with a 2xx that wait for hops to speak, eldest first.
    private final Set<HopTrack> waiting = new LinkedHashSet<>();

    AssuranceDesk(Desks desks) {
        this.desks = desks;
    }

    /// The state table entry, before the request leaves.
    void expect(Turn turn, Passage passage) {
        var track = new HopTrack(passage, turn.config().assurance().maxHops());
        passage.track = Optional.of(track);
        byTuple.computeIfAbsent(track.tuple(), _ -> new ArrayList<>()).add(track);
        byOwner.put(track.owner(), track);
        desks.collector().begun(turn, track);
        passage.call.ifPresent(call -> call.tracks++);
    }

    /// A 2xx has reached the asking side: judge now if the sets match, else wait (POL-66).
    void succeeded(Turn turn, Passage passage, Response response) {
        passage.track.ifPresent(
                track -> {
                    if (track.hopRecord.isPresent()) {
                        return;
                    }
                    var rows = response.headers("Hop-Record");
                    track.hopRecord =
                            Optional.of(rows.isEmpty() ? Optional.empty() : Optional.of(rows));
                    track.answeredAt = Optional.of(turn.now());
                    waiting.add(track);
                    var verdict = verdict(turn, track);
                    if (verdict.settled() && track.unread == 0) {
                        judged(turn, track, verdict);
                    } else {
                        makeRoom(turn);
                        await(turn, track, patience(turn, track, verdict));
                    }
                });
    }

    /// POL-95: what waits is bounded like the transactions before it. The eldest gets its verdict
    /// by what is known, and what comes after that is too late.
    private void makeRoom(Turn turn) {
        if (waiting.size() <= turn.config().limits().transactions()) {
            return;
        }
        var eldest = waiting.iterator().next();
        desks.reporter().count("limit.verdicts");
        if (eldest.verdict.isEmpty()) {
            judged(turn, eldest, verdict(turn, eldest));
        }
        close(turn, eldest);
    }

    /// Another 2xx, of a fork that loses: it has a verdict of its own (POL-68).
    void forked(Turn turn, Passage passage, Response response) {
        var tag = response.to().tag();
        if (!passage.assured() && passage.demand.by() != Demand.By.WITHDRAWN) {
            return;
        }
        var track = passage.track.orElseGet(() -> judgedWithoutEvidence(turn, passage));
        if (track.forks.containsKey(tag) || track.forks.size() >= MAX_FORKS) {
            return;
        }
        var rows = response.headers("Hop-Record");
        track.forks.put(tag, rows.isEmpty() ? Optional.empty() : Optional.of(rows));
        if (track.verdict.isPresent() || track.closed) {
            judgedFork(turn, track, tag);
        }
    }

    /// The track of an INVITE that was judged and forgotten because no hop had spoken.
    private static HopTrack judgedWithoutEvidence(Turn turn, Passage passage) {
        var track = new HopTrack(passage, turn.config().assurance().maxHops());
        track.closed = true;
        track.hopRecord = Optional.of(Optional.empty());
        passage.track = Optional.of(track);
        return track;
    }

    /// Hops before the fork count for each of its branches.
    private void judgedFork(Turn turn, HopTrack track, String tag) {
        var verdict = verdict(turn, track, track.forks.getOrDefault(tag, Optional.empty()));
        var details = track.details(verdict, HopTrack.elements(turn));
        details.put("to-tag", tag);
        tell(turn, track, verdict, NoticeKind.VERDICT, details);
    }

    /// No 2xx comes: the request was not delivered under e2e-sec, and nothing is attested (POL-36).
    void failed(Turn turn, Passage passage, Reason reason) {
        if (passage.track.isEmpty()) {
            if (passage.asked()) {
                refused(turn, passage.request, reason);
            }
            if (passage.asked() && passage.opensCall()) {
                remember(passage.call.orElseThrow(), Verdict.failed(reason));
            }
            return;
        }
        var track = passage.track.get();
        if (track.verdict.isEmpty() && track.hopRecord.isEmpty()) {
            tell(turn, track, Verdict.failed(reason), NoticeKind.VERDICT);
            track.verdict = Optional.of(Verdict.failed(reason));
            desks.collector().tell(turn, track);
            close(turn, track);
        }
    }

    /// A request that was turned away before it left: no hop had a chance to speak, and it has its
    /// one verdict all the same (POL-1). One that came round again (482) has it where it came in
    /// first.
    void refused(Turn turn, Request request, Reason reason) {
        var due = HopNotify.due(request, turn.config().assurance().optionTag());
        var judged = !request.inDialog() || turn.config().assurance().hops().withinDialogs();
        if (!due || !judged || reason == Reason.LOOP) {
            return;
        }
        var key =
                new CallKey(
                        request.callId(),
                        request.from().tag(),
                        request.cseq().number(),
                        request.method());
        var level = Verdict.Level.FAILED.name();
        desks.reporter().verdict(level);
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(NoticeKind.VERDICT, Severity.WARNING, reason),
                        Optional.of(key),
                        Optional.empty(),
                        Map.of("verdict", level));
    }

    /// The requests that a NOTIFY with that tuple may speak of.
    List<HopTrack> candidates(String tuple) {
        return byTuple.getOrDefault(tuple, List.of());
    }

    private static Verdict verdict(Turn turn, HopTrack track) {
        return verdict(turn, track, track.hopRecord.orElse(Optional.empty()));
    }

    private static Verdict verdict(Turn turn, HopTrack track, Optional<List<String>> rows) {
        return settled(track).orElseGet(() -> byHops(turn, track, rows));
    }

    private static Verdict byHops(Turn turn, HopTrack track, Optional<List<String>> rows) {
        var self = before(track);
        self.add(turn.config().gateway().hop());
        var verdict = VerdictTable.judge(rows, track.ledger, self, HopTrack.elements(turn));
        var trusts = turn.config().assurance().hops().trustNotifies();
        return trusts && !track.ledger.overflowed() ? verdict.trusting() : verdict;
    }

    /// Whom the callee saw before us, by Vias that we have left there (POL-74): they attest to the
    /// caller, and we cannot wait for them.
    private static Set<Hop> before(HopTrack track) {
        var passage = track.passage;
        return passage.terms.mode == LegMode.ANCHORED
                ? new LinkedHashSet<>()
                : passage.request.vias().stream()
                        .map(Via::hop)
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /// What is decided whatever hops say: the demand was taken back, or the way began in clear.
    private static Optional<Verdict> settled(HopTrack track) {
        if (track.passage.outOfScope) {
            return Optional.of(Verdict.outOfScope(Reason.INGRESS_NOT_SECURE));
        }
        return track.passage.demand.by() == Demand.By.WITHDRAWN
                ? Optional.of(Verdict.unassured(Reason.INJECTED_REJECTED))
                : Optional.empty();
    }

    void graceOver(Turn turn, String owner) {
        var track = byOwner.get(owner);
        if (track != null && track.verdict.isEmpty()) {
            judged(turn, track, verdict(turn, track));
        }
    }

    private static void await(Turn turn, HopTrack track, Duration time) {
        turn.arm(Deadline.Kind.VERDICT_GRACE, track.owner(), time);
    }

    /// How long the verdict may still wait for the hops that have said nothing.
    private static Duration patience(Turn turn, HopTrack track, Verdict verdict) {
        var all = turn.config().assurance().patience(verdict.silent().size());
        return all.minus(waited(turn, track));
    }

    private static Duration waited(Turn turn, HopTrack track) {
        return Duration.between(track.answeredAt.orElse(turn.now()), turn.now());
    }

    void capReached(Turn turn, String owner) {
        var track = byOwner.get(owner);
        if (track != null) {
            close(turn, track);
        }
    }

    private void judged(Turn turn, HopTrack track, Verdict verdict) {
        turn.disarm(Deadline.Kind.VERDICT_GRACE, track.owner());
        track.verdict = Optional.of(verdict);
        track.judgedAt = Optional.of(turn.now());
        tell(turn, track, verdict, NoticeKind.VERDICT);
        List.copyOf(track.forks.keySet()).forEach(tag -> judgedFork(turn, track, tag));
        desks.notifies().attest(turn, track);
        terminate(turn, track, verdict);
        var assurance = turn.config().assurance();
        var rest = assurance.cap().minus(waited(turn, track));
        if (verdict.level() == Verdict.Level.ASSURED || !rest.isPositive()) {
            close(turn, track);
        } else {
            turn.arm(Deadline.Kind.VERDICT_CAP, track.owner(), rest);
        }
    }

    /// `on-mismatch: terminate`: the call ends, its pinholes before it.
    private void terminate(Turn turn, HopTrack track, Verdict verdict) {
        var policy = turn.config().assurance().onMismatch();
        if (verdict.level() == Verdict.Level.MISMATCH && policy == Assurance.OnMismatch.TERMINATE) {
            track.passage
                    .call
                    .filter(call -> !call.ended())
                    .ifPresent(call -> desks.calls().ending(turn, call, verdict.reason()));
        }
    }

    private void close(Turn turn, HopTrack track) {
        if (track.closed) {
            return;
        }
        track.closed = true;
        turn.disarm(Deadline.Kind.VERDICT_GRACE, track.owner());
        turn.disarm(Deadline.Kind.VERDICT_CAP, track.owner());
        byOwner.remove(track.owner());
        waiting.remove(track);
        desks.collector().over(turn, track);
        desks.notifies().released(track);
        var same = byTuple.get(track.tuple());
        if (same != null && same.remove(track) && same.isEmpty()) {
            byTuple.remove(track.tuple());
        }
        if (!track.passage.opensCall() || track.ledger.byHop().isEmpty()) {
            track.passage.track = Optional.empty();
        }
        track.passage.call.ifPresent(
                call -> {
                    call.tracks--;
                    desks.calls().storyChanged(turn, call);
                });
    }

    private void tell(Turn turn, HopTrack track, Verdict verdict, NoticeKind kind) {
        tell(turn, track, verdict, kind, track.details(verdict, HopTrack.elements(turn)));
        track.passage
                .call
                .filter(_ -> track.passage.opensCall())
                .ifPresent(call -> remember(call, track, verdict));
    }

    private void tell(
            Turn turn,
            HopTrack track,
            Verdict verdict,
            NoticeKind kind,
            Map<String, String> details) {
        var good = verdict.level() == Verdict.Level.ASSURED;
        desks.reporter().verdict(verdict.level().name());
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(
                                kind, good ? Severity.INFO : Severity.WARNING, verdict.reason()),
                        Optional.of(track.passage.key()),
                        Optional.empty(),
                        details);
        if (!verdict.silent().isEmpty() && kind == NoticeKind.VERDICT) {
            desks.reporter()
                    .tell(
                            turn,
                            new Reporter.What(
                                    NoticeKind.SILENT_HOP, Severity.WARNING, Reason.SILENT_HOP),
                            Optional.of(track.passage.key()),
                            Optional.empty(),
                            Map.of("hop", HopTrack.names(verdict.silent())));
        }
    }

    private static void remember(Call call, Verdict verdict) {
        call.fact("verdict", verdict.level().name());
        call.fact("verdict-reason", verdict.reason().wireName());
    }

    private static void remember(Call call, HopTrack track, Verdict verdict) {
        remember(call, verdict);
        call.fact("silent-hops", HopTrack.names(verdict.silent()));
        track.ledger
                .byHop()
                .forEach(
                        (hop, assertion) ->
                                call.fact(
                                        "hop:" + hop,
                                        HopWords.of(assertion)
                                                + "; by "
                                                + track.sources.getOrDefault(hop, "transport")));
    }

    /// New evidence: judge early, or upgrade the verdict once (POL-67).
    void reconsider(Turn turn, HopTrack track) {
        if (track.hopRecord.isEmpty() || track.closed) {
            return;
        }
        var verdict = verdict(turn, track);
        if (track.verdict.isEmpty()) {
            var left = patience(turn, track, verdict);
            if (track.unread == 0 && (verdict.settled() || !left.isPositive())) {
                judged(turn, track, verdict);
            } else if (left.isPositive()) {
                await(turn, track, left);
            }
        } else if (!track.upgraded && track.verdict.get().upgradesTo(verdict)) {
            track.upgraded = true;
            track.verdict = Optional.of(verdict);
            tell(turn, track, verdict, NoticeKind.VERDICT_CHANGED);
            desks.collector().tell(turn, track);
            close(turn, track);
        }
    }

    /// `Allow-Events` for 489 and OPTIONS.
    static Header allowEvents(String tag) {
        return new Header("Allow-Events", tag);
    }

    int size() {
        return byOwner.size();
    }
}
