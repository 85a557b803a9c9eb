package org.surehop.core.transaction;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// The ACK for a non-2xx final response (RFC 3261 §17.1.1.3). It never carries option tags
/// (POL-11).
public final class FailureAck {
    private static final int MAX_FORWARDS = 70;

    private FailureAck() {}

    /// The ACK that answers `response` to `invite`, both as they went over the wire.
    public static Request of(Request invite, Response response) {
        return invite.toBuilder()
                .method(Method.ACK)
                .to(response.to())
                .cseq(new CSeq(invite.cseq().number(), Method.ACK))
                .vias(List.of(invite.topVia()))
                .maxForwards(OptionalInt.of(MAX_FORWARDS))
                .recordRoutes(List.of())
                .contact(Optional.empty())
                .require(List.of())
                .proxyRequire(List.of())
                .supported(List.of())
                .others(List.of())
                .body(Body.NONE)
                .build();
    }
}
