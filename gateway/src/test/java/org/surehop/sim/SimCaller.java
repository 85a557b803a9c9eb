package org.surehop.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.call.Exchange;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.CallPlan.CallerMood;
import org.surehop.sim.CallPlan.Shape;
import org.surehop.sim.CallPlan.Wrapping;

/// The user who calls.
final class SimCaller extends SimUser {
    private static final String TELL_ME = "tell-me";

    private Optional<Request> invite = Optional.empty();
    private boolean answered;
    private boolean pracked;

    SimCaller(SimNet net, Truth truth, SimPeer peer, Ends ends) {
        super(net, truth, peer, ends);
    }

    void call() {
        cseq = 1;
        var tags = new ArrayList<String>();
        if (plan.assured()) {
            tags.add(
                    world.chance
                            .mostly(3, SimSettings.TAG, "E2E-Sec")
                            .toLowerCase(java.util.Locale.ROOT));
        }
        var branch = "z9hG4bKcall" + plan.number();
        var request =
                SimMessages.request(Method.INVITE, plan.number(), local, remote).toBuilder()
                        .cseq(new CSeq(1, Method.INVITE))
                        .vias(SimMessages.vias(peer.domain, plan.ingressProxies(), branch))
                        .contact(Optional.of(contact()))
                        .proxyRequire(tags)
                        .require(world.chance.evens() ? tags : List.of())
                        .supported(world.chance.evens() ? tags : List.of())
                        .body(
                                plan.pattern().offerless()
                                        ? Body.NONE
                                        : describe(plan.offer(), plan.offerShape()));
        var out = spoil(request.build());
        if (plan.labelled()) {
            out = out.toBuilder().add("Proxy-Inspect-Body", label()).build();
        }
        invite = Optional.of(out);
        send(out);
        actOut(out, connection);
    }

    /// Asks to be told what hops assert of this user's requests.
    void subscribe() {
        var gateway = NameAddr.of(SipUri.of("", "gw.example.com", 0));
        var from = NameAddr.of(local.uri()).withTag(TELL_ME + plan.number());
        var method = new Method("SUBSCRIBE");
        var via = Via.tls("ua." + peer.domain, 0, "z9hG4bK" + TELL_ME + plan.number());
        connection.toGateway(
                SimMessages.request(method, plan.number(), from, gateway).toBuilder()
                        .vias(List.of(via))
                        .contact(Optional.of(contact()))
                        .add("Event", SimSettings.TAG)
                        .add("Expires", plan.number() % 3 == 0 ? "0" : "300")
                        .build());
    }

    /// In the subscription: what comes must be about this user and nobody else. Some refuse it.
    private void told(SimConnection from, Request notify) {
        net.cms
                .sealed(notify.body())
                .flatMap(SimCms.Letter::report)
                .ifPresent(
                        report -> {
                            Invariant.NOBODY_SPIES.require(
                                    report.fromUri().equals(local.uri().text())
                                            && report.fromTag().equals(local.tag()),
                                    report);
                            net.told(report.judged().isPresent() ? "a verdict" : "so far");
                        });
        var status = plan.number() % 11 == 0 ? 481 : 200;
        from.toGateway(SimMessages.response(notify, status, ""));
    }

    @Override
    void onRequest(SimConnection from, Request request) {
        if (request.to().tag().startsWith(TELL_ME)) {
            told(from, request);
        } else {
            super.onRequest(from, request);
        }
    }

    private String label() {
        return plan.caller() == CallerMood.BAD_LABEL
                ? "gw.example.com;cid=nonsense"
                : "gw.example.com;cid=\"a@b\"";
    }

    private Request spoil(Request request) {
        return switch (plan.caller()) {
            case TOO_MANY_HOPS -> request.toBuilder().maxForwards(OptionalInt.of(0)).build();
            case UNKNOWN_TAG -> request.toBuilder().require(List.of("nobody-knows")).build();
            default -> request;
        };
    }

