package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.call.Exchange;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Via;

/// Sends a request on to the far side, and CANCEL after it.
final class Onward {
    private final Desks desks;

    Onward(Desks desks) {
        this.desks = desks;
    }

    void forward(Turn turn, Passage passage) {
        // Removal comes first: nobody may hear that the call is over while media still passes.
        var removing = passage.call.filter(c -> !c.removals.isEmpty());
        if (passage.request.method().equals(Method.BYE) && removing.isPresent()) {
            removing.get().waiting.add(passage);
            return;
        }
        if (tooLate(passage)) {
            desks.passages()
                    .step(turn, passage, new Exchange.Event.Unsent(Reason.NO_SUCH_CALL, ""));
            return;
        }
        if (passage.request.method().equals(Method.ACK)) {
            desks.acks().carry(turn, passage);
            return;
        }
        var config = turn.config();
        if (passage.request.inDialog()) {
            forwardInDialog(turn, passage);
            return;
        }
        var out =
                switch (passage.terms.mode) {
                    case ANCHORED -> anchored(turn, passage);
                    case TRANSPARENT -> transparent(turn, passage);
                };
        if (desks.injection().signs(passage)) {
            desks.injection().sign(turn, passage, veiled(config, passage, out));
        } else {
            leave(turn, passage, out);
        }
    }

    private static Request anchored(Turn turn, Passage passage) {
        var config = turn.config();
        var contact =
                passage.relation.map(
                        r ->
                                Crossing.contact(
                                        config.gateway(),
                                        r.token(Leg.B),
                                        passage.request.uri().secure()));
        return Crossing.onward(
                passage.numbers().onward(passage.request),
                turn.tokens().via(config.gateway(), passage.request.uri()),
                contact.or(() -> ownContact(config, passage.request)),
                hops(config, passage));
    }

    /// With our place in the path of the dialogs that it makes.
    private static Request transparent(Turn turn, Passage passage) {
        var self = turn.config().gateway();
        var request = passage.request;
        var place =
                passage.relation.map(
                        r -> Transparent.place(self, r.token(Leg.B), request.uri().secure()));
        return Transparent.onward(
                request,
                turn.tokens().via(self, request.uri()),
                place,
                hops(turn.config(), passage));
    }

    private static Crossing.Hops hops(GatewayConfig config, Passage passage) {
        var routes = new Admission(config).remainingRoutes(passage.request);
        return new Crossing.Hops(routes, passage.tag(config));
    }

    /// The call has ended while the body was read: our BYE, or one that we carried, went first, and
    /// after it nothing of the call goes anywhere (RFC 3261 §15.1).
    private static boolean tooLate(Passage passage) {
        return passage.request.inDialog()
                && !passage.request.method().equals(Method.BYE)
                && passage.call.filter(Call::ended).isPresent();
    }

    /// The last step of a request that opens something.
    void leave(Turn turn, Passage passage, Request out) {
        var config = turn.config();
        var counts = passage.assured() || passage.demand.by() == Demand.By.WITHDRAWN;
        if (counts && !HopNotify.isHopNotify(out, config.assurance().optionTag())) {
            desks.assurance().expect(turn, passage);
        }
        if (passage.demand.injected()) {
            desks.injection().injected(turn, passage);
        }
        send(turn, passage, out);
    }

    /// Our Contact outside a call; a registration keeps what it registers.
    private static Optional<NameAddr> ownContact(GatewayConfig config, Request request) {
        return request.method().equals(Method.REGISTER)
                ? request.contact()
                : Optional.of(Crossing.contact(config.gateway(), "", request.uri().secure()));
    }

    private void forwardInDialog(Turn turn, Passage passage) {
        var relation = passage.relation.orElseThrow();
        var leg = passage.from.other();
        var dialog = relation.dialog(leg, passage.request.to().tag());
        if (dialog.isEmpty()) {
            desks.passages()
                    .step(turn, passage, new Exchange.Event.Unsent(Reason.NO_SUCH_CALL, ""));
            return;
        }
        var far = dialog.get();
        var config = turn.config();
        var via = turn.tokens().via(config.gateway());
        var ours = new Crossing.Ours(config.gateway(), via, passage.tag(config));
        var heard = Crossing.heard(passage.request, passage.demand, config.assurance().optionTag());
        var numbered =
                passage.from == Leg.A
                        ? passage.numbers().onward(heard)
                        : passage.numbers().homeward(heard);
        var out = Crossing.inDialog(passage.terms.mode, numbered, far, ours);
        relation.replace(leg, far.sent(out.cseq().number()));
        var target =
                passage.call
                        .map(c -> CallDesk.way(turn, c, leg, far))
                        .orElseGet(() -> far.target(new Routing(config).again(far, List.of())));
        passage.way = Optional.of(new Passage.Way(target, far.side()));
        if (passage.assured() && config.assurance().hops().withinDialogs()) {
            desks.assurance().expect(turn, passage);
        }
        send(turn, passage, out);
    }

