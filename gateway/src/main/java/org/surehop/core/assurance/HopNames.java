package org.surehop.core.assurance;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.surehop.core.sip.Hop;

/// Elements that go by several names: a B2BUA may stand in Hop-Record by one and attest by another
/// (POL-65, POL-84). `known` are the names of one element each, as the operator lists them; what an
/// assertion claims to be the same counts where it was allowed to stand.
public record HopNames(List<List<Hop>> known) {
    public static final HopNames NONE = new HopNames(List.of());

    public HopNames {
        known = known.stream().map(List::copyOf).toList();
    }

    /// What hops asserted, by the names that `listed` has for them: an element that is listed by
    /// several names has spoken for each.
    public Collection<HopAssertion> listedAs(Collection<HopAssertion> assertions, Set<Hop> listed) {
        var all = new ArrayList<HopAssertion>();
        for (var assertion : assertions) {
            var names = names(assertion);
            names.retainAll(listed);
            if (names.isEmpty()) {
                all.add(assertion.by(assertion.hop()));
            }
            names.forEach(name -> all.add(assertion.by(name)));
        }
        return all;
    }

    private Set<Hop> names(HopAssertion assertion) {
        var names = new HashSet<Hop>(assertion.sameAs());
        names.add(assertion.hop());
        known.stream().filter(k -> k.contains(assertion.hop())).forEach(names::addAll);
        return names;
    }

    /// What the operator calls the element with that name, if it is one of the known ones.
    public List<Hop> calls(Hop hop) {
        return known.stream().filter(k -> k.contains(hop)).map(List::getFirst).toList();
    }
}
