package org.surehop.core.gateway;

import java.util.Optional;
import org.surehop.core.call.OfferAnswer;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Leg;

/// The offers and answers of one dialog of a call, and its group of pinholes (PIN-6). Forks are
/// dialogs of their own, by the callee's tag; before there is one, the tag is empty.
final class Session {
    final String tag;
    final GroupId group;
    OfferAnswer.State state = OfferAnswer.initial();
    /// The offer that waits for its answer.
    Optional<Assured> offer = Optional.empty();
    /// The last exchange that is agreed for good.
    Optional<Pair> agreed = Optional.empty();
    /// One that is answered and not yet acknowledged.
    Optional<Pair> next = Optional.empty();
    /// The passage that the exchange under way or last answered belongs to.
    long owner;
    /// Whether the lifetime of a confirmed dialog holds.
    boolean confirmed;
    /// The last preview, for its repetitions.
    Body preview = Body.NONE;

    /// What the two legs have said, and in which message the answer came.
    record Pair(Assured a, Assured b, OfferAnswer.Carrier answeredIn) {
        static Pair of(Leg offerer, Assured offer, Assured answer, OfferAnswer.Carrier in) {
            return offerer == Leg.A ? new Pair(offer, answer, in) : new Pair(answer, offer, in);
        }

        Assured of(Leg leg) {
            return leg == Leg.A ? a : b;
        }
    }

    Session(String tag, GroupId group) {
        this.tag = tag;
        this.group = group;
    }

    /// The dialog of one fork: the offer of the INVITE is offered to it as well.
    Session fork(String callee, GroupId own) {
        var fork = new Session(callee, own);
        fork.state = state;
        fork.offer = offer;
        fork.owner = owner;
        return fork;
    }

    /// What that leg has said last and holds, whether it is acknowledged or not.
    Optional<Assured> latest(Leg leg) {
        return next.or(() -> agreed).map(p -> p.of(leg));
    }

    void forget() {
        rollback();
        agreed = Optional.empty();
        preview = Body.NONE;
    }

    /// The exchange that was answered last is agreed for good.
    void commit() {
        agreed = next.or(() -> agreed);
        next = Optional.empty();
    }

    /// Back to the last agreed exchange (PIN-23, RFC 6141).
    void rollback() {
        state = OfferAnswer.step(state, new OfferAnswer.Event.Failed()).state();
        offer = Optional.empty();
        next = Optional.empty();
    }
}
