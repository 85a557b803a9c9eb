package org.surehop.testing;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Via;

/// The Alice and Bob of RFC 3261 §24 as typed messages.
public final class SampleMessages {
    public static final SipUri ALICE = SipUri.of("alice", "atlanta.example.com", 0);
    public static final SipUri BOB = SipUri.of("bob", "biloxi.example.com", 0);

    private SampleMessages() {}

    /// Alice's first request to Bob, straight from her user agent.
    public static Request request(Method method) {
        return new Request(
                method,
                BOB,
                new CallId("a84b4c76e66710"),
                NameAddr.of(ALICE).withTag("1928301774"),
                NameAddr.of(BOB),
                new CSeq(314_159, method),
                List.of(Via.tls("pc33.atlanta.example.com", 0, "z9hG4bK776asdhds")),
                OptionalInt.of(70),
                List.of(),
                List.of(),
                Optional.of(NameAddr.of(SipUri.of("alice", "pc33.atlanta.example.com", 0))),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// Bob's answer with that status.
    public static Response response(Request request, int status) {
        return new Response(
                new StatusCode(status),
                "",
                request.callId(),
                request.from(),
                request.to().tag().isEmpty() ? request.to().withTag("a6c85cf") : request.to(),
                request.cseq(),
                request.vias(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }
}
