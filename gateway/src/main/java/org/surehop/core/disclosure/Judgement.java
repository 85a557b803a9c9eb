package org.surehop.core.disclosure;

import org.surehop.core.report.Reason;
import org.surehop.core.sip.StatusCode;

/// The outcome of looking at a body.
public sealed interface Judgement {
    /// The session description may be acted on.
    record Accepted(Assured proof) implements Judgement {}

    /// All was readable and no session description was in it: the message goes on as one without
    /// (E2M-15); it opens nothing.
    record NoSdp() implements Judgement {}

    /// The message must not go on. `status` answers a refused request; for a refused response it is
    /// the status for the caller's leg while the callee's leg is ended (E2M-16). `reason` is for
    /// our own reports: two reasons with the same status look the same to the sender (SM-23).
    record Refused(Reason reason, StatusCode status) implements Judgement {}
}
