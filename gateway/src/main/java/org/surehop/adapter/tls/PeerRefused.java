package org.surehop.adapter.tls;

import java.security.cert.CertificateException;
import org.surehop.core.report.Reason;

/// Why a peer's certificate was refused; travels as the cause of the handshake's failure.
final class PeerRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    PeerRefused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
