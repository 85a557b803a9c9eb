package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.call.CallLife;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Target;

/// Keeps all calls: finds them by the tokens that stand for us, runs their lives, tells their
/// stories.
final class CallDesk {
    private final Desks desks;
    private final Map<String, Call> byToken = new HashMap<>();
    private final Map<String, Call> byOwner = new HashMap<>();
    private final Map<String, Integer> perPeer = new HashMap<>();
    /// How many of them have ended and wait for repetitions only.
    private int ended;

    CallDesk(Desks desks) {
        this.desks = desks;
    }

    int size() {
        return byOwner.size();
    }

    int active() {
        return byOwner.size() - ended;
    }

    /// How many calls go on that this peer has begun.
    int of(String peer) {
        return perPeer.getOrDefault(peer, 0);
    }

    void add(Call call) {
        byToken.put(call.tokenA, call);
        byToken.put(call.tokenB, call);
        byOwner.put(call.owner(), call);
        desks.dialogs().add(call.key.callId(), call);
        perPeer.merge(call.peer, 1, Integer::sum);
        desks.reporter().count("call.begun");
    }

    Optional<Call> byToken(String token) {
        return Optional.ofNullable(byToken.get(token));
    }

    Optional<Call> byOwner(String owner) {
        return Optional.ofNullable(byOwner.get(owner));
    }

    List<Call> all() {
        return new ArrayList<>(byOwner.values());
    }

    void step(Turn turn, Call call, CallLife.Event event) {
        var step = CallLife.step(call.life, event);
        call.life = step.state();
        for (var effect : step.effects()) {
            switch (effect) {
                case CallLife.Effect.RemoveRules _ -> desks.offers().close(turn, call);
                case CallLife.Effect.Bye(var leg, var reason) -> bye(turn, call, leg, reason);
                case CallLife.Effect.AwaitAck _ ->
                        turn.arm(
                                Deadline.Kind.ACK_WAIT,
                                call.owner(),
                                turn.config().timers().transaction());
                case CallLife.Effect.AckCame _ -> established(turn, call);
                case CallLife.Effect.Close(var reason) -> closed(turn, call, reason);
            }
        }
    }

    private void established(Turn turn, Call call) {
        turn.disarm(Deadline.Kind.ACK_WAIT, call.owner());
        turn.arm(Deadline.Kind.CALL_DURATION, call.owner(), turn.config().timers().callDuration());
        call.fact("state", "established");
        desks.reporter().count("call.established");
        turn.emit(new Effect.Record(call.story(turn.now())));
    }

    private void closed(Turn turn, Call call, Reason reason) {
        turn.disarm(Deadline.Kind.ACK_WAIT, call.owner());
        turn.disarm(Deadline.Kind.CALL_DURATION, call.owner());
        // What only waits for repetitions counts for no limit; transactions have their own.
        ended++;
        perPeer.computeIfPresent(call.peer, (_, n) -> n == 1 ? null : n - 1);
        call.fact("state", "ended");
        call.fact("ended", reason.wireName());
        if (call.hasFact("answered")) {
            desks.reporter()
                    .tell(
                            turn,
                            new Reporter.What(NoticeKind.CALL_ENDED, Severity.INFO, reason),
                            Optional.of(call.key),
                            Optional.empty());
        }
        turn.emit(new Effect.Record(call.story(turn.now())));
        call.closesKeys().ifPresent(scope -> turn.emit(new Effect.ForgetKeys(scope)));
        sweep(call);
    }

    /// What is told of a call has grown after it was written: write it again, unless a request of
    /// it still waits for its answer, whose end then tells everything.
    void storyChanged(Turn turn, Call call) {
        var over = call.ended() && call.unfinished == 0;
        if (!call.told() && (over || call.established())) {
            turn.emit(new Effect.Record(call.story(turn.now())));
            call.settle();
        }
    }

    void rulesGone(Turn turn, Call call) {
        var waiting = List.copyOf(call.waiting);
        call.waiting.clear();
        waiting.stream().filter(p -> !p.finished).forEach(p -> new Onward(desks).forward(turn, p));
        storyChanged(turn, call);
        sweep(call);
    }

    void ending(Turn turn, Call call, Reason reason) {
        desks.passages().giveUp(turn, call, reason);
        step(turn, call, new CallLife.Event.Ending(reason));
    }

    void unacknowledged(Turn turn, Call call) {
        step(turn, call, new CallLife.Event.NoAck());
    }

    /// Forgets the call when nothing of it is left: no request on its way, no rule to remove.
    void sweep(Call call) {
        if (call.ended() && call.passages == 0 && call.removals.isEmpty()) {
            byToken.remove(call.tokenA);
            byToken.remove(call.tokenB);
            desks.dialogs().remove(call.key.callId(), call);
            if (byOwner.remove(call.owner()) != null) {
                ended--;
            }
        }
    }

    /// BYE of our own: the next CSeq towards that leg, e2e-sec if the call has it (POL-12).
    private void bye(Turn turn, Call call, Leg leg, Reason reason) {
        call.dialog(leg, "")
                .ifPresent(
                        far -> {
                            var cseq = CSeq.after(far.highestCSeq(), Method.BYE);
                            var via = turn.tokens().via(turn.config().gateway());
                            var rows = Crossing.reasonRow(reason);
                            var own = Crossing.own(far, cseq, via, rows);
                            var bye = demanded(turn, call, leg, own);
                            call.line(turn.now(), "GW", leg.name(), "BYE");
                            call.replace(leg, far.sent(cseq.number()));
                            desks.transactions().start(turn, bye, way(turn, call, leg, far));
                        });
    }

    /// A request of our own to that leg, with e2e-sec where that leg knows of it.
    Request demanded(Turn turn, Call call, Leg leg, Request request) {
        return call.terms.demand.towards(leg)
                ? E2eSec.demand(request, turn.config().assurance().optionTag())
                : request;
    }

    /// The way to that leg's far side, over the connection that the dialog lives on or a new one.
    static Target way(Turn turn, Call call, Leg leg, LegDialog far) {
        var proven = call.proven.getOrDefault(leg, List.of());
        return far.target(new Routing(turn.config()).again(far, proven));
    }

    static void sendAck(Turn turn, Request ack, Target target) {
        var key = new TransactionKey(ack.topVia().branch(), Method.ACK);
        turn.emit(new Effect.SendRequest(key, target, ack));
    }

    /// What the two connections of the call are, for its story.
    static String channel(ChannelSecurity security) {
        return switch (security) {
            case ChannelSecurity.Tls tls ->
                    "%s %s, peer %s"
                            .formatted(
                                    tls.version(),
                                    tls.suite(),
                                    tls.identities().isEmpty()
                                            ? "without certificate"
                                            : String.join(" ", tls.identities()));
            case ChannelSecurity.Ipsec ipsec ->
                    "IPsec ESP %s, declared peer %s"
                            .formatted(
                                    ipsec.algorithm().isEmpty()
                                            ? "(kernel not asked)"
                                            : ipsec.algorithm(),
                                    ipsec.link());
            case ChannelSecurity.Clear _ -> "clear text";
        };
    }
}
