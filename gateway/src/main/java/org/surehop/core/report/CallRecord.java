package org.surehop.core.report;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The story of one call for `surehop explain`: written to the journal when the call is established
/// and again when it ends (same key, later text wins). `facts` hold what is said in words (verdict,
/// reason, evidence per hop, pinholes); `ladder` is one line per message, oldest first, bounded.
public record CallRecord(
        CallKey key,
        Instant began,
        Instant at,
        boolean ended,
        Map<String, String> facts,
        List<LadderLine> ladder) {
    public CallRecord {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        ladder = List.copyOf(ladder);
    }

    /// One message or step: `from` and `to` are `A`, `B` or `GW`; `text` is a start line in short.
    public record LadderLine(Instant at, String from, String to, String text) {}
}
