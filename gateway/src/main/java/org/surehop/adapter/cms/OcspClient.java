package org.surehop.adapter.cms;

import java.io.IOException;
import java.math.BigInteger;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.surehop.core.config.Signers;

/// Asks an OCSP responder (RFC 6960), the configured one or the one that the certificate names, and
/// believes it when the issuer of the certificate has signed the answer, or somebody to whom the
/// issuer has given that right. Answers are kept as long as they are good, at most an hour.
final class OcspClient {
    private static final int MAX_OCTETS = 65_536;
    private static final int MAX_KEPT = 4_096;
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration UNDATED = Duration.ofMinutes(1);
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final Provider provider;
    private final Signers policy;
    private final Retrieval retrieval;
    private final SecureRandom random;
    private final Map<Subject, Kept> kept = new LinkedHashMap<>();

    private record Subject(String issuer, BigInteger serial) {}

    private record Kept(Standing standing, Instant until) {}

    OcspClient(Provider provider, Signers policy, Retrieval retrieval) {
        this.provider = provider;
        this.policy = policy;
        this.retrieval = retrieval;
        this.random = StrongRandom.of(provider);
    }

    Standing standing(X509Certificate certificate, X509Certificate issuer, Instant now) {
        var responder = responder(certificate);
        if (responder.isEmpty()) {
            return Standing.UNKNOWN;
        }
        var subject =
                new Subject(
                        certificate.getIssuerX500Principal().getName(),
                        certificate.getSerialNumber());
        synchronized (kept) {
            var known = kept.get(subject);
            if (known != null && known.until().isAfter(now)) {
                return known.standing();
            }
        }
        var answer = ask(responder.get(), certificate, issuer, now);
        answer.ifPresent(a -> keep(subject, a));
        return answer.map(Kept::standing).orElse(Standing.UNKNOWN);
    }

    private void keep(Subject subject, Kept answer) {
        synchronized (kept) {
            if (kept.size() >= MAX_KEPT) {
                kept.remove(kept.keySet().iterator().next());
            }
            kept.put(subject, answer);
        }
    }

    private Optional<String> responder(X509Certificate certificate) {
        if (!policy.ocspResponder().isEmpty()) {
            return Optional.of(policy.ocspResponder());
        }
        return policy.fetch() ? named(certificate) : Optional.empty();
    }

    private static Optional<String> named(X509Certificate certificate) {
        var value = certificate.getExtensionValue(Extension.authorityInfoAccess.getId());
        if (value == null) {
            return Optional.empty();
        }
        try {
            var access =
                    AuthorityInformationAccess.getInstance(
                            ASN1OctetString.getInstance(value).getOctets());
            return Arrays.stream(access.getAccessDescriptions())
                    .filter(d -> d.getAccessMethod().equals(X509ObjectIdentifiers.id_ad_ocsp))
                    .map(d -> d.getAccessLocation())
                    .filter(n -> n.getTagNo() == GeneralName.uniformResourceIdentifier)
                    .map(n -> n.getName().toString())
                    .findFirst();
        } catch (RuntimeException _) {
            return Optional.empty();
        }
    }

