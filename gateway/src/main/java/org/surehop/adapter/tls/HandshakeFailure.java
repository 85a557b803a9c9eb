package org.surehop.adapter.tls;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsTimeoutException;
import org.surehop.core.report.Reason;

/// Reads the reason of a failed handshake from the chain of its causes.
final class HandshakeFailure {
    private static final int MOST_CAUSES = 16;

    private HandshakeFailure() {}

    static Reason reason(IOException failure) {
        Throwable cause = failure;
        var found = Optional.<Reason>empty();
        for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
            if (cause instanceof PeerRefused refused) {
                return refused.reason();
            }
            if (found.isEmpty()) {
                found = one(cause);
            }
            cause = cause.getCause();
        }
        return found.orElse(Reason.TLS_HANDSHAKE_FAILED);
    }

    private static Optional<Reason> one(Throwable cause) {
        return switch (cause) {
            case SocketTimeoutException _ -> Optional.of(Reason.HANDSHAKE_TIMEOUT);
            case TlsTimeoutException _ -> Optional.of(Reason.HANDSHAKE_TIMEOUT);
            case TlsFatalAlertReceived alert -> said(alert.getAlertDescription());
            case TlsFatalAlert alert when withoutCertificate(alert) ->
                    Optional.of(Reason.NO_CERTIFICATE);
            default -> Optional.empty();
        };
    }

    /// The peer told us what it has against us.
    private static Optional<Reason> said(short alert) {
        return switch (alert) {
            case AlertDescription.unknown_ca -> Optional.of(Reason.UNKNOWN_CA);
            case AlertDescription.certificate_expired -> Optional.of(Reason.CERTIFICATE_EXPIRED);
            case AlertDescription.certificate_required -> Optional.of(Reason.NO_CERTIFICATE);
            default -> Optional.empty();
        };
    }

    /// TLS 1.3 has an alert for it; in TLS 1.2 it is a handshake_failure like many others, so
    /// the step that raised it tells.
    private static boolean withoutCertificate(TlsFatalAlert alert) {
        return alert.getAlertDescription() == AlertDescription.certificate_required
                || (alert.getAlertDescription() == AlertDescription.handshake_failure
                        && raisedBy(alert, "notifyClientCertificate"));
    }

    private static boolean raisedBy(Throwable failure, String method) {
        for (var frame : failure.getStackTrace()) {
            if (frame.getMethodName().equals(method)) {
                return true;
            }
        }
        return false;
    }
}
