package org.surehop.core.config;

/// End-to-middle. `profile` is `INSPECT` (pinholes need a readable SDP) or `ROUTE_ONLY` (DEP-3);
/// `clearSdp` allows SDP that nobody encrypted; `requireSignature` asks for a signature on SDP;
/// `emitCode` is 496 or 493 or 488 (D7); `warnCode` is 399 or 380 (D6).
public record Disclosure(
        Profile profile,
        boolean clearSdp,
        boolean requireSignature,
        boolean hideInspectPolicy,
        int emitCode,
        int warnCode,
        int maxMimeDepth,
        int maxMimeParts,
        int maxRecipients,
        int workers) {
    /// The two border profiles of DEP-3.
    public enum Profile {
        INSPECT,
        ROUTE_ONLY
    }
}
