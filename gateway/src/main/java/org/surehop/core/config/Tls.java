package org.surehop.core.config;

import java.time.Duration;

/// The gateway's TLS identity and trust. Files are PEM. `key` is a reference, never a value.
/// `minimumVersion` is `TLSv1.2` or `TLSv1.3`.
public record Tls(
        String certificate,
        SecretRef key,
        String trust,
        String minimumVersion,
        Duration handshakeTimeout) {
    public Tls {
        Valid.that(
                minimumVersion.equals("TLSv1.2") || minimumVersion.equals("TLSv1.3"),
                "tls.minimum-version must be TLSv1.2 or TLSv1.3");
        Valid.positive("tls.handshake-timeout", handshakeTimeout);
    }
}
