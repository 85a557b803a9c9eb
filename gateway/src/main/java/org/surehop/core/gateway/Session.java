package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
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
    /// The last preview, for its repetitions, and what it said.
    Body preview = Body.NONE;
    Optional<Assured> previewed = Optional.empty();
    private final List<Fragment> fragments = new ArrayList<>();

    /// Candidates of trickle ICE that came after a description (RFC 8840), and in which passage.
    private record Fragment(long passage, Assured to, Assured said) {}

    /// What the two legs have said, and in which message the answer came.
    record Pair(Leg offerer, Assured offer, Assured answer, OfferAnswer.Carrier answeredIn) {
        Assured of(Leg leg) {
            return leg == offerer ? offer : answer;
        }
    }

    Session(String tag, GroupId group) {
        this.tag = tag;
        this.group = group;
    }

    /// What leg `by` has described last, be it offered, agreed, or a preview of an answer.
    Optional<Assured> described(Leg by) {
        return state instanceof OfferAnswer.State.Offered(var offerer, _) && offerer == by
                ? offer
                : latest(by).or(() -> previewed);
    }

    /// Who has offered what, and what the other side says or is taken to say: what flows are for.
    Optional<PinholeWish> wish(Call call) {
        if (state instanceof OfferAnswer.State.Offered(var by, _) && offer.isPresent()) {
            return described(by.other()).map(a -> new PinholeWish(call, this, by, offer.get(), a));
        }
        return next.or(() -> agreed)
                .map(p -> new PinholeWish(call, this, p.offerer(), p.offer(), p.answer()));
    }

    /// Takes a fragment; false when there are as many as there may be.
    boolean trickle(long passage, Assured to, Assured said, int most) {
        return fragments.size() < most && fragments.add(new Fragment(passage, to, said));
    }

    /// Whether that passage brought a fragment, which counts no more.
    boolean untrickle(long passage) {
        return fragments.removeIf(f -> f.passage() == passage);
    }

    /// What was added to a description since, in its order.
    List<Assured> trickled(Assured to) {
        return fragments.stream().filter(f -> f.to() == to).map(Fragment::said).toList();
    }

    /// The answer has come: what was added to its preview adds to it.
    void answeredAs(Assured answer) {
        var before = previewed.filter(p -> p.sdp().equals(answer.sdp()));
        before.ifPresent(
                p ->
                        fragments.replaceAll(
                                f ->
                                        f.to() == p
                                                ? new Fragment(f.passage(), answer, f.said())
                                                : f));
        previewed = Optional.empty();
    }

    /// The dialog of one fork: the offer of the INVITE is offered to it as well.
    Session fork(String callee, GroupId own) {
        var fork = new Session(callee, own);
        fork.state = state;
        fork.offer = offer;
        fork.owner = owner;
        fork.fragments.addAll(fragments);
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
        previewed = Optional.empty();
        fragments.clear();
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
