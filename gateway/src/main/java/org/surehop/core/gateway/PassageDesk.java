package org.surehop.core.gateway;

import java.util.Optional;
import java.util.Set;
import org.surehop.core.call.CallLife;
import org.surehop.core.call.Exchange;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Takes requests across the border and their answers back: runs the [Exchange] table of each
/// passage and does what it says.
final class PassageDesk implements TransactionDesk.User {
    /// A 481 to one of these speaks of a subscription or of a provisional response, not of the call
    /// (RFC 5057 §5.1, RFC 3262 §3).
    private static final Set<String> OF_OTHER_USAGES =
            Set.of("NOTIFY", "SUBSCRIBE", "REFER", "PRACK");

    private final Desks desks;
    private final Answers answers;
    private final Reading reading;
    private final Onward onward;
    private final Undoing undoing;
    private final Underway underway = new Underway();

    PassageDesk(Desks desks) {
        this.desks = desks;
        this.answers = new Answers(desks);
        this.reading = new Reading(desks);
        this.onward = new Onward(desks);
        this.undoing = new Undoing(desks);
    }

    int size() {
        return underway.size() + reading.size();
    }

    /// Whether the same request is on its way already by another branch (RFC 3261 §8.2.2.2).
    boolean merged(Request request) {
        return underway.merged(request);
    }

    void admit(Turn turn, Passage passage) {
        underway.add(passage);
        passage.relation.ifPresent(r -> r.busy(1));
        passage.call.ifPresent(
                call -> {
                    call.unfinished++;
                    call.line(
                            turn.now(), passage.from.name(), "GW", passage.request.method().name());
                });
        if (passage.request.method().equals(Method.INVITE)) {
            desks.transactions()
                    .respond(
                            turn,
                            passage.serverKey,
                            Crossing.local(passage.request, 100, "Trying", ""));
        }
        var need = desks.judge(turn.config()).need(passage.request);
        step(turn, passage, new Exchange.Event.Arrived(need));
    }

    void step(Turn turn, Passage passage, Exchange.Event event) {
        var step = Exchange.step(passage.state, event);
        passage.state = step.state();
        for (var effect : step.effects()) {
            perform(turn, passage, effect);
        }
    }

    private void perform(Turn turn, Passage passage, Exchange.Effect effect) {
        switch (effect) {
            case Exchange.Effect.ReadOffer(var ids) ->
                    reading.open(turn, passage, passage.request.body(), ids);
            case Exchange.Effect.ReadAnswer(_, var ids) ->
                    reading.open(turn, passage, passage.answerBody, ids);
            case Exchange.Effect.JudgeOffer _ ->
                    reading.judge(turn, passage, passage.request.body());
            case Exchange.Effect.JudgeAnswer _ -> reading.judge(turn, passage, passage.answerBody);
            case Exchange.Effect.Forward _ -> onward.forward(turn, passage);
            case Exchange.Effect.Relay(var response) -> relay(turn, passage, response);
            case Exchange.Effect.Refuse(var refused) -> answers.refuse(turn, passage, refused);
            case Exchange.Effect.Decline(var reason, var detail) ->
                    answers.decline(turn, passage, reason, detail);
            case Exchange.Effect.Enable(var offer, var answer) ->
                    desks.pinholes().enable(turn, passage, offer, answer);
            case Exchange.Effect.Rollback _ -> rollback(turn, passage);
            case Exchange.Effect.CancelOnward _ -> onward.cancel(turn, passage);
            case Exchange.Effect.Undo(var answer, var reason) ->
                    undoing.undo(turn, passage, answer, reason);
            case Exchange.Effect.Finish _ -> finish(turn, passage);
        }
    }

    void opened(Turn turn, TaskId task, BodyFacts facts) {
        reading.opened(turn, task, facts);
    }

    /// From now on the responses to that client transaction are this passage's.
    void expect(TransactionKey key, Passage passage) {
        underway.left(key, passage);
    }

    void cancelled(Turn turn, ServerKey invite) {
        underway.by(invite).ifPresent(passage -> cancelled(turn, passage));
    }

    private void cancelled(Turn turn, Passage passage) {
        passage.call.ifPresent(c -> c.line(turn.now(), passage.from.name(), "GW", "CANCEL"));
        if (passage.opensCall() || passage.clientKey.isEmpty()) {
            step(turn, passage, new Exchange.Event.Cancelled());
        } else {
            // In a dialog the far side decides: it may have agreed already, and the session goes
            // on as it says.
            onward.cancel(turn, passage);
        }
    }

    // ---- what client transactions deliver ----

