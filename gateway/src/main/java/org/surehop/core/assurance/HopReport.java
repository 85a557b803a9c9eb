package org.surehop.core.assurance;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Method;

/// The content of an `e2e-sec` NOTIFY body (POL-46): the tuple of the request it speaks about, what
/// hops assert, the Hop-Record when the sender knows it (POL-52), and what a collector makes of it
/// (POL-50).
public record HopReport(
        Method method,
        long cseq,
        CallId callId,
        String fromUri,
        String fromTag,
        String toUri,
        Instant time,
        List<HopAssertion> hops,
        Optional<List<Hop>> hopRecord,
        Optional<Judged> judged) {
    public HopReport {
        hops = List.copyOf(hops);
        hopRecord = hopRecord.map(List::copyOf);
    }

    /// The verdict of a collector: its level and reason, by their names.
    public record Judged(String level, String reason) {}

    /// The report of hops, which judge nothing.
    public HopReport(
            Method method,
            long cseq,
            CallId callId,
            String fromUri,
            String fromTag,
            String toUri,
            Instant time,
            List<HopAssertion> hops,
            Optional<List<Hop>> hopRecord) {
        this(
                method,
                cseq,
                callId,
                fromUri,
                fromTag,
                toUri,
                time,
                hops,
                hopRecord,
                Optional.empty());
    }

    /// The same with only those other names of a hop that `proven` lets stand for it (POL-65).
    public HopReport claiming(BiPredicate<Hop, Hop> proven) {
        var proved = hops.stream().map(h -> h.claiming(other -> proven.test(h.hop(), other)));
        return with(proved.toList(), judged);
    }

    /// The same with that verdict.
    public HopReport judged(Verdict verdict) {
        var words = new Judged(verdict.level().name(), verdict.reason().wireName());
        return with(hops, Optional.of(words));
    }

    private HopReport with(List<HopAssertion> others, Optional<Judged> words) {
        return new HopReport(
                method, cseq, callId, fromUri, fromTag, toUri, time, others, hopRecord, words);
    }

    /// About how much room it takes, in octets.
    public int octets() {
        var parties = fromUri.length() + fromTag.length() + toUri.length();
        return 256 + parties + hops.stream().mapToInt(HopAssertion::octets).sum();
    }
}
