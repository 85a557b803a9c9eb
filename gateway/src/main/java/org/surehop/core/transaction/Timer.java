package org.surehop.core.transaction;

/// The timers that are left on a reliable transport, each of 64*T1 (RFC 3261 Table 4, RFC 6026
/// §8.4). A, E and G do not run there; D, I, J and K are zero, so their states pass at once.
public enum Timer {
    /// An INVITE client waits for any response.
    B,
    /// A non-INVITE client waits for a final response.
    F,
    /// An INVITE server waits for the ACK to its non-2xx.
    H,
    /// An INVITE server absorbs what still comes after its 2xx.
    L,
    /// An INVITE client lets repeated 2xx through.
    M
}