    private void actOut(Request request, SimConnection first) {
        switch (plan.caller()) {
            case CANCELS -> later(world.chance.between(0, 2 * plan.ringing()), this::cancel);
            case REPEATS_INVITE -> {
                later(20, () -> repeat(request, first));
                later(world.chance.between(0, 15_000), () -> repeat(request, first));
            }
            case CRASHES ->
                    later(
                            world.chance.between(0, 3 * plan.ringing()),
                            () -> {
                                vanish();
                                peer.leave(plan.number());
                            });
            case BYE_AT_ONCE, PATIENT, NEVER_ACKS, TOO_MANY_HOPS, UNKNOWN_TAG, BAD_LABEL -> {}
        }
        if (world.strikes(40)) {
            later(world.chance.between(0, plan.ringing()), () -> connection.close());
        }
    }

    /// Nobody repeats an INVITE that has been answered, or by another connection.
    private void repeat(Request request, SimConnection first) {
        if (inviteUnderWay() && first.open()) {
            first.toGateway(request);
        }
    }

    private void cancel() {
        if (answered || invite.isEmpty() || !connection.open()) {
            return;
        }
        var request = invite.get();
        connection.toGateway(
                SimMessages.request(Method.CANCEL, plan.number(), local, request.to()).toBuilder()
                        .uri(request.uri())
                        .cseq(new CSeq(1, Method.CANCEL))
                        .vias(List.of(request.topVia()))
                        .build());
    }

    @Override
    void accepted(Request request, Response response) {
        var first = !answered;
        answered = true;
        if (plan.caller() != CallerMood.NEVER_ACKS) {
            acknowledge(request, response);
        }
        if (!first || over) {
            return;
        }
        remote = response.to();
        if (plan.caller() == CallerMood.BYE_AT_ONCE) {
            bye();
            return;
        }
        for (int i = 0; i < plan.changes(); i++) {
            later(world.chance.between(0, plan.talking()), this::change);
        }
        if (!plan.calleeHangsUp() || world.chance.oneIn(10)) {
            later(plan.talking(), this::bye);
        }
    }

    private void change() {
        if (over || inviteUnderWay()) {
            return;
        }
        if (world.chance.evens()) {
            if (world.chance.oneIn(4)) {
                later(world.chance.between(0, 200), this::bye);
            }
            var wrapping = world.chance.mostly(4, Wrapping.READABLE, Wrapping.values());
            var shape = world.chance.mostly(4, Shape.AUDIO, Shape.values());
            var offerless = world.chance.oneIn(4);
            ask(Method.INVITE, offerless ? Body.NONE : describe(wrapping, shape));
        } else if (world.chance.evens()) {
            update();
        } else {
            ask(INFO, Body.NONE);
        }
    }

    /// A reliable ringing is acknowledged, once; its offer is answered there (RFC 3262 §5).
    @Override
    void rings(Request request, Response response) {
        if (answered || over || pracked || !Exchange.reliable(response)) {
            return;
        }
        pracked = true;
        remote = response.to();
        response.contact().ifPresent(c -> target = Optional.of(c.uri()));
        ask(
                Method.PRACK,
                plan.pattern().offerless() ? describe(plan.offer(), plan.offerShape()) : Body.NONE);
        if (world.chance.oneIn(3)) {
            later(world.chance.between(20, 2_000), this::update);
        }
    }

    private void update() {
        if (!over) {
            ask(Method.UPDATE, describe(Wrapping.READABLE, Shape.AUDIO));
        }
    }

    @Override
    void refused(Response response) {
        if (!answered) {
            over = true;
        }
    }

    @Override
    List<CallPlan.HopPlan> hopsBeyond() {
        return List.of();
    }

    static Ends ends(CallPlan plan, SimPeer caller, SimPeer callee) {
        return new Ends(
                NameAddr.of(SimMessages.user("c", plan.number(), caller.domain))
                        .withTag("from" + plan.number()),
                NameAddr.of(SimMessages.user("c", plan.number(), callee.domain)));
    }
}
