package org.surehop.core.archive;

import java.time.Instant;
import java.util.List;
import org.surehop.core.report.CallKey;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;

/// What an entry of the archive says of its message besides the content: when it came and from
/// which side, its `sender` (From), `receiver` (To) and `target` (Request-URI), its Date header or
/// the empty string, and who its connection had proven to be.
public record Slip(
        Instant at,
        Side from,
        CallKey key,
        String sender,
        String receiver,
        String target,
        String date,
        List<String> peer) {
    public Slip {
        peer = List.copyOf(peer);
    }

    /// The slip of a request that came at that time from that side.
    public static Slip of(Instant at, Side from, Request request, List<String> peer) {
        return new Slip(
                at,
                from,
                new CallKey(
                        request.callId(),
                        request.from().tag(),
                        request.cseq().number(),
                        request.method()),
                request.from().uri().text(),
                request.to().uri().text(),
                request.uri().text(),
                Header.first(request.others(), "Date").orElse(""),
                peer);
    }
}
