package org.surehop.core.assurance;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;

/// The content of an `e2e-sec` NOTIFY body (POL-46): the tuple of the request it speaks about, what
/// hops assert, and the Hop-Record when the sender knows it (POL-52).
public record HopReport(
        Method method,
        long cseq,
        CallId callId,
        String fromUri,
        String fromTag,
        String toUri,
        Instant time,
        List<HopAssertion> hops,
        Optional<List<Hop>> hopRecord) {
    public HopReport {
        hops = List.copyOf(hops);
        hopRecord = hopRecord.map(List::copyOf);
    }
}
