package org.surehop.adapter.cms;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.crypto.IllegalKeyException;
import org.bouncycastle.crypto.fips.FipsOperationError;
import org.bouncycastle.operator.OperatorCreationException;
import org.surehop.core.config.Signers;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.SignerFacts.Status;

/// Verifies SignedData (RFC 5652 §5) and finds out who signed: digest, signature, certification
/// path to the configured trust, validity now, and the names in the certificate.
final class SignatureReader {
    private static final int MAX_CERTIFICATES = 16;
    private static final int MIN_RSA_BITS = 2048;
    private static final int MIN_CURVE_BITS = 256;
    private static final Set<ASN1ObjectIdentifier> DIGESTS =
            Set.of(
                    NISTObjectIdentifiers.id_sha256,
                    NISTObjectIdentifiers.id_sha384,
                    NISTObjectIdentifiers.id_sha512);
    private static final String EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    private static final Set<Integer> NAME_KINDS = Set.of(1, 2, 6); // rfc822, dNS, URI

    private final Provider provider;
    private final SignerPaths paths;
    private final Signers policy;

    SignatureReader(SmimeKeys keys, Signers policy) {
        this.provider = keys.provider();
        this.paths = new SignerPaths(keys, policy);
        this.policy = policy;
    }

    /// Throws when a configured revocation list cannot be read.
    void check() throws KeyMaterialFault {
        paths.check();
    }

    /// The facts of all signers of one layer. The certificates of those whose status is VALID go to
    /// `valid`: an answer can be encrypted for them.
    List<SignerFacts> read(
            CMSSignedData data, Instant now, ReadingBudget budget, Consumer<X509Certificate> valid)
            throws BodyFault {
        var signers = data.getSignerInfos().getSigners();
        budget.takeSignatures(signers.size());
        var holders = data.getCertificates().getMatches(null);
        if (holders.size() > MAX_CERTIFICATES) {
            throw BodyFault.tooComplex();
        }
        var certificates = new ArrayList<X509Certificate>();
        var converter = new JcaX509CertificateConverter().setProvider(provider);
        try {
            for (var holder : holders) {
                certificates.add(converter.getCertificate(holder));
            }
        } catch (java.security.cert.CertificateException _) {
            throw BodyFault.malformed();
        }
        var facts = new ArrayList<SignerFacts>();
        for (var signer : signers) {
            facts.add(read(signer, certificates, now, valid));
        }
        return facts;
    }

    private SignerFacts read(
            SignerInformation signer,
            List<X509Certificate> certificates,
            Instant now,
            Consumer<X509Certificate> valid)
            throws BodyFault {
        var time = signingTime(signer);
        var own = certificates.stream().filter(c -> matches(signer, c)).findFirst();
        if (own.isEmpty()) {
            return new SignerFacts(List.of(), "", Status.CERTIFICATE_MISSING, time);
        }
        var status = status(signer, own.get(), certificates, now);
        if (status == Status.VALID && !timely(time, now)) {
            status = Status.STALE;
        }
        if (status == Status.VALID) {
            valid.accept(own.get());
        }
        return new SignerFacts(names(own.get()), fingerprint(own.get()), status, time);
    }

    private static boolean matches(SignerInformation signer, X509Certificate certificate) {
        try {
            return signer.getSID().match(new X509CertificateHolder(certificate.getEncoded()));
        } catch (IOException | GeneralSecurityException _) {
            return false;
        }
    }

    private Status status(
            SignerInformation signer,
            X509Certificate own,
            List<X509Certificate> certificates,
            Instant now) {
        if (!DIGESTS.contains(signer.getDigestAlgorithmID().getAlgorithm())
                || !strong(own.getPublicKey())) {
            return Status.UNSUPPORTED;
        }
        try {
            var verifier =
                    new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(provider)
                            .build(own.getPublicKey());
            if (!signer.verify(verifier)) {
                return Status.DIGEST_OR_SIGNATURE_WRONG;
            }
        } catch (OperatorCreationException | FipsOperationError | IllegalKeyException _) {
            // The module did not look at the signature, so nobody is told that it was forged. In
            // approved mode it verifies by no RSA key that this process has encrypted for.
            return Status.UNSUPPORTED;
        } catch (CMSException | RuntimeException _) {
            return Status.DIGEST_OR_SIGNATURE_WRONG;
        }
        try {
            return maySign(own) ? pathStatus(own, certificates, now) : Status.UNTRUSTED;
        } catch (CertificateParsingException _) {
            return Status.UNTRUSTED;
        }
    }

    /// RFC 8551 §2.2: RSA, ECDSA or Ed25519. The module would still verify by DSA and by keys of
    /// 1,024 bits, which anybody with some means may have broken.
    private static boolean strong(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return rsa.getModulus().bitLength() >= MIN_RSA_BITS;
        }
        if (key instanceof ECPublicKey ec) {
            return ec.getParams().getCurve().getField().getFieldSize() >= MIN_CURVE_BITS;
        }
        return key instanceof EdECPublicKey;
    }

    /// VALID when the certificate is in force, a trusted CA vouches for it, and it is not revoked.
    Status pathStatus(X509Certificate own, List<X509Certificate> certificates, Instant now) {
        return paths.status(own, certificates, now);
    }

    /// Whether the time that the signer states is about now: an old signature under new headers is
    /// a replay. One that states no time says nothing.
    private boolean timely(Optional<Instant> signed, Instant now) {
        return policy.signingAge().isZero()
                || signed.isEmpty()
                || Duration.between(signed.get(), now).abs().compareTo(policy.signingAge()) <= 0;
    }

    /// RFC 8551 §4.4: the key must be one for signatures and the certificate one for messages, as
    /// far as it says anything about either.
    private static boolean maySign(X509Certificate certificate) throws CertificateParsingException {
        var usage = certificate.getKeyUsage();
        var purposes = certificate.getExtendedKeyUsage();
        return (usage == null || usage[0] || usage[1])
                && (purposes == null
                        || purposes.contains(EMAIL_PROTECTION)
                        || purposes.contains(ANY_PURPOSE));
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            var all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(n -> NAME_KINDS.contains(n.get(0)))
                            .map(n -> String.valueOf(n.get(1)))
                            .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }

    private String fingerprint(X509Certificate certificate) throws BodyFault {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-256", provider).digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (GeneralSecurityException _) {
            throw BodyFault.malformed();
        }
    }

    private static Optional<Instant> signingTime(SignerInformation signer) {
        var attributes = signer.getSignedAttributes();
        var attribute = attributes == null ? null : attributes.get(CMSAttributes.signingTime);
        if (attribute == null || attribute.getAttrValues().size() != 1) {
            return Optional.empty();
        }
        return Optional.of(
                Time.getInstance(attribute.getAttributeValues()[0]).getDate().toInstant());
    }
}
