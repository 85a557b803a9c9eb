package org.surehop.adapter.pcp;

import java.time.Instant;
import java.util.List;
import org.surehop.core.sdp.Flow;

/// A change that waits for the server: the flows it wants, those of them it added (and takes back
/// when it fails), what it removes once it is granted, and when it gives up.
record Change(long number, List<Flow> wanted, List<Flow> added, List<Flow> gone, Instant deadline) {
    Change {
        wanted = List.copyOf(wanted);
        added = List.copyOf(added);
        gone = List.copyOf(gone);
    }

    /// Whether a refusal of that mapping is a refusal of this.
    boolean needs(Mapping mapping) {
        return wanted.stream()
                .anyMatch(f -> Mapping.Key.of(f).equals(mapping.key) && !mapping.granted(f));
    }
}
