package org.surehop.adapter.sip;

import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.StatusCode;

/// What a request gets that the core cannot take now: 503 with Retry-After (RFC 3261 §21.5.4).
final class Overload {
    private static final StatusCode UNAVAILABLE = new StatusCode(503);
    private static final String RETRY_SECONDS = "5";

    private Overload() {}

    static Response answer(Request request) {
        var to = request.to();
        return new Response(
                UNAVAILABLE,
                "Service Unavailable",
                request.callId(),
                request.from(),
                to.tag().isEmpty() ? to.withTag("overload") : to,
                request.cseq(),
                request.vias(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(new Header("Retry-After", RETRY_SECONDS)),
                Body.NONE);
    }
}