    @Override
    public void sent(Turn turn, TransactionKey key, Event.RequestSent evidence) {
        var passage = underway.by(key).orElse(null);
        if (passage == null) {
            return;
        }
        passage.egress = Optional.of(evidence.connection());
        passage.egressSecurity = Optional.of(evidence.security());
        if (passage.opensCall()) {
            passage.call.orElseThrow().fact("egress", CallDesk.channel(evidence.security()));
        }
    }

    @Override
    public void response(Turn turn, TransactionKey key, Response response, Inbound inbound) {
        var passage = underway.by(key).orElse(null);
        if (passage == null) {
            if (desks.notifies().owns(key) && !response.status().provisional()) {
                desks.notifies().answered(key, response.status().success());
            }
            return;
        }
        passage.egress = Optional.of(inbound.connection());
        passage.call.ifPresent(
                call ->
                        call.line(
                                turn.now(),
                                passage.from.other().name(),
                                "GW",
                                response.status() + " " + response.cseq().method()));
        if (passage.opensCall()) {
            passage.call.orElseThrow().proven.put(Leg.B, Admission.identities(inbound));
        }
        if (response.status().provisional()) {
            provisional(turn, passage, response, inbound);
        } else if (response.status().success()) {
            success(turn, passage, response, inbound);
        } else {
            turn.disarm(Deadline.Kind.CLIENT_TRANSACTION, passage.owner());
            step(turn, passage, new Exchange.Event.Failure(response));
        }
    }

    private void provisional(Turn turn, Passage passage, Response response, Inbound inbound) {
        passage.provisionalSeen = true;
        onward.provisional(turn, passage);
        if (response.status().value() == 100) {
            return;
        }
        if (passage.opensCall() && !response.to().tag().isEmpty()) {
            passage.call.orElseThrow().early(Undoing.callee(passage, response, inbound));
        }
        step(turn, passage, new Exchange.Event.Provisional(response));
    }

    private void success(Turn turn, Passage passage, Response response, Inbound inbound) {
        turn.disarm(Deadline.Kind.CLIENT_TRANSACTION, passage.owner());
        if (passage.opensCall()) {
            var call = passage.call.orElseThrow();
            if (call.legB.isPresent() || !passage.undoAcks.isEmpty()) {
                undoing.again(turn, passage, response, inbound);
                return;
            }
            call.addressB = Optional.ofNullable(inbound.remote().getAddress());
            if (!(passage.state instanceof Exchange.State.Abandoned)) {
                call.confirm(Undoing.callee(passage, response, inbound));
            } else {
                call.late(Undoing.callee(passage, response, inbound));
            }
        } else {
            var leg = passage.from.other();
            passage.relation.ifPresent(r -> r.answered(leg, response, inbound));
        }
        desks.subscriptions().succeeded(turn, passage, response, inbound);
        var counted = answerOf(passage, response);
        passage.answerBody = counted.body();
        var need = desks.judge(turn.config()).need(counted);
        step(turn, passage, new Exchange.Event.Success(response, need));
    }

    /// The response whose body counts as the answer: the 2xx, else the reliable provisional
    /// response before it (RFC 6337 pattern 3).
    private static Response answerOf(Passage passage, Response response) {
        return response.body().isEmpty()
                        && passage.state instanceof Exchange.State.Pending(_, var preview)
                ? preview.orElse(response)
                : response;
    }

    @Override
    public void timedOut(Turn turn, TransactionKey key) {
        var passage = underway.by(key).orElse(null);
        if (passage != null) {
            step(turn, passage, new Exchange.Event.TimedOut());
        } else {
            desks.notifies().answered(key, false);
        }
    }

    @Override
    public void failed(Turn turn, TransactionKey key, Reason reason, String detail) {
        var passage = underway.by(key).orElse(null);
        if (passage != null) {
            step(turn, passage, new Exchange.Event.Unsent(reason, detail));
        } else {
            desks.notifies().unsent(key);
        }
    }

    @Override
    public void over(Turn turn, TransactionKey key) {
        underway.over(key)
                .ifPresent(
                        passage -> {
                            passage.clientOver = true;
                            released(passage);
                        });
    }

    @Override
    public void unacknowledged(Turn turn, ServerKey key) {
        desks.reporter().count("transaction.no-ack");
    }

    // ---- back ----

    void relay(Turn turn, Passage passage, Response response) {
        var out = answers.relayed(turn, passage, response);
        passage.call.ifPresent(
                call ->
                        call.line(
                                turn.now(),
                                "GW",
                                passage.from.name(),
                                out.status() + " " + out.cseq().method()));
        desks.transactions().respond(turn, passage.serverKey, out);
        if (response.status().success()) {
            delivered(turn, passage, response);
        } else if (response.status().failure()) {
            passage.failure = answers.causeOf(turn, passage, response);
            lostDialog(turn, passage, response);
        }
    }

