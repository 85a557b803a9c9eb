package org.surehop.sim;

import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// What must be seen of a message that has crossed transparent legs.
final class Kept {
    private static final String SELF = "gw.example.com";

    private Kept() {}

    /// What the gateway says itself has one Via.
    static boolean crosses(Request request) {
        return request.vias().size() > 1;
    }

    /// What crosses bears its sender's Contact and Vias, and ours above them; and the gateway is in
    /// the path of the dialog that it makes.
    static void request(Request request) {
        var contact = request.contact().map(c -> c.uri().host()).orElse("");
        var invite = request.method().equals(Method.INVITE);
        Invariant.TRANSPARENT_LEGS_KEEP.require(
                request.topVia().host().equals(SELF)
                        && !(crosses(request) && contact.equals(SELF))
                        && !(invite && !crosses(request))
                        && !(invite && request.recordRoutes().size() != 1),
                request);
    }

    /// Only what is asked of the gateway itself is answered with its Contact.
    static void response(Response response) {
        Invariant.TRANSPARENT_LEGS_KEEP.require(
                response.contact().filter(c -> c.uri().host().equals(SELF)).isEmpty()
                        || response.cseq().method().name().equals("SUBSCRIBE"),
                response);
    }
}
