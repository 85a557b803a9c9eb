package org.surehop.core.disclosure;

import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;

/// Who should have signed a body and what a refusal of it means: `signer` is the From address of
/// record of a request and the To address of a response (SM-7c); `offerLabelled` says, for a
/// response, whether the request carried `Proxy-Inspect-Body`, because a caller that did cannot
/// repair the failure (E2M-16).
public record Expectation(Direction direction, SipUri signer, boolean offerLabelled) {
    /// Which way the body travels.
    public enum Direction {
        REQUEST,
        RESPONSE
    }

    /// For the body of a request.
    public static Expectation ofRequest(Request request) {
        return new Expectation(Direction.REQUEST, request.from().uri(), labelled(request));
    }

    /// For the body of a response to that request.
    public static Expectation ofResponseTo(Request request) {
        return new Expectation(Direction.RESPONSE, request.to().uri(), labelled(request));
    }

    private static boolean labelled(Request request) {
        return InspectLabel.HEADERS.stream().anyMatch(h -> request.header(h).isPresent());
    }
}
