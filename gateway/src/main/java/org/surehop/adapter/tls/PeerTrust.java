package org.surehop.adapter.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.surehop.core.report.Reason;

/// Judges a peer's chain inside the handshake, so that nothing is sent to a peer that is not
/// the one asked for: PKIX path to a configured anchor, no weak link, fit for SIP, and on the
/// client side the domain asked for (EDG-11). Called by TLS on the thread that shakes hands.
final class PeerTrust extends X509ExtendedTrustManager {
    private static final int MOST_CERTIFICATES = 6;
    private static final int DIGITAL_SIGNATURE = 0;

    /// EDG-22: everything else, SHA-1 and MD5 before all, is refused.
    private static final Set<String> SIGNATURES =
            Set.of(
                    "1.2.840.113549.1.1.10",
                    "1.2.840.113549.1.1.11",
                    "1.2.840.113549.1.1.12",
                    "1.2.840.113549.1.1.13",
                    "1.2.840.10045.4.3.2",
                    "1.2.840.10045.4.3.3",
                    "1.2.840.10045.4.3.4");

    private final List<X509Certificate> anchors;
    private final InstantSource clock;

    PeerTrust(List<X509Certificate> anchors, InstantSource clock) {
        this.anchors = List.copyOf(anchors);
        this.clock = clock;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge(List.of(chain));
        var domain =
                socket instanceof SSLSocket tls && tls.getHandshakeSession() != null
                        ? tls.getHandshakeSession().getPeerHost()
                        : null;
        if (domain == null || !SipIdentity.matches(chain[0], domain)) {
            throw new PeerRefused(
                    Reason.WRONG_NAME, "the certificate does not carry the domain asked for");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw noSocket();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw noSocket();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw noSocket();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw noSocket();
    }

    /// Empty: a list of our anchors in the handshake would tell strangers whom we trust.
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    void judge(List<X509Certificate> chain) throws PeerRefused {
        if (chain.isEmpty()) {
            throw new PeerRefused(Reason.NO_CERTIFICATE, "the peer sent no certificate");
        }
        if (chain.size() > MOST_CERTIFICATES) {
            throw new PeerRefused(Reason.PEER_NOT_AUTHENTICATED, "the chain is too long");
        }
        var leaf = chain.getFirst();
        var now = Date.from(clock.instant());
        var path = path(chain, now);
        if (path.isEmpty()) {
            throw outsideValidity(chain, now)
                    ? new PeerRefused(
                            Reason.CERTIFICATE_EXPIRED, "a certificate is not valid at this time")
                    : new PeerRefused(Reason.UNKNOWN_CA, "no path to a configured CA");
        }
        for (var link : path.get()) {
            refuseWeak(link);
        }
        var usage = leaf.getKeyUsage();
        if (leaf.getBasicConstraints() >= 0 || (usage != null && !usage[DIGITAL_SIGNATURE])) {
            throw new PeerRefused(
                    Reason.PEER_NOT_AUTHENTICATED, "the certificate is not one of an end entity");
        }
        if (!SipIdentity.fitForSip(leaf)) {
            throw new PeerRefused(
                    Reason.PEER_NOT_AUTHENTICATED,
                    "the extended key usage of the certificate does not allow SIP");
        }
    }

    /// The links from the leaf up to, without, the anchor.
    private Optional<List<X509Certificate>> path(List<X509Certificate> chain, Date at) {
        try {
            var target = new X509CertSelector();
            target.setCertificate(chain.getFirst());
            var trusted =
                    anchors.stream()
                            .map(anchor -> new TrustAnchor(anchor, null))
                            .collect(Collectors.toSet());
            var parameters = new PKIXBuilderParameters(trusted, target);
            parameters.addCertStore(
                    CertStore.getInstance(
                            "Collection",
                            new CollectionCertStoreParameters(chain),
                            FipsProvider.CRYPTO));
            parameters.setRevocationEnabled(false);
            parameters.setDate(at);
            var result =
                    (PKIXCertPathBuilderResult)
                            CertPathBuilder.getInstance("PKIX", FipsProvider.CRYPTO)
                                    .build(parameters);
            var links =
                    result.getCertPath().getCertificates().stream()
                            .map(X509Certificate.class::cast)
                            .filter(link -> !anchors.contains(link))
                            .toList();
            return links.isEmpty() ? Optional.empty() : Optional.of(links);
        } catch (GeneralSecurityException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /// True when time is all that is wrong: at a moment within the leaf's validity a path
    /// exists.
    private boolean outsideValidity(List<X509Certificate> chain, Date now) {
        return chain.stream()
                .filter(c -> now.before(c.getNotBefore()) || now.after(c.getNotAfter()))
                .anyMatch(
                        c ->
                                path(chain, c.getNotBefore()).isPresent()
                                        || path(chain, c.getNotAfter()).isPresent());
    }

    private static void refuseWeak(X509Certificate link) throws PeerRefused {
        var strong =
                switch (link.getPublicKey()) {
                    case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= 2048;
                    case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= 256;
                    default -> false;
                };
        if (!strong || !SIGNATURES.contains(link.getSigAlgOID())) {
            throw new PeerRefused(
                    Reason.PEER_NOT_AUTHENTICATED, "the chain holds a weak key or signature");
        }
    }

    private static CertificateException noSocket() {
        return new PeerRefused(
                Reason.TLS_HANDSHAKE_FAILED, "a peer can only be judged on its own socket");
    }
}
