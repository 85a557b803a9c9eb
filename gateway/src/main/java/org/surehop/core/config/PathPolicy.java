package org.surehop.core.config;

/// What may come in besides an authenticated TLS path, and what a leg must not break.
/// `acceptUnassured` lets requests without e2e-sec cross that came in clear on a listener inside
/// (POL-28); with e2e-sec they are always refused.
public record PathPolicy(boolean acceptUnassured, SignedHeaders anchoredSignedHeaders) {

    /// What becomes of a signed, visible copy of headers that an anchored leg changes (POL-73).
    public enum SignedHeaders {
        /// It goes on, and its reader will take the change for an attack.
        FORWARD,
        /// 488: the sender is told.
        REJECT
    }
}
