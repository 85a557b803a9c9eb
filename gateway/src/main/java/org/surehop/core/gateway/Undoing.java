package org.surehop.core.gateway;

import java.util.List;
import java.util.Optional;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Target;

/// What is done with a 2xx that nobody can have (acknowledge and end it, RFC 3261 §13.2.2.4) and
/// with one that comes again.
final class Undoing {
    /// More forks that accept one INVITE than this are a peer gone wrong.
    private static final int MAX_UNDONE = 64;

    private final Desks desks;

    Undoing(Desks desks) {
        this.desks = desks;
    }

    void undo(Turn turn, Passage passage, Response answer, Reason reason) {
        if (passage.opensCall()) {
            var call = passage.call.orElseThrow();
            call.dialog(Leg.B, answer.to().tag())
                    .ifPresent(far -> ackAndBye(turn, far, passage, reason));
        } else {
            passage.call.ifPresent(c -> endBoth(turn, passage, c, reason));
        }
    }

    /// A 2xx within the call: acknowledged too, or it would come again and again (§13.2.2.4).
    private void endBoth(Turn turn, Passage passage, Call call, Reason reason) {
        if (passage.request.method().equals(Method.INVITE)) {
            var number = passage.sent.orElse(passage.request).cseq().number();
            call.dialog(passage.from.other(), "").ifPresent(far -> ack(turn, far, passage, number));
        }
        desks.calls().ending(turn, call, reason);
    }

    private void ackAndBye(Turn turn, LegDialog far, Passage passage, Reason reason) {
        var config = turn.config();
        var number = passage.sent.orElse(passage.request).cseq().number();
        var call = passage.call.orElseThrow();
        ack(turn, far, passage, number);
        var bye =
                desks.calls()
                        .demanded(
                                turn,
                                call,
                                Leg.B,
                                Crossing.own(
                                        far,
                                        CSeq.after(far.highestCSeq(), Method.BYE),
                                        turn.tokens().via(config.gateway()),
                                        Crossing.reasonRow(reason)));
        call.line(turn.now(), "GW", "B", "BYE");
        desks.transactions().start(turn, bye, CallDesk.way(turn, call, Leg.B, far));
    }

    /// Acknowledges the 2xx to the INVITE that went to `far` with that number.
    private void ack(Turn turn, LegDialog far, Passage passage, long number) {
        var call = passage.call.orElseThrow();
        var via = turn.tokens().via(turn.config().gateway());
        var own = Crossing.own(far, new CSeq(number, Method.ACK), via, List.of());
        var ack = desks.calls().demanded(turn, call, passage.from.other(), own);
        passage.undoAcks.put(far.remote().tag(), ack);
        call.line(turn.now(), "GW", passage.from.other().name(), "ACK");
        CallDesk.sendAck(turn, ack, CallDesk.way(turn, call, passage.from.other(), far));
    }

    /// A 2xx after the first: the same one again, or one from another fork.
    void again(Turn turn, Passage passage, Response response, Inbound inbound) {
        var call = passage.call.orElseThrow();
        var winner = call.legB.map(d -> d.remote().tag()).orElse("");
        var undone = Optional.ofNullable(passage.undoAcks.get(response.to().tag()));
        if (undone.isPresent()) {
            CallDesk.sendAck(turn, undone.get(), targetOf(passage));
        } else if (passage.undoAcks.size() >= MAX_UNDONE) {
            desks.reporter().count("limit.forks");
        } else if (!response.to().tag().equals(winner)) {
            if (!winner.isEmpty()) {
                desks.assurance().forked(turn, passage, response);
            }
            ackAndBye(turn, callee(passage, response, inbound), passage, Reason.CANCELLED);
        } else if (call.ack.filter(a -> sameNumber(a, response)).isPresent()) {
            var far = call.legB.orElseThrow();
            CallDesk.sendAck(turn, call.ack.get(), CallDesk.way(turn, call, Leg.B, far));
        } else if (passage.finished && !call.ended()) {
            desks.passages().homeward().relay(turn, passage, response);
        }
    }

    private static boolean sameNumber(Request ack, Response response) {
        return ack.cseq().number() == response.cseq().number();
    }

    private static Target targetOf(Passage passage) {
        return passage.egress
                .<Target>map(Target.Flow::new)
                .orElseGet(() -> passage.way.orElseThrow().target());
    }

    /// The callee's dialog by that response.
    static LegDialog callee(Passage passage, Response response, Inbound inbound) {
        var call = passage.call.orElseThrow();
        return LegDialog.towardsCallee(
                        passage.sent.orElseThrow(),
                        response,
                        inbound.connection(),
                        call.sideB,
                        call.tokenB)
                .sent(call.sentToB);
    }
}
