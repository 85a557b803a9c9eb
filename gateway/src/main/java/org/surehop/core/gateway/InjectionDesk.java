package org.surehop.core.gateway;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.surehop.core.assurance.OriginFragment;
import org.surehop.core.call.Exchange;
import org.surehop.core.config.Injection;
import org.surehop.core.config.Route;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Asks for e2e-sec on behalf of callers who do not, and bears what comes of it: the caller is told
/// nothing of a demand that it never made, and a demand that is refused may be taken back (POL-3,
/// POL-81, POL-82). It also remembers who began in clear (POL-90, POL-91).
final class InjectionDesk {
    private static final Deadline FORGETTING = new Deadline(Deadline.Kind.FORGETTING, "injection");

    private final Desks desks;
    /// Who was challenged in clear: by dialog-to-be, and by user and address.
    private final Recall<Boolean> challenged = new Recall<>();
    /// The highest CSeq that went out for a flow whose tag was taken back.
    private final Recall<Long> renumbered = new Recall<>();
    /// What waits for our signature.
    private final Map<TaskId, Unsigned> signing = new HashMap<>();

    private record Unsigned(Passage passage, Request request) {}

    /// Too many were challenged to remember them all: until then nobody counts as unchallenged.
    private Instant blindUntil = Instant.MIN;

    InjectionDesk(Desks desks) {
        this.desks = desks;
    }

    // ---- before the request goes on ----

    /// What a request demands that makes its own dialog or none.
    Demand demand(Turn turn, Inbound inbound, Request request, Passage.Way way) {
        var begun = beganInClear(turn, inbound, request);
        var demand = new Injecting(turn.config()).demand(request, inbound, way, begun);
        var known = renumbered.get(flow(request), turn.now()).isPresent();
        return demand.injected() && known ? demand.withdrawn() : demand;
    }

    /// Such a request is let in.
    void begin(Turn turn, Passage passage) {
        passage.outOfScope = passage.asked() && outOfScope(turn, passage);
        continueNumbers(turn, passage);
    }

    /// The caller asks, but its own path began in clear: kept to, and never called assured.
    private boolean outOfScope(Turn turn, Passage passage) {
        var post407 = beganInClear(turn, passage.inbound, passage.request);
        return !Injecting.secureBefore(passage.request)
                || (post407 && !turn.config().path().trustPost407());
    }

    /// A flow that was renumbered once goes on from where it stood: numbers only rise.
    private void continueNumbers(Turn turn, Passage passage) {
        var number = passage.request.cseq().number();
        renumbered
                .get(flow(passage.request), turn.now())
                .filter(last -> last >= number)
                .ifPresent(
                        last -> {
                            passage.terms.ahead = Renumbering.after(number, last).orElse(0);
                            remember(turn, passage, number + passage.terms.ahead);
                        });
    }

    /// The request goes on with our tag.
    void injected(Turn turn, Passage passage) {
        tell(turn, passage, NoticeKind.INJECTED, Severity.INFO, Reason.NONE);
    }

    // ---- our own signed fragment ----

    /// Whether a fragment of ours goes with the request: only where there is no body, for no body
    /// is ever altered (POL-72, REQ-GEN-3).
    boolean signs(Passage passage) {
        return passage.demand.injected()
                && passage.request.body().isEmpty()
                && passage.demand.route().filter(r -> r.injection().sipfrag()).isPresent();
    }

    void sign(Turn turn, Passage passage, Request request) {
        var dated = OriginFragment.dated(request, turn.now());
        var task = desks.nextTask();
        signing.put(task, new Unsigned(passage, dated));
        turn.arm(Deadline.Kind.WORK, owner(task), turn.config().timers().work());
        var tag = turn.config().assurance().optionTag();
        turn.emit(new Effect.SignBody(task, OriginFragment.of(dated, tag)));
    }

    private static String owner(TaskId task) {
        return "fragment-" + task.value();
    }

    /// The fragment is an extra: without it the request goes all the same.
    void signed(Turn turn, TaskId task, Optional<Body> body) {
        var unsigned = signing.remove(task);
        if (unsigned == null) {
            return;
        }
        turn.disarm(Deadline.Kind.WORK, owner(task));
        var passage = unsigned.passage();
        if (!(passage.state instanceof Exchange.State.Pending)) {
            // Cancelled meanwhile: nothing has left, and nothing will come back.
            var never = new Exchange.Event.Unsent(Reason.CANCELLED, "");
            desks.passages().step(turn, passage, never);
            return;
        }
        if (body.isEmpty()) {
            desks.reporter().count("fragment.not-signed");
        }
        var out = unsigned.request().toBuilder();
        body.map(OriginFragment::optional).ifPresent(out::body);
        desks.passages().leave(turn, passage, out.build());
    }

