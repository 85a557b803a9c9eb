package org.surehop.core.transaction;

import org.surehop.core.sip.Response;

/// What can happen to a server transaction.
public sealed interface ServerInput {

    /// The request, the first time or again.
    record RequestArrived() implements ServerInput {}

    /// An ACK that matches the transaction (RFC 3261 §17.2.3).
    record AckArrived() implements ServerInput {}

    /// The user of the transaction answers.
    record Respond(Response response) implements ServerInput {}

    /// A response could not be written.
    record TransportFailed() implements ServerInput {}

    record Fired(Timer timer) implements ServerInput {}
}
