package org.surehop.core.pinhole;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.surehop.core.sdp.Flow;

/// The state of one group (RFC 5189 §2.3.4; the words of RFC 5190 `midcomRuleOperStatus`). A group
/// that the table does not know is unused.
public sealed interface PinholeState {

    /// The flows that the firewall lets through in this state.
    List<Flow> inForce();

    /// PRR: the offer is acceptable and nothing is open (MID-9, MID-35: book-keeping only).
    record Reserved() implements PinholeState {
        @Override
        public List<Flow> inForce() {
            return List.of();
        }
    }

    /// PER: exactly the flows of the last agreed pair are open.
    record Enabled(Phase phase, List<Flow> agreed) implements PinholeState {
        public Enabled {
            agreed = List.copyOf(agreed);
        }

        @Override
        public List<Flow> inForce() {
            return agreed;
        }
    }

    /// A new pair opens its flows while the agreed ones stay, until the change is confirmed or
    /// rolled back (PIN-22, PIN-23).
    record Changing(Phase phase, List<Flow> agreed, List<Flow> next) implements PinholeState {
        public Changing {
            agreed = List.copyOf(agreed);
            next = List.copyOf(next);
        }

        @Override
        public List<Flow> inForce() {
            var all = new LinkedHashSet<>(agreed);
            all.addAll(next);
            return new ArrayList<>(all);
        }

        /// With more that the new pair needs.
        Changing with(List<Flow> more) {
            var all = new LinkedHashSet<>(next);
            all.addAll(more);
            return new Changing(phase, agreed, new ArrayList<>(all));
        }
    }

    /// Which lifetime holds (PIN-7).
    enum Phase {
        EARLY,
        CONFIRMED
    }
}
