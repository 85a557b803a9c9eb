package org.surehop.adapter.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.surehop.core.report.Reason;

/// Takes one certificate and no other, whoever signed it: for a trial call, whose two ends know
/// beforehand whom they meet. Called by TLS on the thread that shakes hands.
final class PinnedTrust extends X509ExtendedTrustManager {
    private final X509Certificate only;

    PinnedTrust(X509Certificate only) {
        this.only = only;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        judge(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private void judge(X509Certificate[] chain) throws PeerRefused {
        if (chain.length == 0 || !chain[0].equals(only)) {
            throw new PeerRefused(Reason.PEER_NOT_AUTHENTICATED, "expected another certificate");
        }
    }
}
