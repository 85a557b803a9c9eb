package org.surehop.core.config;

/// Whether e2e-sec is asked on behalf of callers who do not ask, per destination (POL-3, POL-81).
/// `inject` false means never. `sipfrag` has the gateway say so in a signed `message/sipfrag` of
/// its own where the request has no body (POL-72).
public record Injection(boolean inject, OnRejected onRejected, boolean sipfrag) {
    public static final Injection NEVER = new Injection(false, OnRejected.REJECT, false);

    /// What becomes of a request whose injected tag the far side refuses.
    public enum OnRejected {
        /// The caller gets `path.injected-reject-status`: it never asked, so 420 would mislead it.
        REJECT,
        /// It is sent once more without our own tag, still over TLS, and counts as unassured.
        RETRY_WITHOUT
    }
}
