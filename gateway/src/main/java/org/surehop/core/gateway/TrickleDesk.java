package org.surehop.core.gateway;

import org.surehop.core.call.OfferAnswer;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Method;

/// Takes fragments of trickle ICE to the descriptions that they add to, and opens what their
/// candidates need before the INFO goes on (RFC 8840, PIN 6.2). One that may not be had is refused,
/// and the session stays as it was.
final class TrickleDesk {
    private final Desks desks;

    TrickleDesk(Desks desks) {
        this.desks = desks;
    }

    /// Whether the request carries fragments and not descriptions.
    static boolean concerns(Passage passage) {
        return passage.request.method().equals(Method.INFO);
    }

    void prepare(Turn turn, Passage passage, Assured said) {
        var found = passage.call.map(c -> c.session(tag(passage)));
        var to = found.flatMap(s -> s.described(passage.from));
        if (to.isEmpty()) {
            // Nothing that it could add to: it goes on and opens nothing.
            desks.reporter().count("trickle.without-description");
            desks.passages().rulesApplied(turn, passage);
            return;
        }
        var session = found.orElseThrow();
        // Each costs a look; none can bring more than all of them may.
        int most = turn.config().pinholes().media().maxCandidates();
        if (!session.trickle(passage.number, to.get(), said, most)) {
            desks.passages()
                    .rulesRefused(
                            turn,
                            passage,
                            Reason.TOO_MANY_MEDIA,
                            "more fragments of ICE than a session may have");
            return;
        }
        var wish = session.wish(passage.call.orElseThrow());
        if (wish.isEmpty()) {
            desks.passages().rulesApplied(turn, passage);
        } else if (offering(session, passage.from)) {
            desks.pinholes().anticipate(turn, passage, wish.get());
        } else {
            desks.pinholes().grow(turn, passage, wish.get());
        }
    }

    /// The INFO was refused, here or beyond: its candidates count no more.
    void failed(Turn turn, Passage passage) {
        var call = passage.call.filter(c -> !c.ended());
        if (call.isEmpty()) {
            return;
        }
        var session = call.get().session(tag(passage));
        if (session.untrickle(passage.number) && !offering(session, passage.from)) {
            session.wish(call.get()).ifPresent(w -> desks.pinholes().shrink(turn, w));
        }
    }

    /// A re-offer of that leg waits for its answer beside an agreed pair, which stays.
    private static boolean offering(Session session, Leg by) {
        return session.latest(by.other()).isPresent()
                && session.state instanceof OfferAnswer.State.Offered(var offerer, _)
                && offerer == by;
    }

    private static String tag(Passage passage) {
        var request = passage.request;
        return passage.from == Leg.A ? request.to().tag() : request.from().tag();
    }
}
