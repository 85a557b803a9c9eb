package org.surehop.core.disclosure;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the CMS layer found out about one signature: facts, no verdict (R-SEC-10). `identities`
/// are the subjectAltName URIs and SIP domains of the signer's certificate; `fingerprint` its
/// SHA-256 in lower-case hex.
public record SignerFacts(
        List<String> identities, String fingerprint, Status status, Optional<Instant> signingTime) {
    public SignerFacts {
        identities = List.copyOf(identities);
    }

    /// Only VALID means that digest, signature, chain and validity all held.
    public enum Status {
        VALID,
        DIGEST_OR_SIGNATURE_WRONG,
        UNTRUSTED,
        /// Its issuer has taken it back.
        REVOKED,
        /// Nobody could say whether it was taken back, and policy wants to know.
        REVOCATION_UNKNOWN,
        /// Signed at another time than about now.
        STALE,
        EXPIRED,
        CERTIFICATE_MISSING,
        UNSUPPORTED
    }
}
