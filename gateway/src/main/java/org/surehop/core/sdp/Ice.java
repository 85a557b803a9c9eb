package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// What one medium says of ICE (RFC 8839, RFC 8838). `fragment` is the user name fragment: another
/// one is a restart; the password is not kept. `trickle`: more candidates may come, until `ended`.
/// `mismatch`: the author found that its peer's default address was changed on the way.
/// `selected`: the checks are over (`a=remote-candidates`). `named`: a candidate was a name, which
/// nobody here looks up.
public record Ice(
        Optional<String> fragment,
        List<Candidate> candidates,
        boolean trickle,
        boolean ended,
        boolean mismatch,
        boolean selected,
        boolean named) {
    /// A medium without a word of ICE.
    public static final Ice NONE =
            new Ice(Optional.empty(), List.of(), false, false, false, false, false);

    public Ice {
        candidates = List.copyOf(candidates);
    }

    /// Whether the author speaks ICE for this medium.
    boolean spoken() {
        return !mismatch && (!candidates.isEmpty() || (trickle && fragment.isPresent()) || named);
    }

    /// More candidates may follow.
    boolean growing() {
        return trickle && !ended;
    }

    /// With what a fragment adds. Candidates of another generation belong to a restart that was
    /// not offered, and are left out (RFC 8840 §4.4).
    Ice with(Ice more) {
        if (more.fragment.isPresent() && !more.fragment.equals(fragment)) {
            return this;
        }
        var all = new LinkedHashSet<>(candidates);
        all.addAll(more.candidates);
        return new Ice(
                fragment,
                new ArrayList<>(all),
                trickle,
                ended || more.ended,
                mismatch,
                selected,
                named || more.named);
    }
}
