package org.surehop.core.transaction;

import org.surehop.core.report.Reason;
import org.surehop.core.sip.Response;

/// What can happen to a client transaction.
public sealed interface ClientInput {

    /// The request is given to the transport.
    record Started() implements ClientInput {}

    /// A response that matches the transaction (RFC 3261 §17.1.3).
    record ResponseArrived(Response response) implements ClientInput {}

    /// The request could not be written, or its connection has gone.
    record TransportFailed(Reason reason) implements ClientInput {}

    record Fired(Timer timer) implements ClientInput {}
}
