package org.surehop.core.config;

import java.time.Duration;
import java.util.List;

/// How the certificates of those who sign bodies are looked at. `crlFiles` are read again when they
/// change; `fetch` allows to ask the OCSP responder, and to get the CRL, that a certificate names;
/// `ocspResponder` is asked instead where it is not empty. `timeout` is for one question; a
/// signature may differ from our clock by `signingAge` (zero: by any time).
public record Signers(
        Revocation revocation,
        List<String> crlFiles,
        boolean fetch,
        String ocspResponder,
        Duration timeout,
        Duration signingAge) {
    public static final Signers DEFAULT =
            new Signers(
                    Revocation.SOFT,
                    List.of(),
                    false,
                    "",
                    Duration.ofSeconds(1),
                    Duration.ofHours(1));

    public Signers {
        crlFiles = List.copyOf(crlFiles);
    }

    /// The same without a look at the signing time.
    public Signers atAnyTime() {
        return new Signers(revocation, crlFiles, fetch, ocspResponder, timeout, Duration.ZERO);
    }

    /// What revocation decides.
    public enum Revocation {
        /// Nobody asks.
        OFF,
        /// What is known to be revoked is refused.
        SOFT,
        /// What is not known to be good is refused, too.
        HARD
    }
}
