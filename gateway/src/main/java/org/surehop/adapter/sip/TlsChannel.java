package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;

/// A TLS connection whose handshake is done; the facts about it come from the leaf certificate of
/// the peer and nothing else of its chain. Made in the thread that opens the connection.
final class TlsChannel extends SocketEnd implements SecureChannel {
    private final SSLSocket tls;
    private final ChannelSecurity.Tls security;
    private final Optional<X509Certificate> leaf;

    private TlsChannel(
            Socket raw,
            SSLSocket tls,
            ChannelSecurity.Tls security,
            Optional<X509Certificate> leaf) {
        super(raw, tls);
        this.tls = tls;
        this.security = security;
        this.leaf = leaf;
    }

    /// Shakes hands within `limit`; at its end the socket is cut from another thread.
    static TlsChannel shakeHands(Socket raw, SSLSocket tls, Trial trial)
            throws IOException, Refused {
        var watch = new Handshake(raw, Watchdog.in(trial.limit()));
        trial.watchdog().guard(watch);
        try {
            tls.startHandshake();
        } catch (IOException e) {
            throw watch.over
                    ? new Refused(Reason.HANDSHAKE_TIMEOUT, "no handshake in time")
                    : new Refused(trial.port().explain(e), "the handshake failed");
        } finally {
            trial.watchdog().release(watch);
        }
        return of(raw, tls, trial.port());
    }

    private static TlsChannel of(Socket raw, SSLSocket tls, TlsPort port) throws Refused {
        var session = tls.getSession();
        var version = session.getProtocol();
        var suite = session.getCipherSuite();
        // EDG-20: whatever the provider was told, an unauthenticated or old session ends here.
        if (!(version.equals("TLSv1.3") || version.equals("TLSv1.2"))
                || suite.contains("_anon_")
                || suite.contains("_NULL_")) {
            throw new Refused(Reason.POLICY_FLOOR, version + " " + suite);
        }
        var leaf = leaf(session);
        var shown = tls.getUseClientMode() ? session.getLocalCertificates() != null : true;
        var mutual = leaf.isPresent() && shown;
        var security =
                new ChannelSecurity.Tls(
                        version,
                        suite,
                        mutual
                                ? ChannelSecurity.Authentication.MUTUAL
                                : ChannelSecurity.Authentication.SERVER_ONLY,
                        leaf.map(port::identities).orElse(List.of()),
                        leaf.map(TlsChannel::fingerprint).orElse(""));
        return new TlsChannel(raw, tls, security, leaf);
    }

    private static Optional<X509Certificate> leaf(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate leaf
                    ? Optional.of(leaf)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static String fingerprint(X509Certificate leaf) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(leaf.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("making the fingerprint of a certificate", e);
        }
    }

    @Override
    public ChannelSecurity.Tls security() {
        return security;
    }

    Optional<X509Certificate> leaf() {
        return leaf;
    }

    @Override
    public void finish() {
        try {
            tls.shutdownOutput();
        } catch (IOException | UnsupportedOperationException e) {
            // The end of the TCP stream says it too; not every provider can half-close.
        }
        super.finish();
    }

    /// What a handshake is tried with.
    record Trial(TlsPort port, Watchdog watchdog, Duration limit) {}

    /// A connection that must not be used, and why.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Reason reason;

        Refused(Reason reason, String why) {
            super(why, null, false, false);
            this.reason = reason;
        }

        Reason reason() {
            return reason;
        }

        String why() {
            var text = getMessage();
            return text == null ? "" : text;
        }
    }

    private static final class Handshake implements Watchdog.Guarded {
        private final Socket raw;
        private final long deadline;
        private volatile boolean over;

        Handshake(Socket raw, long deadline) {
            this.raw = raw;
            this.deadline = deadline;
        }

        @Override
        public long deadline() {
            return deadline;
        }

        @Override
        public void expired() {
            over = true;
            try {
                raw.close();
            } catch (IOException e) {
                // Closed is closed.
            }
        }
    }
}
