package org.surehop.adapter.cms;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.surehop.core.config.Signers;
import org.surehop.core.disclosure.SignerFacts.Status;

/// Whether a signer's certificate may be believed: in force, vouched for by a trusted CA (RFC 5280
/// §6), and not revoked. Paths that were found are kept for ten minutes at most; whether they are
/// revoked is looked up each time. For several threads.
final class SignerPaths {
    private static final int MAX_KEPT = 1_024;
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final Provider provider;
    private final Set<TrustAnchor> anchors;
    private final Signers policy;
    private final CrlShelf lists;
    private final OcspClient responders;

    /// Oldest first.
    private final Map<X509Certificate, Kept> kept = new LinkedHashMap<>();

    /// From the signer's certificate to that of the anchor.
    private record Kept(List<X509Certificate> path, Instant from, Instant until) {
        boolean holds(Instant now) {
            return !now.isBefore(from) && now.isBefore(until);
        }
    }

    SignerPaths(SmimeKeys keys, Signers policy) {
        var retrieval = new Retrieval(policy.timeout());
        this.provider = keys.provider();
        this.policy = policy;
        this.lists = new CrlShelf(keys.provider(), policy, retrieval);
        this.responders = new OcspClient(keys.provider(), policy, retrieval);
        this.anchors =
                keys.trust().stream()
                        .map(c -> new TrustAnchor(c, null))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /// Throws when a configured list cannot be read.
    void check() throws KeyMaterialFault {
        lists.check();
    }

    /// VALID, or why not. `others` came with the certificate and may stand between it and a CA.
    Status status(X509Certificate own, List<X509Certificate> others, Instant now) {
        try {
            own.checkValidity(Date.from(now));
        } catch (CertificateExpiredException | CertificateNotYetValidException _) {
            return Status.EXPIRED;
        }
        var path = path(own, others, now);
        return path.isEmpty() ? Status.UNTRUSTED : revocation(path.get(), now);
    }

    private Status revocation(List<X509Certificate> path, Instant now) {
        if (policy.revocation() == Signers.Revocation.OFF) {
            return Status.VALID;
        }
        var unknown = false;
        for (int i = 0; i + 1 < path.size(); i++) {
            switch (standing(path.get(i), path.get(i + 1), now)) {
                case REVOKED -> {
                    return Status.REVOKED;
                }
                case UNKNOWN -> unknown = true;
                case GOOD -> {}
            }
        }
        var refused = unknown && policy.revocation() == Signers.Revocation.HARD;
        return refused ? Status.REVOCATION_UNKNOWN : Status.VALID;
    }

    private Standing standing(X509Certificate one, X509Certificate issuer, Instant now) {
        var listed = lists.standing(one, issuer, now);
        return listed == Standing.UNKNOWN ? responders.standing(one, issuer, now) : listed;
    }

    private Optional<List<X509Certificate>> path(
            X509Certificate own, List<X509Certificate> others, Instant now) {
        synchronized (kept) {
            var known = kept.get(own);
            if (known != null && known.holds(now)) {
                return Optional.of(known.path());
            }
        }
        var found = built(own, others, now);
        found.ifPresent(path -> keep(own, path, now));
        return found;
    }

    private void keep(X509Certificate own, List<X509Certificate> path, Instant now) {
        var until = now.plus(LIFETIME);
        for (var certificate : path) {
            var end = certificate.getNotAfter().toInstant();
            until = end.isBefore(until) ? end : until;
        }
        synchronized (kept) {
            if (kept.size() >= MAX_KEPT) {
                kept.remove(kept.keySet().iterator().next());
            }
            kept.put(own, new Kept(path, now, until));
        }
    }

    private Optional<List<X509Certificate>> built(
            X509Certificate own, List<X509Certificate> others, Instant now) {
        try {
            var target = new X509CertSelector();
            target.setCertificate(own);
            var parameters = new PKIXBuilderParameters(anchors, target);
            // Revocation is looked at afterwards, for paths that lead to somebody we know.
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(
                    CertStore.getInstance(
                            "Collection", new CollectionCertStoreParameters(others), provider));
            var result = CertPathBuilder.getInstance("PKIX", provider).build(parameters);
            var path = new ArrayList<X509Certificate>();
            for (var certificate : result.getCertPath().getCertificates()) {
                path.add((X509Certificate) certificate);
            }
            if (result instanceof PKIXCertPathBuilderResult pkix
                    && pkix.getTrustAnchor().getTrustedCert() != null) {
                path.add(pkix.getTrustAnchor().getTrustedCert());
            }
            return Optional.of(List.copyOf(path));
        } catch (GeneralSecurityException | RuntimeException _) {
            return Optional.empty();
        }
    }
}
