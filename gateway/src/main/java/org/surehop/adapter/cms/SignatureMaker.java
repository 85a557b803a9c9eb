package org.surehop.adapter.cms;

import java.io.IOException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// Signs MIME entities (RFC 8551 §3.5) with SHA-256 and our key, certificate and signing time
/// included.
public final class SignatureMaker {
    private final KeyPairing signer;
    private final Provider provider;
    private final SecureRandom random;

    /// Making a signer ready tests the key each time (FIPS 140), which costs a third of a
    /// signature; a signer is as new after each use, so each thread keeps its own.
    private final ThreadLocal<ContentSigner> ready = new ThreadLocal<>();

    public SignatureMaker(KeyPairing signer, Provider provider) {
        this.signer = signer;
        this.provider = provider;
        this.random = StrongRandom.of(provider);
    }

    /// `application/pkcs7-mime;smime-type=signed-data` around the entity (N3, N11).
    public Body opaque(Body entity) {
        return MimeText.smime("signed-data", sign(MimeText.bytes(entity), true));
    }

    /// `multipart/signed` with a detached signature (N2, N6).
    public Body detached(Body entity) {
        var content = MimeText.bytes(entity);
        var signature =
                new Body(
                        List.of(
                                new Header(
                                        "Content-Type",
                                        "application/pkcs7-signature;name=\"smime.p7s\""),
                                new Header(
                                        "Content-Disposition",
                                        "attachment;handling=required;filename=\"smime.p7s\""),
                                new Header("Content-Transfer-Encoding", "binary")),
                        Octets.copyOf(sign(content, false)));
        var mark = new byte[16];
        random.nextBytes(mark);
        return MimeText.multipart(
                "multipart/signed;protocol=\"application/pkcs7-signature\";micalg=sha-256",
                "surehop-" + HexFormat.of().formatHex(mark),
                List.of(content, MimeText.bytes(signature)));
    }

    /// A detached SignedData in DER over octets that the caller has already.
    byte[] detached(byte[] content) {
        return sign(content, false);
    }

    private byte[] sign(byte[] content, boolean encapsulate) {
        try {
            var contentSigner = contentSigner();
            var digests = new JcaDigestCalculatorProviderBuilder().setProvider(provider).build();
            var generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(digests)
                            .build(contentSigner, signer.certificate()));
            generator.addCertificate(new JcaX509CertificateHolder(signer.certificate()));
            var signed =
                    generator
                            .generate(new CMSProcessableByteArray(content), encapsulate)
                            .toASN1Structure()
                            .getEncoded("DER");
            ready.set(contentSigner);
            return signed;
        } catch (OperatorCreationException
                | CertificateEncodingException
                | CMSException
                | IOException e) {
            throw new IllegalStateException("signing with a key that was checked at start", e);
        }
    }

    /// Taken out while it is used: one that failed half-way does not come back.
    private ContentSigner contentSigner() throws OperatorCreationException {
        var kept = ready.get();
        ready.remove();
        if (kept != null) {
            return kept;
        }
        return new JcaContentSignerBuilder(signer.rsa() ? "SHA256withRSA" : "SHA256withECDSA")
                .setProvider(provider)
                .setSecureRandom(random)
                .build(signer.key());
    }
}
