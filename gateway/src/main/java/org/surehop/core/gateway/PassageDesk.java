package org.surehop.core.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.call.CallLife;
import org.surehop.core.call.Exchange;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.Expectation;
import org.surehop.core.disclosure.TaskId;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Takes requests across the border and their answers back: runs the [Exchange] table of each
/// passage and does what it says.
final class PassageDesk implements TransactionDesk.User {
    private final Desks desks;
    private final Answers answers;
    private final Map<ServerKey, Passage> byServer = new HashMap<>();
    private final Map<TransactionKey, Passage> byClient = new HashMap<>();
    private final Map<TaskId, Passage> byTask = new HashMap<>();
    private final Map<String, Passage> byOwner = new HashMap<>();
    private final Map<String, Integer> identities = new HashMap<>();

    PassageDesk(Desks desks) {
        this.desks = desks;
        this.answers = new Answers(desks);
    }

    int size() {
        return byOwner.size() + byClient.size() + byTask.size();
    }

    /// Whether the same request is on its way already by another branch (RFC 3261 §8.2.2.2).
    boolean merged(Request request) {
        return identities.containsKey(identity(request));
    }

    private static String identity(Request request) {
        return request.callId()
                + "|"
                + request.from().tag()
                + "|"
                + request.cseq().number()
                + "|"
                + request.method()
                + "|"
                + request.uri();
    }

