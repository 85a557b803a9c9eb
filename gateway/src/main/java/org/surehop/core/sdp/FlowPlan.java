package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.List;

/// What a pair of descriptions needs.
public sealed interface FlowPlan {

    /// The flows by receiver, without doubles, in the order of the `m=` lines; and what was left
    /// out.
    record Agreed(List<Flow> toOfferer, List<Flow> toAnswerer, List<SkippedMedia> skipped)
            implements FlowPlan {
        public Agreed {
            toOfferer = List.copyOf(toOfferer);
            toAnswerer = List.copyOf(toAnswerer);
            skipped = List.copyOf(skipped);
        }

        public List<Flow> all() {
            var all = new ArrayList<>(toOfferer);
            all.addAll(toAnswerer);
            return List.copyOf(all);
        }
    }

    /// The answer is none to this offer.
    record Refused(SdpProblem problem) implements FlowPlan {}
}