    void overdue(Turn turn, String owner) {
        if (owner.startsWith("fragment-")) {
            signed(turn, new TaskId(Long.parseLong(owner.substring(9))), Optional.empty());
        }
    }

    // ---- what comes back ----

    /// Whether the refusal of our own tag is answered by taking it back: then the passage has new
    /// terms and its request is to be sent once more (POL-81, `retry-without`).
    boolean takesBack(Turn turn, Passage passage, Response response) {
        var refused = new Unheard(turn.config()).rejectsOurs(response, passage.demand);
        if (!refused || !mayTakeBack(passage)) {
            return false;
        }
        var number = passage.request.cseq().number();
        var highest = passage.call.map(c -> c.sentToB).orElse(0L);
        var last = Math.max(passage.sent.orElse(passage.request).cseq().number(), highest);
        var ahead = Renumbering.after(number, last);
        if (ahead.isEmpty() || !remember(turn, passage, last + 1)) {
            desks.reporter().count("limit.renumbered");
            return false;
        }
        rejected(turn, passage);
        passage.demand = passage.demand.withdrawn();
        passage.terms.demand = passage.demand;
        passage.terms.ahead = ahead.getAsLong();
        passage.call.ifPresent(
                call -> {
                    call.startAgain(passage.demand.words());
                    desks.offers().startAgain(turn, call);
                });
        return true;
    }

    private static boolean mayTakeBack(Passage passage) {
        var policy = passage.demand.route().map(r -> r.injection().onRejected());
        return passage.demand.injected()
                && policy.equals(Optional.of(Injection.OnRejected.RETRY_WITHOUT))
                && passage.state instanceof Exchange.State.Pending
                && !passage.cancelWanted
                && !passage.cancelSent
                && !passage.request.inDialog();
    }

    /// The far side refuses our tag and nothing else.
    void rejected(Turn turn, Passage passage) {
        tell(
                turn,
                passage,
                NoticeKind.INJECTED_REJECTED,
                Severity.WARNING,
                Reason.INJECTED_REJECTED);
    }

    /// POL-91: a challenge that goes back in clear is remembered.
    void relayed(Turn turn, Passage passage, Response response) {
        var status = response.status().value();
        var challenge = status == 401 || status == 407;
        if (!challenge || !(passage.inbound.security() instanceof ChannelSecurity.Clear)) {
            return;
        }
        var life = turn.config().path().challengeMemory();
        var most = turn.config().limits().transactions();
        for (var name : names(passage.inbound, passage.request)) {
            if (!challenged.put(name, true, turn.now().plus(life), most)) {
                desks.reporter().count("limit.challenges");
                blindUntil = turn.now().plus(life);
            }
        }
        rearm(turn);
    }

    // ---- memory ----

    private boolean beganInClear(Turn turn, Inbound inbound, Request request) {
        return blindUntil.isAfter(turn.now())
                || names(inbound, request).stream()
                        .anyMatch(name -> challenged.get(name, turn.now()).isPresent());
    }

    private static List<String> names(Inbound inbound, Request request) {
        var from = request.from().uri();
        var user = from.user() + "@" + from.host() + " " + inbound.remote().getAddress();
        return List.of("flow " + flow(request), "user " + user);
    }

    private static String flow(Request request) {
        return request.callId() + "|" + request.from().tag();
    }

    private boolean remember(Turn turn, Passage passage, long number) {
        var until = turn.now().plus(turn.config().timers().transaction());
        var most = turn.config().limits().transactions();
        var kept = renumbered.put(flow(passage.request), number, until, most);
        rearm(turn);
        return kept;
    }

    void forget(Turn turn) {
        challenged.forget(turn.now());
        renumbered.forget(turn.now());
        rearm(turn);
    }

    private void rearm(Turn turn) {
        var ends = Stream.concat(challenged.next().stream(), renumbered.next().stream());
        ends.min(Instant::compareTo)
                .ifPresent(
                        at ->
                                turn.arm(
                                        FORGETTING.kind(),
                                        FORGETTING.owner(),
                                        Duration.between(turn.now(), at)));
    }

    int size() {
        return challenged.size() + renumbered.size() + signing.size();
    }

    // ---- reports ----

    private void tell(
            Turn turn, Passage passage, NoticeKind kind, Severity severity, Reason reason) {
        var details = new LinkedHashMap<String, String>();
        passage.demand.route().ifPresent(route -> describe(route, details));
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(kind, severity, reason),
                        Optional.of(passage.key()),
                        Optional.of(passage.from),
                        details);
    }

    private static void describe(Route route, Map<String, String> details) {
        details.put("route", route.domain() + " to " + route.to());
        details.put(
                "on-rejected",
                route.injection().onRejected() == Injection.OnRejected.REJECT
                        ? "reject"
                        : "retry-without");
    }
}