    /// The same request without our own tag, which the far side has refused: a new transaction
    /// with a number of its own, or it would be merged with the first (POL-81, RFC 3261
    /// §8.2.2.2). Nothing else of it changes but that a
    /// fragment of ours goes with the tag that it speaks of.
    void again(Turn turn, Passage passage) {
        var config = turn.config();
        var tag = config.assurance().optionTag();
        var first = passage.sent.orElseThrow();
        passage.provisionalSeen = false;
        send(
                turn,
                passage,
                first.toBuilder()
                        .require(Crossing.without(first.require(), tag))
                        .proxyRequire(Crossing.without(first.proxyRequire(), tag))
                        .cseq(passage.numbers().onward(passage.request).cseq())
                        .vias(topped(first, turn.tokens().via(config.gateway(), first.uri())))
                        .body(passage.request.body())
                        .build());
    }

    /// The same request to the next target of its location, by a transaction of its own.
    void elsewhere(Turn turn, Passage passage) {
        var self = turn.config().gateway();
        var opens = !passage.request.inDialog();
        var via = opens ? turn.tokens().via(self, passage.request.uri()) : turn.tokens().via(self);
        passage.provisionalSeen = false;
        var first = passage.sent.orElseThrow();
        send(turn, passage, first.toBuilder().vias(topped(first, via)).build());
    }

    /// Our Via of another attempt in place of that of the last one.
    private static List<Via> topped(Request sent, Via via) {
        var all = new ArrayList<>(sent.vias());
        all.set(0, via);
        return all;
    }

    private static Request veiled(GatewayConfig config, Passage passage, Request crossing) {
        var target = passage.way.orElseThrow().target();
        var veil = Veil.before(config, passage.relation, passage.from.other(), target);
        return veil.cover(crossing);
    }

    private void send(Turn turn, Passage passage, Request crossing) {
        var config = turn.config();
        var veiled = veiled(config, passage, crossing);
        var supporting =
                passage.copied
                        ? veiled
                        : Crossing.supporting(veiled, config.assurance().optionTag());
        var translated = outward(turn, passage, supporting);
        var out =
                config.disclosure().hideInspectPolicy()
                        ? Crossing.withoutOurLabel(translated, config.gateway().name())
                        : translated;
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
        desks.passages().expect(key, passage);
        desks.transactions().start(turn, out, target);
    }

    /// With outside places for private media addresses, where the description may be rewritten.
    private Request outward(Turn turn, Passage passage, Request request) {
        return passage.call
                .map(c -> desks.nat().outward(c, passage.from, request.body(), turn.now()))
                .filter(body -> !body.equals(request.body()))
                .map(body -> request.toBuilder().body(body).build())
                .orElse(request);
    }

    /// CANCEL towards the far side, once, now or as soon as it has answered provisionally; only an
    /// INVITE can be cancelled (§9.1).
    void cancel(Turn turn, Passage passage) {
        if (passage.cancelSent || !passage.request.method().equals(Method.INVITE)) {
            return;
        }
        passage.cancelWanted = true;
        if (passage.provisionalSeen) {
            passage.clientKey.ifPresent(key -> sendCancel(turn, passage, key));
        }
    }

    private void sendCancel(Turn turn, Passage passage, TransactionKey key) {
        passage.cancelWanted = false;
        passage.cancelSent = true;
        passage.call.ifPresent(
                c -> c.line(turn.now(), "GW", passage.from.other().name(), "CANCEL"));
        desks.transactions().cancel(turn, key);
        // RFC 3261 §9.1: no final answer 64*T1 after CANCEL means that none will come.
        turn.arm(
                Deadline.Kind.CLIENT_TRANSACTION,
                passage.owner(),
                turn.config().timers().transaction());
    }

    /// The far side has answered provisionally: a CANCEL that waited may go.
    void provisional(Turn turn, Passage passage) {
        if (passage.cancelWanted) {
            passage.clientKey.ifPresent(key -> sendCancel(turn, passage, key));
        }
    }
}
