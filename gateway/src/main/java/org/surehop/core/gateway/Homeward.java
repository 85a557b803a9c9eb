package org.surehop.core.gateway;

import java.util.Optional;
import java.util.Set;
import org.surehop.core.call.CallLife;
import org.surehop.core.call.Exchange;
import org.surehop.core.disclosure.Need;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Response;

/// The way back of a passage: what its client transaction delivers, and what of it the asking side
/// is told.
final class Homeward implements TransactionDesk.User {
    /// A 481 to one of these speaks of a subscription or of a provisional response, not of the call
    /// (RFC 5057 §5.1, RFC 3262 §3).
    private static final Set<String> OF_OTHER_USAGES =
            Set.of("NOTIFY", "SUBSCRIBE", "REFER", "PRACK");

    /// More provisional responses than this do not wait for one that is read.
    private static final int MOST_HELD = 16;

    private final Desks desks;
    private final Underway underway;
    private final Onward onward;
    private final Answers answers;
    private final Undoing undoing;
    private final Failover failover;

    Homeward(Desks desks, Underway underway, Onward onward, Answers answers, Undoing undoing) {
        this.desks = desks;
        this.underway = underway;
        this.onward = onward;
        this.answers = answers;
        this.undoing = undoing;
        this.failover = new Failover(desks, onward);
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
        passage.reached = evidence.place();
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
            } else if (!response.status().provisional()) {
                desks.collector().answered(turn, key, response);
            }
            return;
        }
        if (Exchange.holdsBack(passage.state)) {
            hold(passage, new Passage.Held(response, inbound));
        } else {
            deliver(turn, passage, response, inbound);
        }
    }

    /// What comes while a provisional response is read waits for it: nobody may be overtaken.
    private void hold(Passage passage, Passage.Held next) {
        if (passage.held.size() < MOST_HELD || !next.response().status().provisional()) {
            passage.held.add(next);
        } else {
            desks.reporter().count("limit.held-responses");
        }
    }

    /// The one before is through.
    void release(Turn turn, Passage passage) {
        while (!passage.held.isEmpty() && !Exchange.holdsBack(passage.state)) {
            var next = passage.held.removeFirst();
            deliver(turn, passage, next.response(), next.inbound());
        }
    }

    private void deliver(Turn turn, Passage passage, Response response, Inbound inbound) {
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
            if (desks.injection().takesBack(turn, passage, response)) {
                desks.passages().step(turn, passage, new Exchange.Event.TagRefused());
            } else if (!failover.refused(turn, passage, response, inbound)) {
                desks.passages().step(turn, passage, new Exchange.Event.Failure(response));
            }
        }
    }

    private void provisional(Turn turn, Passage passage, Response response, Inbound inbound) {
        passage.provisionalSeen = true;
        onward.provisional(turn, passage);
        if (response.status().value() == 100) {
            return;
        }
        if (passage.opensCall() && !response.to().tag().isEmpty()) {
            var call = passage.call.orElseThrow();
            call.early(Undoing.callee(passage, response, inbound));
            call.addressB = Optional.ofNullable(inbound.remote().getAddress());
        }
        var need = need(turn, passage, response);
        desks.passages().step(turn, passage, new Exchange.Event.Provisional(response, need));
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
        var need = need(turn, passage, response);
        desks.passages().step(turn, passage, new Exchange.Event.Success(response, need));
    }

    private Need need(Turn turn, Passage passage, Response response) {
        var unread = desks.unseen().unread(turn, passage, response);
        if (unread.isPresent()) {
            return new Need.OpenBlindly(unread.get());
        }
        return desks.offers().counts(passage, response)
                ? desks.judge(turn.config(), passage).need(response)
                : new Need.NothingToRead();
    }

    @Override
    public void timedOut(Turn turn, TransactionKey key) {
        var passage = underway.by(key).orElse(null);
        if (passage != null) {
            if (!failover.timedOut(turn, passage)) {
                desks.passages().step(turn, passage, new Exchange.Event.TimedOut());
            }
        } else {
            desks.notifies().answered(key, false);
            desks.collector().unanswered(turn, key);
        }
    }

    @Override
    public void failed(Turn turn, TransactionKey key, Event.SendFailed failure) {
        var passage = underway.by(key).orElse(null);
        if (passage != null) {
            if (!failover.unsent(turn, passage, failure)) {
                var unsent = new Exchange.Event.Unsent(failure.reason(), failure.detail());
                desks.passages().step(turn, passage, failover.outcome(passage, unsent));
            }
        } else {
            desks.notifies().unsent(key);
            desks.collector().unanswered(turn, key);
        }
    }

    @Override
    public void over(Turn turn, TransactionKey key) {
        underway.over(key)
                // What was sent again lives on in its latest transaction (POL-81, EDG-32).
                .filter(passage -> passage.clientKey.equals(Optional.of(key)))
                .ifPresent(desks.passages()::over);
    }

    @Override
    public void unacknowledged(Turn turn, ServerKey key) {
        desks.reporter().count("transaction.no-ack");
    }

    // ---- back ----

    void relay(Turn turn, Passage passage, Response response) {
        var out = outward(turn, passage, answers.relayed(turn, passage, response));
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
            desks.injection().relayed(turn, passage, response);
            passage.failure = answers.causeOf(turn, passage, response);
            desks.passages().protection().refused(turn, passage, response);
            lostDialog(turn, passage, response);
        }
    }

    /// With outside places for private media addresses, where the description may be rewritten.
    private Response outward(Turn turn, Passage passage, Response response) {
        var from = passage.from.other();
        return passage.call
                .map(c -> desks.nat().outward(c, from, response.body(), turn.now()))
                .filter(body -> !body.equals(response.body()))
                .map(body -> response.toBuilder().body(body).build())
                .orElse(response);
    }

    private void delivered(Turn turn, Passage passage, Response response) {
        desks.assurance().succeeded(turn, passage, response);
        if (passage.opensCall()) {
            var call = passage.call.orElseThrow();
            call.fact("answered", turn.now().toString());
            desks.calls().step(turn, call, new CallLife.Event.Accepted());
        }
        desks.offers().delivered(turn, passage, response);
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
}
