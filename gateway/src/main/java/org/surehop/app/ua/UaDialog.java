package org.surehop.app.ua;

import java.util.List;
import java.util.OptionalInt;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;

/// A dialog as one of its two user agents holds it (RFC 3261 §12). Routes are loose.
record UaDialog(
        UaIdentity self,
        CallId callId,
        NameAddr local,
        NameAddr remote,
        SipUri remoteTarget,
        List<NameAddr> routes,
        List<String> tags) {
    static final int MAX_FORWARDS = 70;

    /// The caller's view, from its INVITE and the 2xx (§12.1.2).
    static UaDialog ofCaller(UaIdentity self, Request invite, Response success) {
        return new UaDialog(
                self,
                invite.callId(),
                invite.from(),
                success.to(),
                success.contact().map(NameAddr::uri).orElse(invite.uri()),
                success.recordRoutes().reversed(),
                invite.require());
    }

    /// The callee's view, from the INVITE and the To with our tag (§12.1.1).
    static UaDialog ofCallee(UaIdentity self, Request invite, NameAddr local) {
        return new UaDialog(
                self,
                invite.callId(),
                local,
                invite.from(),
                invite.contact().map(NameAddr::uri).orElse(invite.from().uri()),
                invite.recordRoutes(),
                invite.require());
    }

    /// Whether the request belongs here: Call-ID and both tags (§12).
    boolean owns(Request request) {
        return request.callId().equals(callId)
                && request.to().tag().equals(local.tag())
                && request.from().tag().equals(remote.tag());
    }

    /// A request inside the dialog; it asks for the same security as the INVITE did (POL-12), and
    /// so does the ACK for a 2xx (POL-11).
    Request request(Method method, long cseq) {
        return new Request(
                method,
                remoteTarget,
                callId,
                local,
                remote,
                new CSeq(cseq, method),
                List.of(self.newVia()),
                OptionalInt.of(MAX_FORWARDS),
                routes,
                List.of(),
                java.util.Optional.empty(),
                tags,
                tags,
                List.of(),
                List.<Header>of(),
                Body.NONE);
    }
}
