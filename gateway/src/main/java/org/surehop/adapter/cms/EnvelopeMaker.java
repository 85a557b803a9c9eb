package org.surehop.adapter.cms;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.surehop.core.sip.Body;

/// Encrypts a MIME entity for several readers at once (E2M-30): key agreement for EC certificates,
/// RSA-OAEP with SHA-256 for RSA ones. For user agents and for the archive; of what it forwards the
/// gateway never encrypts anything.
public final class EnvelopeMaker {
    private static final AlgorithmIdentifier SHA256 =
            new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
    private static final AlgorithmIdentifier OAEP_SHA256 =
            new AlgorithmIdentifier(
                    PKCSObjectIdentifiers.id_RSAES_OAEP,
                    new RSAESOAEPparams(
                            SHA256,
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, SHA256),
                            RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));

    private final Provider provider;
    private final SecureRandom random;

    public EnvelopeMaker(Provider provider) {
        this.provider = provider;
        this.random = StrongRandom.of(provider);
    }

    /// AuthEnvelopedData with AES-256-GCM (N11, RFC 8551).
    public Body authEnveloped(Body entity, List<X509Certificate> readers) {
        return MimeText.smime(
                "auth-enveloped-data", authEnveloped(MimeText.bytes(entity), readers));
    }

    /// The same over octets that the caller has already; gives the DER.
    byte[] authEnveloped(byte[] content, List<X509Certificate> readers) {
        try {
            var generator = new CMSAuthEnvelopedDataGenerator();
            for (var reader : readers) {
                generator.addRecipientInfoGenerator(recipient(reader));
            }
            var encryptor =
                    new JceCMSContentEncryptorBuilder(NISTObjectIdentifiers.id_aes256_GCM)
                            .setProvider(provider)
                            .setSecureRandom(random)
                            .build();
            var data =
                    generator.generate(
                            new CMSProcessableByteArray(content), (OutputAEADEncryptor) encryptor);
            return data.toASN1Structure().getEncoded("DER");
        } catch (CMSException | GeneralSecurityException | IOException e) {
            throw new IllegalStateException("encrypting for " + readers.size() + " readers", e);
        }
    }

    /// EnvelopedData with AES-256-CBC (N1 to N3), for readers of the RFC 3853 era.
    public Body enveloped(Body entity, List<X509Certificate> readers) {
        try {
            var generator = new CMSEnvelopedDataGenerator();
            for (var reader : readers) {
                generator.addRecipientInfoGenerator(recipient(reader));
            }
            var encryptor =
                    new JceCMSContentEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                            .setProvider(provider)
                            .setSecureRandom(random)
                            .build();
            var data =
                    generator.generate(
                            new CMSProcessableByteArray(MimeText.bytes(entity)), encryptor);
            return MimeText.smime("enveloped-data", data.toASN1Structure().getEncoded("DER"));
        } catch (CMSException | GeneralSecurityException | IOException e) {
            throw new IllegalStateException("encrypting for " + readers.size() + " readers", e);
        }
    }

    private RecipientInfoGenerator recipient(X509Certificate reader)
            throws GeneralSecurityException {
        if (!(reader.getPublicKey() instanceof ECPublicKey key)) {
            return new JceKeyTransRecipientInfoGenerator(reader, OAEP_SHA256).setProvider(provider);
        }
        var ephemeral = KeyPairGenerator.getInstance("EC", provider);
        ephemeral.initialize(key.getParams(), random);
        var pair = ephemeral.generateKeyPair();
        return new JceKeyAgreeRecipientInfoGenerator(
                        SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme,
                        pair.getPrivate(),
                        pair.getPublic(),
                        NISTObjectIdentifiers.id_aes256_wrap)
                .addRecipient(reader)
                .setProvider(provider)
                .setSecureRandom(random);
    }
}
