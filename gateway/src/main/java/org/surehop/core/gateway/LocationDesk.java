package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.LocationRouting;
import org.surehop.core.config.Route;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.LocationJudge;
import org.surehop.core.disclosure.Need;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.location.Place;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.StatusCode;

/// Chooses the way of a new call by where its caller is, if he says so and lets it be used (SVC-2,
/// RFC 6442). The place is forgotten as soon as the way is chosen, and is told nobody.
final class LocationDesk {
    private final Desks desks;
    private final Judged judged;
    private final Map<TaskId, Work> byTask = new HashMap<>();

    /// Goes on with a passage whose offer was judged.
    @FunctionalInterface
    interface Judged {
        void judged(Turn turn, Passage passage, Judgement judgement);
    }

    private record Work(Passage passage, Judgement judgement) {}

    LocationDesk(Desks desks, Judged judged) {
        this.desks = desks;
        this.judged = judged;
    }

    /// Whether the place of the caller is to choose the way of that request. The bodies of some
    /// users are not looked at at all (E2M-12), and of calls for help neither.
    static boolean concerns(GatewayConfig config, Passage passage) {
        var request = passage.request;
        return request.method().equals(Method.INVITE)
                && !request.inDialog()
                && !passage.bypass
                && LocationJudge.permitted(request)
                && !config.disclosure().spares(passage.served())
                && new Routing(config).byPlace(request, passage.inbound.side());
    }

    /// What must be read for the place besides what must be read anyway. The label may name the
    /// session description alone: the object that the caller points to is read as well.
    static Need need(GatewayConfig config, Request request, Need need) {
        if (request.body().isEmpty()) {
            return refusal(config, Reason.LOCATION_UNUSABLE)
                    .<Need>map(Need.BadLabel::new)
                    .orElse(need);
        }
        return switch (need) {
            case Need.Open(var ids) when !ids.isEmpty() -> {
                var all = new LinkedHashSet<>(ids);
                all.addAll(LocationJudge.contentIds(request));
                yield new Need.Open(List.copyOf(all));
            }
            case Need.NothingToRead _, Need.ClearSdp _ -> new Need.Open(List.of());
            case Need.Open _, Need.ReadMessage _, Need.OpenBlindly _, Need.BadLabel _ -> need;
        };
    }

    /// What a call gets whose place cannot be used, or nothing when it takes the common way.
    static Optional<Judgement.Refused> refusal(GatewayConfig config, Reason reason) {
        return switch (config.services().location().onUnusable()) {
            case LocationRouting.OnUnusable.REJECT ->
                    Optional.of(new Judgement.Refused(reason, new StatusCode(424)));
            case LocationRouting.OnUnusable.DEFAULT_ROUTE -> Optional.empty();
        };
    }

    /// The body was read and nothing stood in the way: now the place, and then on with it.
    void look(Turn turn, Passage passage, BodyFacts facts, Judgement judgement) {
        var judge = new LocationJudge(turn.config().services().location().requireSignature());
        switch (judge.find(facts, passage.request)) {
            case LocationJudge.Found.Nothing(var reason) ->
                    unused(turn, new Work(passage, judgement), reason);
            case LocationJudge.Found.Verified(var part) -> {
                var task = desks.nextTask();
                byTask.put(task, new Work(passage, judgement));
                turn.emit(new Effect.ReadLocation(task, part.octets()));
                turn.arm(Deadline.Kind.WORK, passage.owner(), turn.config().timers().work());
            }
        }
    }

    void read(Turn turn, TaskId task, Optional<Place> place) {
        var work = byTask.remove(task);
        if (work == null) {
            desks.reporter().count("cms.late-answer");
            return;
        }
        var passage = work.passage();
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        var usable = place.filter(p -> p.current(turn.now()));
        if (usable.isEmpty()) {
            unused(turn, work, Reason.LOCATION_UNUSABLE);
            return;
        }
        var way = new Routing(turn.config()).way(passage.request, passage.inbound, usable.get());
        way.ifPresent(
                w -> {
                    passage.way = way;
                    var to = w.route().map(Route::to).orElse("");
                    tell(turn, passage, NoticeKind.LOCATION_ROUTED, Reason.NONE, Map.of("to", to));
                });
        judged.judged(turn, passage, work.judgement());
    }

    private void unused(Turn turn, Work work, Reason reason) {
        var refusal = refusal(turn.config(), reason);
        if (refusal.isEmpty()) {
            var details = Map.of("detail", "the common route");
            tell(turn, work.passage(), NoticeKind.LOCATION_UNUSED, reason, details);
        }
        judged.judged(
                turn, work.passage(), refusal.<Judgement>map(r -> r).orElse(work.judgement()));
    }

    private void tell(
            Turn turn,
            Passage passage,
            NoticeKind kind,
            Reason reason,
            Map<String, String> details) {
        var severity = reason == Reason.NONE ? Severity.INFO : Severity.WARNING;
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, severity, reason),
                        Optional.of(passage.key()),
                        Optional.of(passage.from),
                        details);
    }

    void forget(Passage passage) {
        byTask.values().removeIf(work -> work.passage() == passage);
    }

    int size() {
        return byTask.size();
    }
}
