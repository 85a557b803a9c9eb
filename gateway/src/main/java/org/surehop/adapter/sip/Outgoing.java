package org.surehop.adapter.sip;

import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// One thing in the write queue of a connection.
sealed interface Outgoing {
    /// Answered with `RequestSent` or `SendFailed`.
    record OfRequest(TransactionKey key, Request request) implements Outgoing {}

    record OfResponse(Response response) implements Outgoing {}

    /// Ready octets: a refusal or a pong.
    record Ready(byte[] octets) implements Outgoing {}

    /// Nothing follows; our direction ends.
    record Finish() implements Outgoing {}
}
