package org.surehop.core.transaction;

import org.surehop.core.report.Reason;
import org.surehop.core.sip.Response;

/// What a client transaction asks for.
public sealed interface ClientOutput {

    /// Hand the response to the user of the transaction.
    record Deliver(Response response) implements ClientOutput {}

    /// Send the ACK for this non-2xx (RFC 3261 §17.1.1.3); see [FailureAck].
    record Acknowledge(Response response) implements ClientOutput {}

    /// Timer B or F: the user of the transaction treats it as a 408 (RFC 3261 §8.1.3.1).
    record TimedOut() implements ClientOutput {}

    /// The transport failed: the user of the transaction treats it as a 503.
    record Failed(Reason reason) implements ClientOutput {}

    record Arm(Timer timer) implements ClientOutput {}

    record Disarm(Timer timer) implements ClientOutput {}

    /// Count it and do nothing.
    record Drop(String why) implements ClientOutput {}

    /// The transaction is over and may be forgotten.
    record Done() implements ClientOutput {}
}
