package org.surehop.core.disclosure;

import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;

/// Who should have signed a body and what a refusal of it means: `signer` is the From address of
/// record of a request and the To address of a response (SM-7c); `offerLabelled` says, for a
/// response, whether the request carried `Proxy-Inspect-Body`, because a caller that did cannot
/// repair the failure (E2M-16); `mediaType` is that of the description which is looked for.
public record Expectation(
        Direction direction, SipUri signer, boolean offerLabelled, String mediaType) {
    private static final String SDP = "application/sdp";

    /// A fragment of trickle ICE (RFC 8840 §9).
    private static final String FRAGMENT = "application/trickle-ice-sdpfrag";

    /// For a whole description.
    public Expectation(Direction direction, SipUri signer, boolean offerLabelled) {
        this(direction, signer, offerLabelled, SDP);
    }

    /// What a description looks like in requests of that method.
    static String mediaType(Method method) {
        return method.equals(Method.INFO) ? FRAGMENT : SDP;
    }

    /// Which way the body travels.
    public enum Direction {
        REQUEST,
        RESPONSE
    }

    /// For the body of a request.
    public static Expectation ofRequest(Request request) {
        return new Expectation(
                Direction.REQUEST,
                request.from().uri(),
                labelled(request),
                mediaType(request.method()));
    }

    /// For the body of a response to that request.
    public static Expectation ofResponseTo(Request request) {
        return new Expectation(Direction.RESPONSE, request.to().uri(), labelled(request));
    }

    private static boolean labelled(Request request) {
        return InspectLabel.HEADERS.stream().anyMatch(h -> request.header(h).isPresent());
    }
}
