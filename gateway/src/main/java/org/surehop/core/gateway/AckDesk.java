package org.surehop.core.gateway;

import java.util.Optional;
import org.surehop.core.call.CallLife;
import org.surehop.core.call.Exchange;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// Carries the ACK of a 2xx to the other leg as it is (RFC 3261 §13.2.2.4). One that answers the
/// offer of the 2xx is a passage: it is read, and the firewall is ready, before it goes on; nobody
/// can be told that it was refused, so then the call ends (PIN-24).
final class AckDesk {
    private final Desks desks;

    AckDesk(Desks desks) {
        this.desks = desks;
    }

    void arrived(Turn turn, Inbound inbound, Request arrived) {
        var home = desks.dialogs().ofCall(turn, inbound, arrived).orElse(null);
        if (home == null || !(home.relation() instanceof Call call)) {
            desks.reporter().count("ack.stray");
            return;
        }
        var ack = home.request();
        var from = home.from();
        var near = call.dialog(from, ack.to().tag());
        var far = call.dialog(from.other(), ack.to().tag());
        if (near.isEmpty() || far.isEmpty() || !near.get().owns(ack)) {
            desks.reporter().count("ack.stray");
            return;
        }
        if (call.downgrades(from, inbound)) {
            desks.reporter().count("ack.in-clear");
            return;
        }
        if (call.ended() || Crossing.forwards(ack) <= 0) {
            // An ACK has no answer, not even 483.
            desks.reporter().count(call.ended() ? "ack.late" : "ack.no-hops");
            return;
        }
        var asks = new Admission(turn.config()).asked(ack);
        var demand = call.terms.demand.within(from, asks);
        var traits = new Passage.Traits(demand, from, Optional.empty(), call.terms);
        var passage = new Passage(desks.nextNumber(), inbound, ack, Optional.of(call), traits);
        call.line(turn.now(), from.name(), "GW", "ACK");
        if (desks.passages().reads(call, ack)) {
            desks.reporter().count("ack.repeated");
        } else if (desks.offers().awaits(call, from, ack)) {
            desks.passages().admit(turn, passage);
        } else {
            carry(turn, passage, call, far.get());
        }
    }

    /// What it says was read, and the firewall is ready.
    void carry(Turn turn, Passage passage) {
        var call = passage.call.orElseThrow();
        call.dialog(passage.from.other(), passage.request.to().tag())
                .filter(_ -> !call.ended())
                .ifPresent(far -> carry(turn, passage, call, far));
        desks.passages().step(turn, passage, new Exchange.Event.Carried());
    }

    private void carry(Turn turn, Passage passage, Call call, LegDialog far) {
        var config = turn.config();
        var ack = passage.request;
        var from = passage.from;
        var via = turn.tokens().via(config.gateway());
        var ours = new Crossing.Ours(config.gateway(), via, passage.tag(config));
        var heard = Crossing.heard(ack, passage.demand, config.assurance().optionTag());
        var numbers = new Renumbering(from == Leg.A ? call.terms.ahead : 0);
        var way = CallDesk.way(turn, call, from.other(), far);
        var veil = Veil.before(config, Optional.of(call), from.other(), way);
        var crossing = Crossing.inDialog(call.terms.mode, numbers.onward(heard), far, ours);
        var plain = veil.cover(crossing);
        var body = desks.nat().outward(call, from, plain.body(), turn.now());
        var out = plain.toBuilder().body(body).build();
        call.line(turn.now(), "GW", from.other().name(), "ACK");
        call.ack = Optional.of(out);
        call.dialog(from, ack.to().tag())
                .ifPresent(near -> call.replace(from, near.on(passage.inbound.connection())));
        CallDesk.sendAck(turn, out, way);
        if (from == Leg.A) {
            desks.calls().step(turn, call, new CallLife.Event.Acknowledged());
        }
        desks.offers().acknowledged(turn, call, from, ack);
    }

    /// The answer in the ACK cannot be had: the callee gets its ACK without it, and both get BYE.
    void refused(Turn turn, Passage passage, Reason reason) {
        var call = passage.call.orElseThrow();
        var number = passage.numbers().onward(passage.request).cseq().number();
        call.dialog(passage.from.other(), passage.request.to().tag())
                .filter(_ -> !call.ended())
                .ifPresent(far -> acknowledge(turn, passage, far, number));
        desks.calls().ending(turn, call, reason);
    }

    private void acknowledge(Turn turn, Passage passage, LegDialog far, long number) {
        var call = passage.call.orElseThrow();
        var leg = passage.from.other();
        var via = turn.tokens().via(turn.config().gateway());
        var own = Crossing.own(far, new CSeq(number, Method.ACK), via, java.util.List.of());
        call.line(turn.now(), "GW", leg.name(), "ACK");
        var ack = desks.calls().demanded(turn, call, leg, own);
        call.ack = Optional.of(ack);
        CallDesk.sendAck(turn, ack, CallDesk.way(turn, call, leg, far));
    }
}
