package org.surehop.core.gateway;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.call.Exchange;
import org.surehop.core.config.Demands;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.Expectation;
import org.surehop.core.disclosure.IdentityBody;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.StatusCode;

/// Has the bodies of passages read and judged.
final class Reading {
    /// What no second look mends.
    private static final Set<Obstacle> HOPELESS =
            Set.of(Obstacle.BUSY, Obstacle.OVER_BUDGET, Obstacle.TOO_COMPLEX, Obstacle.MALFORMED);

    private final Desks desks;
    private final KeyBudget budget;
    private final LocationDesk locations;
    private final IdentityDesk identities;
    private final TunnelDesk tunnels;
    private final ProtectionDesk protection;
    private final Map<TaskId, Work> byTask = new HashMap<>();

    /// What is under way, and how many private-key operations were taken for it.
    private record Work(
            Passage passage, KeyBudget.Payer payer, int taken, Body body, boolean labelled) {}

    Reading(Desks desks, KeyBudget budget, ProtectionDesk protection) {
        this.desks = desks;
        this.budget = budget;
        this.locations = new LocationDesk(desks, this::judged);
        this.identities = new IdentityDesk(desks.reporter());
        this.tunnels = new TunnelDesk(desks.reporter());
        this.protection = protection;
    }

    void open(Turn turn, Passage passage, Body body, List<String> contentIds) {
        var task = desks.nextTask();
        var payer = payer(turn, passage);
        var demands = turn.config().disclosure().demands();
        var taken = budget.take(turn.now(), payer, Effect.OpenBody.KEY_OPERATIONS, demands);
        // An answer is read at the price of the request that it answers: one for each.
        var allowed = answering(passage) ? Effect.OpenBody.KEY_OPERATIONS : taken;
        byTask.put(task, new Work(passage, payer, taken, body, !contentIds.isEmpty()));
        turn.emit(new Effect.OpenBody(task, body, contentIds, allowed, scope(passage)));
        turn.arm(Deadline.Kind.WORK, passage.owner(), turn.config().timers().work());
    }

    /// The sender as we know it: nobody can use up the budget of a user of another peer.
    static KeyBudget.Payer payer(Turn turn, Passage passage) {
        var peer = FrontDesk.peerName(turn.config(), passage.inbound);
        var user = passage.request.from().uri();
        var name = passage.user.orElse(user.user() + "@" + user.host());
        return new KeyBudget.Payer(peer + " " + name, peer);
    }

    static KeyScope scope(Passage passage) {
        var request = passage.request;
        return passage.call
                .map(Call::opensKeys)
                .orElseGet(() -> KeyScope.ofPair(request.from().uri(), request.to().uri()));
    }

    void opened(Turn turn, Event.BodyOpened opened) {
        desks.reporter().count("cms.private-key-operations", opened.keyOperations());
        var work = byTask.remove(opened.task());
        if (work == null) {
            desks.reporter().count("cms.late-answer");
            return;
        }
        budget.giveBack(work.payer(), Math.max(0, work.taken() - opened.keyOperations()));
        var passage = work.passage();
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        var policy = turn.config().disclosure().of(passage.served()).demands();
        if (work.labelled() && doubtful(passage, opened.facts(), policy)) {
            tellLabel(turn, passage);
            open(turn, passage, work.body(), List.of());
            return;
        }
        var identity =
                identities
                        .check(turn, passage, opened.facts(), outer(passage), policy)
                        .or(() -> tunnels.check(turn, passage, opened.facts(), policy));
        var judgement =
                identity.<Judgement>map(r -> new Judgement.Refused(r, new StatusCode(403)))
                        .orElseGet(
                                () ->
                                        desks.judge(turn.config(), passage)
                                                .judge(opened.facts(), expectation(passage)));
        if (!(judgement instanceof Judgement.Refused)) {
            protection.read(turn, passage, opened.facts());
        }
        var placed =
                !answering(passage)
                        && !(judgement instanceof Judgement.Refused)
                        && LocationDesk.concerns(turn.config(), passage);
        if (placed) {
            locations.look(turn, passage, opened.facts(), judgement);
        } else {
            judged(turn, passage, judgement);
        }
    }

    /// REQ-CONF-3: a label that anybody may have written, or changed on the way, chooses nothing;
    /// then all of the body is read, as without one.
    private static boolean doubtful(Passage passage, BodyFacts facts, Demands policy) {
        return policy.authenticatedLabel()
                && Collections.disjoint(facts.obstacles(), HOPELESS)
                && !knownSender(passage)
                && !IdentityBody.confirmsLabel(facts, outer(passage));
    }

    /// Whether the label came from somebody who is known, over nothing but secure hops.
    private static boolean knownSender(Passage passage) {
        if (answering(passage)) {
            return passage.egressSecurity.filter(s -> !s.domains().isEmpty()).isPresent();
        }
        var security = passage.inbound.security();
        return !(security instanceof ChannelSecurity.Clear)
                && Injecting.secureBefore(passage.request)
                && (passage.user.isPresent() || !security.domains().isEmpty());
    }

    private void tellLabel(Turn turn, Passage passage) {
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(
                                NoticeKind.IDENTITY_MISMATCH,
                                Severity.INFO,
                                Reason.LABEL_UNAUTHENTICATED),
                        Optional.of(passage.key()),
                        Optional.of(passage.from),
                        Map.of("headers", "Proxy-Inspect-Body"));
    }

    /// A body that nobody protected: policy decides at once.
    void judge(Turn turn, Passage passage, Body body) {
        judged(
                turn,
                passage,
                desks.judge(turn.config(), passage).clear(body, expectation(passage)));
    }

    private void judged(Turn turn, Passage passage, Judgement judgement) {
        if (judgement instanceof Judgement.Accepted(var proof) && proof.showsMediaKeys()) {
            tellKeys(turn, passage);
        }
        desks.passages().step(turn, passage, new Exchange.Event.Judged(judgement));
    }

    /// SVC-5: the keys of the media are for the ends alone. The keys themselves are told nobody.
    private void tellKeys(Turn turn, Passage passage) {
        desks.reporter()
                .tell(
                        turn,
                        new Reporter.What(
                                NoticeKind.SRTP_KEY_EXPOSED,
                                Severity.WARNING,
                                Reason.SRTP_KEY_EXPOSED),
                        Optional.of(passage.key()),
                        Optional.of(answering(passage) ? passage.from.other() : passage.from),
                        Map.of("in", answering(passage) ? "answer" : "offer"));
    }

    private static IdentityBody.Outer outer(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer(var answer)
                ? IdentityBody.Outer.of(answer)
                : IdentityBody.Outer.of(passage.request);
    }

    private static boolean answering(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer;
    }

    private static Expectation expectation(Passage passage) {
        return answering(passage)
                ? Expectation.ofResponseTo(passage.request)
                : Expectation.ofRequest(passage.request);
    }

    void forget(Passage passage) {
        byTask.values().removeIf(work -> work.passage() == passage);
        locations.forget(passage);
    }

    /// Where the place of a caller is looked at.
    LocationDesk locations() {
        return locations;
    }

    int size() {
        return byTask.size() + locations.size();
    }
}
