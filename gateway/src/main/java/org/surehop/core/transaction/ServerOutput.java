package org.surehop.core.transaction;

import org.surehop.core.sip.Response;

/// What a server transaction asks for.
public sealed interface ServerOutput {

    /// Hand what came (the first request, or an ACK to a 2xx) to the user of the transaction.
    record Deliver() implements ServerOutput {}

    record Send(Response response) implements ServerOutput {}

    /// Timer H: nobody acknowledged the failure.
    record NoAck() implements ServerOutput {}

    record Arm(Timer timer) implements ServerOutput {}

    record Disarm(Timer timer) implements ServerOutput {}

    /// Count it and do nothing.
    record Drop(String why) implements ServerOutput {}

    /// The transaction is over and may be forgotten.
    record Done() implements ServerOutput {}
}