    private void delivered(Turn turn, Passage passage, Response response) {
        desks.assurance().succeeded(turn, passage, response);
        if (passage.opensCall()) {
            var call = passage.call.orElseThrow();
            call.fact("answered", turn.now().toString());
            desks.calls().step(turn, call, new CallLife.Event.Accepted());
        }
        desks.pinholes().answered(turn, passage, response);
    }

    /// EDG-54: 481 or 408 to a request in the dialog means that the far side has lost it.
    private void lostDialog(Turn turn, Passage passage, Response response) {
        var status = response.status().value();
        if (status == 481 && passage.request.inDialog()) {
            passage.subscription().ifPresent(s -> desks.subscriptions().end(turn, s));
        }
        var speaksOfCall = !OF_OTHER_USAGES.contains(passage.request.method().name());
        if (!passage.opensCall() && speaksOfCall && (status == 481 || status == 408)) {
            passage.call.ifPresent(
                    c ->
                            desks.calls()
                                    .step(turn, c, new CallLife.Event.Lost(passage.from.other())));
        }
    }

    private void rollback(Turn turn, Passage passage) {
        if (!passage.opensCall()) {
            passage.call.filter(c -> !c.ended()).ifPresent(c -> desks.pinholes().rollback(turn, c));
        }
    }

    void rulesApplied(Turn turn, Passage passage) {
        step(turn, passage, new Exchange.Event.RulesApplied());
    }

    void rulesRefused(Turn turn, Passage passage, Reason reason, String detail) {
        step(turn, passage, new Exchange.Event.RulesRefused(reason, detail));
    }

    // ---- the end ----

    void ringing(Turn turn, String owner) {
        giveUp(turn, underway.by(owner), Reason.PEER_TIMEOUT);
    }

    void overdue(Turn turn, String owner) {
        giveUp(turn, underway.by(owner), Reason.CONGESTION);
    }

    /// After CANCEL nothing final came: the INVITE is over all the same (§9.1).
    void cancelUnanswered(Turn turn, String owner) {
        underway.by(owner)
                .ifPresent(
                        passage -> {
                            step(turn, passage, new Exchange.Event.TimedOut());
                            passage.clientKey.ifPresent(
                                    key -> desks.transactions().forget(turn, key));
                        });
    }

    private void giveUp(Turn turn, Optional<Passage> found, Reason reason) {
        found.ifPresent(
                passage -> {
                    reading.forget(passage);
                    step(turn, passage, new Exchange.Event.GivenUp(reason));
                });
    }

    /// The INVITE that would open the call is given up, and what it may still bring is undone.
    void giveUpInvite(Turn turn, Call call, Reason reason) {
        underway.of(call).stream()
                .filter(Passage::opensCall)
                .forEach(passage -> giveUp(turn, Optional.of(passage), reason));
    }

    /// All requests of that call that still wait are given up.
    void giveUp(Turn turn, Call call, Reason reason) {
        underway.of(call).forEach(passage -> giveUp(turn, Optional.of(passage), reason));
    }

    private void finish(Turn turn, Passage passage) {
        if (passage.finished) {
            return;
        }
        passage.finished = true;
        reading.forget(passage);
        turn.disarm(Deadline.Kind.RINGING, passage.owner());
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        turn.disarm(Deadline.Kind.CLIENT_TRANSACTION, passage.owner());
        underway.answered(passage);
        passage.call.ifPresent(call -> call.unfinished--);
        if (passage.failure != Reason.NONE) {
            desks.assurance().failed(turn, passage, passage.failure);
            passage.opensSubscription().ifPresent(s -> desks.subscriptions().end(turn, s));
            if (passage.opensCall()) {
                var call = passage.call.orElseThrow();
                desks.calls().step(turn, call, new CallLife.Event.Declined(passage.failure));
            }
        }
        if (passage.clientKey.flatMap(underway::by).isEmpty()) {
            passage.clientOver = true;
        }
        passage.settle();
        passage.call.filter(Call::ended).ifPresent(call -> desks.calls().storyChanged(turn, call));
        released(passage);
    }

    private void released(Passage passage) {
        if (passage.finished && passage.clientOver && underway.forget(passage)) {
            passage.relation.ifPresent(
                    relation -> {
                        relation.busy(-1);
                        switch (relation) {
                            case Call call -> desks.calls().sweep(call);
                            case Subscription s -> desks.subscriptions().sweep(s);
                        }
                    });
        }
    }
}
