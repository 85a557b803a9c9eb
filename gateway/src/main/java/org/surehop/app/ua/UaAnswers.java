package org.surehop.app.ua;

import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.ResponseBuilder;
import org.surehop.core.sip.StatusCode;

/// Responses of a user agent: everything that RFC 3261 §8.2.6.2 copies from the request.
final class UaAnswers {
    static final String ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY";

    static final String ACCEPT = "application/sdp, application/pkcs7-mime";

    private UaAnswers() {}

    /// A response; `tag` is put into To when the request has none there and it is no 100.
    static ResponseBuilder to(Request request, int status, String reason, String tag) {
        var own = request.inDialog() || status == 100 ? request.to() : request.to().withTag(tag);
        return new Response(
                        new StatusCode(status),
                        reason,
                        request.callId(),
                        request.from(),
                        own,
                        request.cseq(),
                        request.vias(),
                        status == 100 ? List.of() : request.recordRoutes(),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.<Header>of(),
                        Body.NONE)
                .toBuilder();
    }

    /// RFC 3261 §8.2.2.3: names every tag that is not understood (POL-30).
    static ResponseBuilder badExtension(Request request, List<String> unknown, String tag) {
        return to(request, 420, "Bad Extension", tag)
                .add("Unsupported", String.join(", ", unknown));
    }

    static ResponseBuilder methodNotAllowed(Request request, String tag) {
        return to(request, 405, "Method Not Allowed", tag).add("Allow", ALLOW);
    }
}
