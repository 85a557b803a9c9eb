package org.surehop.core.gateway;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.call.Exchange;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Target;

/// Takes a request to the next target of its location when one could not serve it: after a 503, a
/// lost write, or an INVITE that nobody answered (RFC 3263 §4.3, EDG-32, POL-23). Each attempt is a
/// transaction with a branch of its own, over TLS like the first, and only what the last one met is
/// attested. With no target left the asking side hears of the first failure.
final class Failover {
    /// Attempts for one request in all.
    private static final int MOST = 8;

    private final Desks desks;
    private final Onward onward;

    Failover(Desks desks, Onward onward) {
        this.desks = desks;
        this.onward = onward;
    }

    /// What was tried for one passage.
    static final class Attempts {
        private final List<InetSocketAddress> tried = new ArrayList<>();
        /// Where a write was lost: an idle connection may just have ended, so it has a second try.
        private final List<InetSocketAddress> lost = new ArrayList<>();
        private Optional<Exchange.Event> first = Optional.empty();
        private int failures;
    }

    /// Whether the request goes on to another target instead of back with this failure.
    boolean refused(Turn turn, Passage passage, Response response, Inbound inbound) {
        return response.status().value() == 503
                && elsewhere(passage)
                && again(
                        turn,
                        passage,
                        new Exchange.Event.Failure(response),
                        Optional.of(inbound.remote()));
    }

    boolean timedOut(Turn turn, Passage passage) {
        // A non-INVITE has used up its sender's time as well (RFC 4320).
        return passage.request.method().equals(Method.INVITE)
                && !passage.provisionalSeen
                && elsewhere(passage)
                && passage.reached.isPresent()
                && again(turn, passage, new Exchange.Event.TimedOut(), passage.reached);
    }

    boolean unsent(Turn turn, Passage passage, Event.SendFailed failure) {
        if (failure.reason() != Reason.CONNECTION_LOST) {
            return false;
        }
        var attempts = passage.attempts;
        var place = failure.place().filter(attempts.lost::contains);
        failure.place().ifPresent(attempts.lost::add);
        var event = new Exchange.Event.Unsent(failure.reason(), failure.detail());
        return (elsewhere(passage) || place.isEmpty()) && again(turn, passage, event, place);
    }

    /// What the asking side hears when an attempt after the first comes to nothing.
    Exchange.Event outcome(Passage passage, Exchange.Event latest) {
        return passage.attempts.first.orElse(latest);
    }

    /// In a dialog the far side is one element: there is no other.
    private static boolean elsewhere(Passage passage) {
        return passage.way
                .filter(w -> !(w.target() instanceof Target.FlowElse))
                .filter(w -> !(w.target() instanceof Target.Flow))
                .isPresent();
    }

    private boolean again(
            Turn turn, Passage passage, Exchange.Event why, Optional<InetSocketAddress> failed) {
        var attempts = passage.attempts;
        var waits = passage.state instanceof Exchange.State.Pending;
        if (!waits || passage.cancelWanted || passage.cancelSent || attempts.failures >= MOST - 1) {
            return false;
        }
        attempts.failures++;
        attempts.first = attempts.first.or(() -> Optional.of(why));
        failed.filter(f -> !attempts.tried.contains(f)).ifPresent(attempts.tried::add);
        passage.way = passage.way.map(w -> w.to(next(w.target(), attempts.tried)));
        desks.reporter().count("request.failover");
        passage.track.ifPresent(track -> track.again(turn.config().assurance().maxHops()));
        passage.egress = Optional.empty();
        passage.egressSecurity = Optional.empty();
        passage.reached = Optional.empty();
        passage.call
                .filter(_ -> passage.opensCall())
                .ifPresent(call -> desks.offers().startAgain(turn, call));
        onward.elsewhere(turn, passage);
        return true;
    }

    private static Target next(Target target, List<InetSocketAddress> tried) {
        return switch (target) {
            case Target.Locate(var hop) when !tried.isEmpty() -> new Target.Another(hop, tried);
            case Target.Another(var hop, _) -> new Target.Another(hop, tried);
            case Target.Locate _, Target.Flow _, Target.FlowElse _ -> target;
        };
    }
}
