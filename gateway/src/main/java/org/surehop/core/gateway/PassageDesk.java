package org.surehop.core.gateway;

import java.util.Optional;
import org.surehop.core.call.CallLife;
import org.surehop.core.call.Exchange;
import org.surehop.core.disclosure.Need;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.location.Place;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// Takes requests across the border: runs the [Exchange] table of each passage and does what it
/// says. What comes back arrives by [Homeward].
final class PassageDesk {
    private final Desks desks;
    private final Answers answers;
    private final Reading reading;
    private final MessageDesk messages;
    private final TrickleDesk trickles;
    private final Onward onward;
    private final Undoing undoing;
    private final Underway underway = new Underway();
    private final Homeward homeward;
    private final ProtectionDesk protection;

    PassageDesk(Desks desks) {
        this.desks = desks;
        this.answers = new Answers(desks);
        var budget = new KeyBudget();
        this.protection = new ProtectionDesk(desks.reporter());
        this.reading = new Reading(desks, budget, protection);
        this.messages = new MessageDesk(desks, budget, protection);
        this.trickles = new TrickleDesk(desks);
        this.onward = new Onward(desks);
        this.undoing = new Undoing(desks);
        this.homeward = new Homeward(desks, underway, onward, answers, undoing);
    }

    /// What client transactions deliver, and the way back.
    Homeward homeward() {
        return homeward;
    }

    /// The bodies of MESSAGE requests, and their archive.
    MessageDesk messages() {
        return messages;
    }

    /// What notices that less is protected than before.
    ProtectionDesk protection() {
        return protection;
    }

    int size() {
        return underway.size() + reading.size() + messages.size();
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
        protection.arrived(turn, passage);
        desks.offers().arrived(turn, passage);
        step(turn, passage, new Exchange.Event.Arrived(need(turn, passage)));
    }

    private Need need(Turn turn, Passage passage) {
        var config = turn.config();
        if (MessageDesk.concerns(config, passage.request)
                && !config.disclosure().spares(passage.served())) {
            return new Need.ReadMessage();
        }
        if (passage.bypass) {
            // Nobody who calls for help is asked to encrypt for us: no body is looked at.
            return new Need.NothingToRead();
        }
        var need = desks.judge(config, passage).need(passage.request);
        return LocationDesk.concerns(config, passage)
                ? LocationDesk.need(config, passage.request, need)
                : need;
    }

    void step(Turn turn, Passage passage, Exchange.Event event) {
        var step = Exchange.step(passage.state, event);
        passage.state = step.state();
        for (var effect : step.effects()) {
            perform(turn, passage, effect);
        }
        homeward.release(turn, passage);
    }

    private void perform(Turn turn, Passage passage, Exchange.Effect effect) {
        switch (effect) {
            case Exchange.Effect.ReadOffer(var ids) ->
                    reading.open(turn, passage, passage.request.body(), ids);
            case Exchange.Effect.ReadAnswer(var answer, var ids) ->
                    reading.open(turn, passage, answer.body(), ids);
            case Exchange.Effect.ReadMessage _ -> messages.open(turn, passage);
            case Exchange.Effect.JudgeOffer _ ->
                    reading.judge(turn, passage, passage.request.body());
            case Exchange.Effect.JudgeAnswer(var answer) ->
                    reading.judge(turn, passage, answer.body());
            case Exchange.Effect.Prepare(var said) when TrickleDesk.concerns(passage) ->
                    trickles.prepare(turn, passage, said);
            case Exchange.Effect.Prepare(var said) -> desks.offers().prepare(turn, passage, said);
            case Exchange.Effect.Forward _ -> onward.forward(turn, passage);
            case Exchange.Effect.ForwardAgain _ -> onward.again(turn, passage);
            case Exchange.Effect.Relay(var response) -> homeward.relay(turn, passage, response);
            case Exchange.Effect.Refuse(var refused) -> answers.refuse(turn, passage, refused);
            case Exchange.Effect.Decline(var reason, var detail) ->
                    answers.decline(turn, passage, reason, detail);
            case Exchange.Effect.Settle(var answer, var said) ->
                    desks.offers().settle(turn, passage, answer, said);
            case Exchange.Effect.SettleBlindly(var answer, var proof) ->
                    desks.unseen().settle(turn, passage, answer, proof);
            case Exchange.Effect.Withhold(var response, var reason) -> {
                desks.offers().withheld(turn, passage, reason);
                homeward.relay(turn, passage, response.toBuilder().body(Body.NONE).build());
            }
            case Exchange.Effect.Rollback _ -> {
                desks.offers().failed(turn, passage);
                trickles.failed(turn, passage);
            }
            case Exchange.Effect.CancelOnward _ -> onward.cancel(turn, passage);
            case Exchange.Effect.Undo(var answer, var reason) ->
                    undoing.undo(turn, passage, answer, reason);
            case Exchange.Effect.Finish _ -> finish(turn, passage);
        }
    }

    /// Whether an ACK with that number is read already.
    boolean reads(Call call, Request ack) {
        return underway.of(call).stream()
                .map(p -> p.request)
                .anyMatch(
                        r ->
                                r.method().equals(Method.ACK)
                                        && r.cseq().equals(ack.cseq())
                                        && r.from().tag().equals(ack.from().tag()));
    }

    void opened(Turn turn, Event.BodyOpened opened) {
        reading.opened(turn, opened);
    }

    /// The request of that passage is complete and goes on (POL-72).
    void leave(Turn turn, Passage passage, Request request) {
        onward.leave(turn, passage, request);
    }

    void located(Turn turn, TaskId task, Optional<Place> place) {
        reading.locations().read(turn, task, place);
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

    // ---- the firewall ----

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
                    messages.forget(passage);
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

    /// Nothing more comes from the client transaction of that passage.
    void over(Passage passage) {
        passage.clientOver = true;
        released(passage);
    }

    private void finish(Turn turn, Passage passage) {
        if (passage.finished) {
            return;
        }
        passage.finished = true;
        reading.forget(passage);
        messages.forget(passage);
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
        messages.settle(turn, passage);
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