    private Optional<Kept> ask(
            String url, X509Certificate certificate, X509Certificate issuer, Instant now) {
        try {
            var digests = new JcaDigestCalculatorProviderBuilder().setProvider(provider).build();
            var sha1 = digests.get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1));
            var signer = new JcaX509CertificateHolder(issuer);
            var id = new CertificateID(sha1, signer, certificate.getSerialNumber());
            var nonce = new byte[16];
            random.nextBytes(nonce);
            var extension =
                    new Extension(
                            OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                            false,
                            new DEROctetString(nonce).getEncoded());
            var question =
                    new OCSPReqBuilder()
                            .addRequest(id)
                            .setRequestExtensions(new Extensions(extension))
                            .build()
                            .getEncoded();
            var octets = retrieval.ask(url, question, MAX_OCTETS, now);
            return octets.isEmpty()
                    ? Optional.empty()
                    : believed(new OCSPResp(octets.get()), signer, now)
                            .filter(r -> sameNonce(r, extension))
                            .flatMap(r -> single(r, id, now));
        } catch (CertificateEncodingException
                | OperatorCreationException
                | OCSPException
                | CertException
                | IOException
                | RuntimeException _) {
            return Optional.empty();
        }
    }

    /// Only an answer that is signed by whom it concerns (§4.2.2.2).
    private Optional<BasicOCSPResp> believed(
            OCSPResp response, X509CertificateHolder issuer, Instant now)
            throws OCSPException, OperatorCreationException, CertException {
        if (response.getStatus() != OCSPResp.SUCCESSFUL
                || !(response.getResponseObject() instanceof BasicOCSPResp basic)) {
            return Optional.empty();
        }
        var verifiers = new JcaContentVerifierProviderBuilder().setProvider(provider);
        try {
            if (basic.isSignatureValid(verifiers.build(issuer))) {
                return Optional.of(basic);
            }
        } catch (java.security.cert.CertificateException | OCSPException _) {
            // Of another kind of key: then of somebody else.
        }
        for (var delegate : basic.getCerts()) {
            if (mayAnswer(delegate, issuer, now) && signed(basic, delegate)) {
                return Optional.of(basic);
            }
        }
        return Optional.empty();
    }

    private boolean signed(BasicOCSPResp basic, X509CertificateHolder by) {
        try {
            return basic.isSignatureValid(
                    new JcaContentVerifierProviderBuilder().setProvider(provider).build(by));
        } catch (OCSPException
                | OperatorCreationException
                | java.security.cert.CertificateException _) {
            return false;
        }
    }

    private boolean mayAnswer(
            X509CertificateHolder delegate, X509CertificateHolder issuer, Instant now)
            throws CertException, OperatorCreationException {
        var purposes = ExtendedKeyUsage.fromExtensions(delegate.getExtensions());
        try {
            return delegate.getIssuer().equals(issuer.getSubject())
                    && purposes != null
                    && purposes.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
                    && delegate.isValidOn(java.util.Date.from(now))
                    && delegate.isSignatureValid(
                            new JcaContentVerifierProviderBuilder()
                                    .setProvider(provider)
                                    .build(issuer));
        } catch (java.security.cert.CertificateException _) {
            return false;
        }
    }

    /// A responder may leave the nonce out, but not turn it into another.
    private static boolean sameNonce(BasicOCSPResp response, Extension sent) {
        var back = response.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        return back == null || back.getExtnValue().equals(sent.getExtnValue());
    }

    private static Optional<Kept> single(BasicOCSPResp response, CertificateID id, Instant now) {
        for (var single : response.getResponses()) {
            if (single.getCertID().getSerialNumber().equals(id.getSerialNumber())
                    && Arrays.equals(
                            single.getCertID().getIssuerKeyHash(), id.getIssuerKeyHash())) {
                return dated(single, now);
            }
        }
        return Optional.empty();
    }

    private static Optional<Kept> dated(SingleResp single, Instant now) {
        var from = single.getThisUpdate().toInstant();
        var undated = single.getNextUpdate() == null;
        var next = undated ? from.plus(LONGEST) : single.getNextUpdate().toInstant();
        if (from.isAfter(now.plus(SKEW)) || !next.isAfter(now)) {
            return Optional.empty();
        }
        var longest = now.plus(undated ? UNDATED : LONGEST);
        var until = next.isBefore(longest) ? next : longest;
        return Optional.of(new Kept(standing(single.getCertStatus()), until));
    }

    // Bouncy Castle says GOOD with a null.
    @SuppressWarnings("ReferenceEquality")
    private static Standing standing(CertificateStatus status) {
        if (status == CertificateStatus.GOOD) {
            return Standing.GOOD;
        }
        return status instanceof RevokedStatus ? Standing.REVOKED : Standing.UNKNOWN;
    }
}