    void admit(Turn turn, Passage passage) {
        byServer.put(passage.serverKey, passage);
        byOwner.put(passage.owner(), passage);
        identities.merge(identity(passage.request), 1, Integer::sum);
        passage.call.ifPresent(
                call -> {
                    call.passages++;
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

    private void step(Turn turn, Passage passage, Exchange.Event event) {
        var step = Exchange.step(passage.state, event);
        passage.state = step.state();
        for (var effect : step.effects()) {
            perform(turn, passage, effect);
        }
    }

    private void perform(Turn turn, Passage passage, Exchange.Effect effect) {
        switch (effect) {
            case Exchange.Effect.ReadOffer(var ids) ->
                    open(turn, passage, passage.request.body(), ids);
            case Exchange.Effect.ReadAnswer(_, var ids) ->
                    open(turn, passage, passage.answerBody, ids);
            case Exchange.Effect.JudgeOffer _ -> judgeClear(turn, passage, passage.request.body());
            case Exchange.Effect.JudgeAnswer _ -> judgeClear(turn, passage, passage.answerBody);
            case Exchange.Effect.Forward _ -> forward(turn, passage);
            case Exchange.Effect.Relay(var response) -> relay(turn, passage, response);
            case Exchange.Effect.Refuse(var refused) -> answers.refuse(turn, passage, refused);
            case Exchange.Effect.Decline(var reason, var detail) ->
                    answers.decline(turn, passage, reason, detail);
            case Exchange.Effect.Enable(var offer, var answer) ->
                    desks.pinholes().enable(turn, passage, offer, answer);
            case Exchange.Effect.Rollback _ -> rollback(turn, passage);
            case Exchange.Effect.CancelOnward _ -> cancelOnward(turn, passage);
            case Exchange.Effect.Undo(var answer, var reason) ->
                    undo(turn, passage, answer, reason);
            case Exchange.Effect.Finish _ -> finish(turn, passage);
        }
    }

    // ---- reading bodies ----

    private void open(Turn turn, Passage passage, Body body, List<String> contentIds) {
        var task = desks.nextTask();
        byTask.put(task, passage);
        turn.emit(new Effect.OpenBody(task, body, contentIds));
        turn.arm(Deadline.Kind.WORK, passage.owner(), turn.config().timers().work());
    }

    void opened(Turn turn, TaskId task, BodyFacts facts) {
        var passage = byTask.remove(task);
        if (passage == null) {
            desks.reporter().count("cms.late-answer");
            return;
        }
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        var judgement = desks.judge(turn.config()).judge(facts, expectation(passage));
        step(turn, passage, new Exchange.Event.Judged(judgement));
    }

    private void judgeClear(Turn turn, Passage passage, Body body) {
        var judgement = desks.judge(turn.config()).clear(body, expectation(passage));
        step(turn, passage, new Exchange.Event.Judged(judgement));
    }

    private static Expectation expectation(Passage passage) {
        return passage.state instanceof Exchange.State.ReadingAnswer
                ? Expectation.ofResponseTo(passage.request)
                : Expectation.ofRequest(passage.request);
    }

    // ---- onward ----

    private void forward(Turn turn, Passage passage) {
        if (passage.opensCall() && refusedByPinholes(turn, passage)) {
            return;
        }
        var config = turn.config();
        var tag = passage.assured ? config.assurance().optionTag() : "";
        var via = turn.tokens().via(config.gateway());
        if (passage.request.inDialog()) {
            forwardInDialog(turn, passage, tag);
            return;
        }
        var contact =
                passage.call.map(
                        c ->
                                Crossing.contact(
                                        config.gateway(),
                                        c.tokenB,
                                        passage.request.uri().secure()));
        var routes = new Admission(config).remainingRoutes(passage.request);
        var out =
                Crossing.onward(
                        passage.request,
                        via,
                        contact.or(
                                () -> Optional.of(Crossing.contact(config.gateway(), "", false))),
                        new Crossing.Hops(routes, tag));
        if (passage.assured && HopNotify.due(passage.request, tag)) {
            desks.assurance().expect(turn, passage);
        }
        send(turn, passage, out);
    }

    /// PRR: an offer that may not have its pinholes goes nowhere (MID-50).
    private boolean refusedByPinholes(Turn turn, Passage passage) {
        if (passage.state instanceof Exchange.State.Pending(var offer, _) && offer.isPresent()) {
            var refusal = desks.pinholes().reserve(passage.call.orElseThrow(), offer.get());
            refusal.ifPresent(
                    r -> step(turn, passage, new Exchange.Event.Unsent(r.reason(), r.detail())));
            return refusal.isPresent();
        }
        return false;
    }

    private void forwardInDialog(Turn turn, Passage passage, String tag) {
        var call = passage.call.orElseThrow();
        var leg = passage.from.other();
        var dialog = call.dialog(leg, passage.request.to().tag());
        if (dialog.isEmpty()) {
            step(turn, passage, new Exchange.Event.Unsent(Reason.NO_SUCH_CALL, ""));
            return;
        }
        var far = dialog.get();
        var config = turn.config();
        var contact = Crossing.contact(config.gateway(), far.token(), far.remoteTarget().secure());
        var via = turn.tokens().via(config.gateway());
        var out = Crossing.inDialog(passage.request, far, via, contact, tag);
        call.replace(leg, far.sent(out.cseq().number()));
        passage.way = Optional.of(new Passage.Way(far.target(), far.side()));
        send(turn, passage, out);
    }

    private void send(Turn turn, Passage passage, Request out) {
        passage.sent = Optional.of(out);
        passage.call.ifPresent(
                call ->
                        call.line(
                                turn.now(),
                                "GW",
                                passage.from.other().name(),
                                out.method().name()));
        if (out.method().equals(Method.INVITE)) {
            turn.arm(Deadline.Kind.RINGING, passage.owner(), turn.config().timers().ringing());
        }
        var target = passage.way.orElseThrow().target();
        var key = new TransactionKey(out.topVia().branch(), out.method());
        passage.clientKey = Optional.of(key);
        byClient.put(key, passage);
        desks.transactions().start(turn, out, target);
    }

    private void cancelOnward(Turn turn, Passage passage) {
        passage.cancelWanted = true;
        if (passage.provisionalSeen) {
            passage.clientKey.ifPresent(key -> sendCancel(turn, passage, key));
        }
    }

    private void sendCancel(Turn turn, Passage passage, TransactionKey key) {
        passage.cancelWanted = false;
        passage.call.ifPresent(
                c -> c.line(turn.now(), "GW", passage.from.other().name(), "CANCEL"));
        desks.transactions().cancel(turn, key);
        // RFC 3261 §9.1: no final answer 64*T1 after CANCEL means that none will come.
        turn.arm(
                Deadline.Kind.CLIENT_TRANSACTION,
                passage.owner(),
                turn.config().timers().transaction());
    }

    void cancelled(Turn turn, ServerKey invite) {
        var passage = byServer.get(invite);
        if (passage != null) {
            passage.call.ifPresent(c -> c.line(turn.now(), passage.from.name(), "GW", "CANCEL"));
            step(turn, passage, new Exchange.Event.Cancelled());
        }
    }

    // ---- what client transactions deliver ----

    @Override
    public void sent(Turn turn, TransactionKey key, Event.RequestSent evidence) {
        var passage = byClient.get(key);
        if (passage == null) {
            return;
        }
        passage.egress = Optional.of(evidence.connection());
        passage.egressSecurity = Optional.of(evidence.security());
        if (passage.opensCall()) {
            passage.call.orElseThrow().facts.put("egress", CallDesk.channel(evidence.security()));
        }
    }

    @Override
    public void response(Turn turn, TransactionKey key, Response response, Inbound inbound) {
        var passage = byClient.get(key);
        if (passage == null) {
            if (desks.assurance().owns(key) && !response.status().provisional()) {
                desks.assurance().answered(key, response.status().success());
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
        if (passage.cancelWanted) {
            passage.clientKey.ifPresent(key -> sendCancel(turn, passage, key));
        }
        if (response.status().value() == 100) {
            return;
        }
        if (passage.opensCall() && !response.to().tag().isEmpty()) {
            passage.call.orElseThrow().early(callee(passage, response, inbound));
        }
        step(turn, passage, new Exchange.Event.Provisional(response));
    }

    private static LegDialog callee(Passage passage, Response response, Inbound inbound) {
        var call = passage.call.orElseThrow();
        return LegDialog.towardsCallee(
                passage.sent.orElseThrow(),
                response,
                inbound.connection(),
                call.sideB,
                call.tokenB);
    }

    private void success(Turn turn, Passage passage, Response response, Inbound inbound) {
        turn.disarm(Deadline.Kind.CLIENT_TRANSACTION, passage.owner());
        if (passage.opensCall()) {
            var call = passage.call.orElseThrow();
            if (call.legB.isPresent() || passage.undoAck.isPresent()) {
                again(turn, passage, response, inbound);
                return;
            }
            call.addressB = Optional.ofNullable(inbound.remote().getAddress());
            if (!(passage.state instanceof Exchange.State.Abandoned)) {
                call.confirm(callee(passage, response, inbound));
            } else {
                call.early(callee(passage, response, inbound));
            }
        } else {
            passage.call.ifPresent(
                    call -> {
                        var leg = passage.from.other();
                        call.dialog(leg, response.to().tag())
                                .ifPresent(
                                        d ->
                                                call.replace(
                                                        leg,
                                                        d.refreshed(response.contact())
                                                                .on(inbound.connection())));
                    });
        }
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

    /// A 2xx after the first: the same one again, or one from another fork.
    private void again(Turn turn, Passage passage, Response response, Inbound inbound) {
        var call = passage.call.orElseThrow();
        var winner = call.legB.map(d -> d.remote().tag()).orElse("");
        if (passage.undoAck.isPresent() && response.to().tag().equals(tagOf(passage))) {
            CallDesk.sendAck(turn, passage.undoAck.get(), targetOf(passage));
        } else if (!response.to().tag().equals(winner)) {
            ackAndBye(turn, callee(passage, response, inbound), passage, Reason.CANCELLED);
        } else if (call.ack.isPresent()) {
            CallDesk.sendAck(turn, call.ack.get(), call.legB.orElseThrow().target());
        } else if (passage.finished && !call.ended()) {
            relay(turn, passage, response);
        }
    }

    private static String tagOf(Passage passage) {
        return passage.undoAck.map(a -> a.to().tag()).orElse("");
    }

    private static org.surehop.core.sip.Target targetOf(Passage passage) {
        return passage.egress
                .<org.surehop.core.sip.Target>map(org.surehop.core.sip.Target.Flow::new)
                .orElseGet(() -> passage.way.orElseThrow().target());
    }

    @Override
    public void timedOut(Turn turn, TransactionKey key) {
        var passage = byClient.get(key);
        if (passage != null) {
            step(turn, passage, new Exchange.Event.TimedOut());
        } else {
            desks.assurance().answered(key, false);
        }
    }

    @Override
    public void failed(Turn turn, TransactionKey key, Reason reason, String detail) {
        var passage = byClient.get(key);
        if (passage != null) {
            step(turn, passage, new Exchange.Event.Unsent(reason, detail));
        } else {
            desks.assurance().answered(key, false);
        }
    }

    @Override
    public void over(Turn turn, TransactionKey key) {
        var passage = byClient.remove(key);
        if (passage != null) {
            passage.clientOver = true;
            released(passage);
        }
    }

    @Override
    public void unacknowledged(Turn turn, ServerKey key) {
        desks.reporter().count("transaction.no-ack");
    }

    // ---- back ----

    private void relay(Turn turn, Passage passage, Response response) {
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
            call.facts.put("answered", turn.now().toString());
            desks.calls().step(turn, call, new CallLife.Event.Accepted());
        } else {
            passage.call.filter(c -> !c.ended()).ifPresent(c -> desks.pinholes().confirm(turn, c));
        }
    }

    /// EDG-54: 481 or 408 to a request in the dialog means that the far side has lost it.
    private void lostDialog(Turn turn, Passage passage, Response response) {
        var status = response.status().value();
        if (!passage.opensCall() && (status == 481 || status == 408)) {
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

    private void undo(Turn turn, Passage passage, Response answer, Reason reason) {
        if (passage.opensCall()) {
            var call = passage.call.orElseThrow();
            call.dialog(Leg.B, answer.to().tag())
                    .ifPresent(far -> ackAndBye(turn, far, passage, reason));
        } else {
            passage.call.ifPresent(c -> desks.calls().ending(turn, c, reason));
        }
    }

    private void ackAndBye(Turn turn, LegDialog far, Passage passage, Reason reason) {
        var config = turn.config();
        var number = passage.request.cseq().number();
        var call = passage.call.orElseThrow();
        var ack =
                desks.calls()
                        .demanded(
                                turn,
                                call,
                                Crossing.own(
                                        far,
                                        new CSeq(number, Method.ACK),
                                        turn.tokens().via(config.gateway()),
                                        List.of()));
        passage.undoAck = Optional.of(ack);
        CallDesk.sendAck(turn, ack, far.target());
        var bye =
                desks.calls()
                        .demanded(
                                turn,
                                call,
                                Crossing.own(
                                        far,
                                        new CSeq(number + 1, Method.BYE),
                                        turn.tokens().via(config.gateway()),
                                        Crossing.reasonRow(reason)));
        call.line(turn.now(), "GW", "B", "ACK");
        call.line(turn.now(), "GW", "B", "BYE");
        desks.transactions().start(turn, bye, far.target());
    }

    void rulesApplied(Turn turn, Passage passage) {
        step(turn, passage, new Exchange.Event.RulesApplied());
    }

    void rulesRefused(Turn turn, Passage passage, Reason reason, String detail) {
        step(turn, passage, new Exchange.Event.RulesRefused(reason, detail));
    }

    // ---- the end ----

    void ringing(Turn turn, String owner) {
        giveUp(turn, byOwner.get(owner), Reason.PEER_TIMEOUT);
    }

    void overdue(Turn turn, String owner) {
        giveUp(turn, byOwner.get(owner), Reason.CONGESTION);
    }

    /// After CANCEL nothing final came: the INVITE is over all the same (§9.1).
    void cancelUnanswered(Turn turn, String owner) {
        var passage = byOwner.get(owner);
        if (passage != null) {
            step(turn, passage, new Exchange.Event.TimedOut());
            passage.clientKey.ifPresent(key -> desks.transactions().forget(turn, key));
        }
    }

    private void giveUp(
            Turn turn, @org.jspecify.annotations.Nullable Passage passage, Reason reason) {
        if (passage != null) {
            byTask.values().remove(passage);
            step(turn, passage, new Exchange.Event.GivenUp(reason));
        }
    }

    /// All requests of that call that still wait are given up.
    void giveUp(Turn turn, Call call, Reason reason) {
        for (var passage : List.copyOf(byOwner.values())) {
            if (passage.call.filter(c -> c == call).isPresent()) {
                giveUp(turn, passage, reason);
            }
        }
    }

    private void finish(Turn turn, Passage passage) {
        if (passage.finished) {
            return;
        }
        passage.finished = true;
        turn.disarm(Deadline.Kind.RINGING, passage.owner());
        turn.disarm(Deadline.Kind.WORK, passage.owner());
        turn.disarm(Deadline.Kind.CLIENT_TRANSACTION, passage.owner());
        byServer.remove(passage.serverKey);
        identities.computeIfPresent(identity(passage.request), (_, n) -> n == 1 ? null : n - 1);
        if (passage.failure != Reason.NONE) {
            desks.assurance().failed(turn, passage, passage.failure);
            if (passage.opensCall()) {
                var call = passage.call.orElseThrow();
                desks.calls().step(turn, call, new CallLife.Event.Declined(passage.failure));
            }
        }
        if (passage.clientKey.isEmpty() || !byClient.containsKey(passage.clientKey.get())) {
            passage.clientOver = true;
        }
        released(passage);
    }

    private void released(Passage passage) {
        if (passage.finished && passage.clientOver && byOwner.remove(passage.owner()) != null) {
            passage.call.ifPresent(
                    call -> {
                        call.passages--;
                        desks.calls().sweep(call);
                    });
        }
    }
}
