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
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Target;

/// Keeps all calls: finds them by the tokens in our Contacts, runs their lives, tells their
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
                case CallLife.Effect.RemoveRules _ -> desks.pinholes().close(turn, call);
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
        desks.pinholes().confirm(turn, call);
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
        if (call.ended() && call.passages == 0 && call.removal.isEmpty()) {
            byToken.remove(call.tokenA);
            byToken.remove(call.tokenB);
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

    /// An ACK for a 2xx: carried to the other leg as it is (RFC 3261 §13.2.2.4).
    void acknowledged(Turn turn, Inbound inbound, Request ack) {
        var call = byToken.get(ack.uri().user());
        if (call == null) {
            desks.reporter().count("ack.stray");
            return;
        }
        var from = call.tokenA.equals(ack.uri().user()) ? Leg.A : Leg.B;
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
        var config = turn.config();
        var asks = new Admission(config).asked(ack);
        var demand = call.terms.demand.within(from, asks);
        var tag = demand.made() ? config.assurance().optionTag() : "";
        var via = turn.tokens().via(config.gateway());
        var contact =
                Crossing.contact(
                        config.gateway(), far.get().token(), far.get().remoteTarget().secure());
        var heard = Crossing.heard(ack, demand, config.assurance().optionTag());
        var numbers = new Renumbering(from == Leg.A ? call.terms.ahead : 0);
        var way = way(turn, call, from.other(), far.get());
        var veil = Veil.before(config, Optional.of(call), from.other(), way);
        var crossing = Crossing.inDialog(numbers.onward(heard), far.get(), via, contact, tag);
        var out = veil.cover(crossing);
        call.line(turn.now(), from.name(), "GW", "ACK");
        call.line(turn.now(), "GW", from.other().name(), "ACK");
        call.ack = Optional.of(out);
        call.replace(from, near.get().on(inbound.connection()));
        sendAck(turn, out, way);
        if (from == Leg.A) {
            step(turn, call, new CallLife.Event.Acknowledged());
        }
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
