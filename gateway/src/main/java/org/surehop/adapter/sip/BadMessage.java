package org.surehop.adapter.sip;

import org.surehop.core.report.Reason;

/// What is wrong with a message, on its way from the depth of the parser to the one place that
/// answers it. Carries no stack trace: a hostile peer makes many of these.
final class BadMessage extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Reason reason;
    private final boolean fatal;

    private BadMessage(int status, Reason reason, boolean fatal, String why) {
        super(why, null, false, false);
        this.status = status;
        this.reason = reason;
        this.fatal = fatal;
    }

    /// The octets cannot be told apart into messages: 400, and the connection ends.
    static BadMessage framing(String why) {
        return new BadMessage(400, Reason.FRAMING, true, why);
    }

    /// Larger than a limit allows: 413 and close (RFC 3261 §21.4.11).
    static BadMessage tooLarge(String why) {
        return new BadMessage(413, Reason.MESSAGE_TOO_LARGE, true, why);
    }

    /// One message is wrong; the next one on the connection can still be found.
    static BadMessage malformed(String why) {
        return new BadMessage(400, Reason.MALFORMED, false, why);
    }

    static BadMessage version(String why) {
        return new BadMessage(505, Reason.MALFORMED, false, why);
    }

    int status() {
        return status;
    }

    Reason reason() {
        return reason;
    }

    /// Whether the connection must close.
    boolean fatal() {
        return fatal;
    }

    String why() {
        var text = getMessage();
        return text == null ? "" : text;
    }
}
