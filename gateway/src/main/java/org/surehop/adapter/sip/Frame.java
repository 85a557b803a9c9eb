package org.surehop.adapter.sip;

/// What the reader found next on a connection.
sealed interface Frame {
    record Message(Head head, byte[] body) implements Frame {}

    /// A double CRLF (RFC 5626 §4.4.1): wants a single one back.
    record KeepAlive() implements Frame {}

    /// The stream cannot be divided further; `head` is what was read of the message at fault.
    record Fault(Head head, BadMessage fault) implements Frame {}

    /// The peer has closed, between two messages or within one.
    record End() implements Frame {}
}
