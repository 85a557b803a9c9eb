package org.surehop.adapter.sip;

import java.util.Optional;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// One thing in the write queue of a connection.
sealed interface Outgoing {
    /// A request; answered with `RequestSent` or `SendFailed`. Goes to a [SecureChannel].
    record OfRequest(TransactionKey key, Request request) implements Message {}

    /// What may wait for a connection.
    sealed interface Message extends Outgoing {}

    /// What any channel may be given.
    sealed interface Back extends Outgoing {}

    /// `assured`: its request asked for e2e-sec.
    record OfResponse(Response response, boolean assured) implements Back, Message {}

    /// Ready octets: a refusal or a pong.
    record Ready(byte[] octets) implements Back {}

    /// Nothing follows; our direction ends.
    record Finish() implements Back {}

    /// The proof that a request is not e2e-sec, without which none goes to a [TcpChannel].
    final class Unassured {
        private final OfRequest request;

        private Unassured(OfRequest request) {
            this.request = request;
        }

        /// Empty for a request that carries the tag in either header.
        static Optional<Unassured> of(OfRequest request, String optionTag) {
            return E2eSec.asked(request.request(), optionTag)
                    ? Optional.empty()
                    : Optional.of(new Unassured(request));
        }

        OfRequest request() {
            return request;
        }
    }
}
