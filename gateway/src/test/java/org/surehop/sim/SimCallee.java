package org.surehop.sim;

import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.sim.CallPlan.Outcome;
import org.surehop.sim.CallPlan.Shape;
import org.surehop.sim.CallPlan.Wrapping;

/// The user who is called, with the hops before it.
final class SimCallee extends SimUser {
    private Optional<Request> ringing = Optional.empty();
    private boolean decided;
    private Optional<Body> said = Optional.empty();
    /// The ringing was reliable: its description is the one that counts.
    private boolean described;

    SimCallee(SimNet net, Truth truth, SimPeer peer, Ends ends) {
        super(net, truth, peer, ends);
    }

    @Override
    void onRequest(SimConnection from, Request request) {
        if (request.method().equals(Method.CANCEL)) {
            cancelled(from, request);
        } else {
            super.onRequest(from, request);
        }
    }

    private void cancelled(SimConnection from, Request cancel) {
        from.toGateway(SimMessages.response(cancel, 200, local.tag()));
        if (ringing.isPresent() && !decided && plan.outcome() != Outcome.SILENCE) {
            decided = true;
            over = true;
            from.toGateway(SimMessages.response(ringing.get(), 487, local.tag()));
        }
    }

    @Override
    void invited(SimConnection from, Request request) {
        if (request.inDialog()) {
            super.invited(from, request);
            return;
        }
        if (ringing.isPresent() && !secondTry(request)) {
            return;
        }
        marked = request.require().contains(SimSettings.TAG);
        routed(request.recordRoutes());
        ringing = Optional.of(request);
        remote = request.from();
        target = request.contact().map(NameAddr::uri);
        var quick = plan.outcome() == Outcome.ANSWER_WITHOUT_RINGING;
        if (!quick && plan.outcome() != Outcome.SILENCE) {
            from.toGateway(SimMessages.response(request, 100, ""));
            later(5, () -> from.toGateway(ringing(request)));
        }
        later(quick ? 1 : plan.ringing(), () -> decide(from, request));
    }

    /// The gateway has taken back the tag that this user refused.
    private boolean secondTry(Request request) {
        var second = net.settings.injection().inject() && request.cseq().number() > 1;
        if (second && plan.outcome() == Outcome.REFUSE_TAG) {
            decided = false;
            over = false;
            return true;
        }
        return false;
    }

    private Response ringing(Request request) {
        var ringing = SimMessages.response(request, 180, local.tag()).toBuilder();
        switch (plan.pattern()) {
            case INVITE_AND_SUCCESS, SUCCESS_AND_ACK -> {}
            case PREVIEW -> ringing.body(answer());
            case RELIABLE_RINGING, RINGING_AND_PRACK -> {
                described = true;
                ringing.body(answer()).require(List.of("100rel")).add("RSeq", "1");
            }
            case FORKS -> {
                ringing.body(answer());
                fork(request, "-second");
                fork(request, "-third");
            }
        }
        return ringing.contact(Optional.of(contact())).build();
    }

    /// Another user rings too, with a description of its own, and never answers.
    private void fork(Request request, String name) {
        var body = describe(Wrapping.READABLE, plan.answerShape());
        truth.losing.add(version);
        var other =
                SimMessages.response(request, 183, local.tag() + name).toBuilder()
                        .contact(Optional.of(contact()))
                        .body(body)
                        .build();
        var from = connection;
        later(world.chance.between(0, 400), () -> from.toGateway(other));
    }

    /// What this user says of media, in ringing and in the answer alike.
    private Body answer() {
        if (said.isEmpty()) {
            said = Optional.of(describe(plan.answer(), plan.answerShape()));
        }
        return said.get();
    }

    private void decide(SimConnection from, Request request) {
        if (decided) {
            return;
        }
        switch (plan.outcome()) {
            case ANSWER, ANSWER_WITHOUT_RINGING, CRASH_AFTER_ANSWER, ANSWER_TWICE ->
                    pickUp(from, request);
            case BUSY -> decline(from, request, 486);
            case REDIRECT -> decline(from, request, 302);
            case REFUSE_TAG -> {
                if (secondTry(request)) {
                    pickUp(from, request);
                } else {
                    decline(from, request, 420);
                }
            }
            case CRASH_WHILE_RINGING -> disappear();
            case SILENCE, ENDLESS_RINGING -> {}
        }
    }

    private void disappear() {
        vanish();
        peer.leave(plan.number());
    }

    private void decline(SimConnection from, Request request, int status) {
        decided = true;
        over = true;
        var response = SimMessages.response(request, status, local.tag()).toBuilder();
        if (status == 420) {
            response.add("Unsupported", SimSettings.TAG);
        }
        from.toGateway(response.build());
    }

    private void pickUp(SimConnection from, Request request) {
        decided = true;
        answer(from, request, described ? Body.NONE : answer());
        if (plan.outcome() == Outcome.ANSWER_TWICE) {
            // Another fork answers too, by a tag of its own.
            var other =
                    SimMessages.response(request, 200, local.tag() + "-fork").toBuilder()
                            .contact(Optional.of(contact()))
                            .build();
            later(world.chance.between(0, 300), () -> from.toGateway(other));
        }
        if (plan.outcome() == Outcome.CRASH_AFTER_ANSWER) {
            later(world.chance.between(0, 3_000), this::disappear);
        }
        if (plan.calleeHangsUp()) {
            later(plan.talking(), this::bye);
        }
        if (plan.changes() > 0 && world.chance.evens()) {
            later(world.chance.between(1_000, plan.talking() + 1_000), this::change);
        }
    }

    private void change() {
        if (!over && !inviteUnderWay()) {
            var wrapping = world.chance.mostly(4, Wrapping.READABLE, Wrapping.values());
            ask(Method.INVITE, describe(wrapping, Shape.AUDIO));
        }
    }

    @Override
    void accepted(Request invite, Response response) {
        var to = remote;
        acknowledge(invite, response);
        remote = to;
    }

    @Override
    void refused(Response response) {}

    @Override
    List<CallPlan.HopPlan> hopsBeyond() {
        return plan.hops();
    }
}
