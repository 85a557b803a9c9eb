package org.surehop.core.config;

import java.time.Duration;
import java.util.List;

/// What may come in besides an authenticated TLS path, and what a leg must not break.
/// `acceptUnassured` lets requests without e2e-sec cross that came in clear on a listener inside
/// (POL-28); with e2e-sec they are always refused. `injectedRejectStatus` is what a caller gets
/// whose request was refused for a tag that it never sent (POL-81): 403, 480 or 488. For
/// `challengeMemory` a challenge in clear is remembered; who then comes back on TLS is out of
/// scope, unless `trustPost407` (POL-91). `legMode` is that of routes that do not say another one,
/// and of calls for help, which take none (D10).
public record PathPolicy(
        boolean acceptUnassured,
        SignedHeaders anchoredSignedHeaders,
        int injectedRejectStatus,
        Duration challengeMemory,
        boolean trustPost407,
        LegMode legMode) {
    public PathPolicy {
        Valid.that(
                List.of(403, 480, 488).contains(injectedRejectStatus),
                "path.injected-reject-status must be 403, 480 or 488");
        Valid.that(
                challengeMemory.isPositive(), "path.challenge-memory must be longer than nothing");
    }

    /// With anchored legs.
    public PathPolicy(
            boolean acceptUnassured,
            SignedHeaders anchoredSignedHeaders,
            int injectedRejectStatus,
            Duration challengeMemory,
            boolean trustPost407) {
        this(
                acceptUnassured,
                anchoredSignedHeaders,
                injectedRejectStatus,
                challengeMemory,
                trustPost407,
                LegMode.ANCHORED);
    }

    /// What becomes of a signed, visible copy of headers that an anchored leg changes (POL-73).
    public enum SignedHeaders {
        /// It goes on, and its reader will take the change for an attack.
        FORWARD,
        /// 488: the sender is told.
        REJECT
    }
}
