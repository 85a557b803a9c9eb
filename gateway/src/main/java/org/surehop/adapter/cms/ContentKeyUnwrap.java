package org.surehop.adapter.cms;

import java.security.Key;
import java.security.PrivateKey;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientInfo;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.RecipientOperator;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipient;

/// The private-key step: ephemeral-static ECDH with AES key wrap (RFC 5753) or RSA-OAEP (RFC 3560).
/// Everything else, PKCS#1 v1.5 first of all, is refused before the key is touched.
final class ContentKeyUnwrap {
    private static final Set<ASN1ObjectIdentifier> AGREEMENTS =
            Set.of(
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha224kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha384kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha512kdf_scheme,
                    // What the openssl command uses when it is not told otherwise.
                    X9ObjectIdentifiers.dhSinglePass_stdDH_sha1kdf_scheme);
    private static final Set<ASN1ObjectIdentifier> WRAPS =
            Set.of(
                    NISTObjectIdentifiers.id_aes128_wrap,
                    NISTObjectIdentifiers.id_aes192_wrap,
                    NISTObjectIdentifiers.id_aes256_wrap);

    private final KeyPairing recipient;
    private final Agreement agreement;
    private final Transport transport;

    ContentKeyUnwrap(SmimeKeys keys) {
        this.recipient = keys.recipient();
        this.agreement = new Agreement(recipient.key());
        agreement.setProvider(keys.provider());
        this.transport = new Transport(recipient.key());
        transport.setProvider(keys.provider());
    }

    static boolean accepts(KeyAgreeRecipientInfo info) {
        var algorithm = info.getKeyEncryptionAlgorithm();
        return AGREEMENTS.contains(algorithm.getAlgorithm())
                && WRAPS.contains(
                        AlgorithmIdentifier.getInstance(algorithm.getParameters()).getAlgorithm())
                // Only an ephemeral key: a certificate as originator would be static-static.
                && info.getOriginator().getOriginatorKey() != null;
    }

    static boolean accepts(KeyTransRecipientInfo info) {
        return info.getKeyEncryptionAlgorithm()
                .getAlgorithm()
                .equals(PKCSObjectIdentifiers.id_RSAES_OAEP);
    }

    Key agreed(KeyAgreeRecipientInfo info, byte[] wrapped, AlgorithmIdentifier content)
            throws CMSException {
        // RFC 5753 §3.1.1 lets the curve be left out: it can only be ours.
        var sender =
                new SubjectPublicKeyInfo(
                        recipient.publicKeyInfo().getAlgorithm(),
                        info.getOriginator().getOriginatorKey().getPublicKeyData().getOctets());
        return agreement.extractSecretKey(
                info.getKeyEncryptionAlgorithm(),
                content,
                sender,
                info.getUserKeyingMaterial(),
                wrapped);
    }

    Key transported(KeyTransRecipientInfo info, AlgorithmIdentifier content) throws CMSException {
        return transport.extractSecretKey(
                info.getKeyEncryptionAlgorithm(), content, info.getEncryptedKey().getOctets());
    }

    /// Opens up the one step that the library's recipients keep to themselves; bcpkix-fips has no
    /// recipient for key agreement in AuthEnvelopedData.
    private static final class Agreement extends JceKeyAgreeRecipient {
        Agreement(PrivateKey key) {
            super(key);
        }

        @Override
        protected Key extractSecretKey(
                AlgorithmIdentifier keyEncryption,
                AlgorithmIdentifier content,
                SubjectPublicKeyInfo sender,
                ASN1OctetString keyingMaterial,
                byte[] wrapped)
                throws CMSException {
            return super.extractSecretKey(keyEncryption, content, sender, keyingMaterial, wrapped);
        }

        @Override
        public RecipientOperator getRecipientOperator(
                AlgorithmIdentifier keyEncryption,
                AlgorithmIdentifier content,
                SubjectPublicKeyInfo sender,
                ASN1OctetString keyingMaterial,
                byte[] wrapped) {
            throw new UnsupportedOperationException("only the content key is taken from here");
        }
    }

    private static final class Transport extends JceKeyTransRecipient {
        Transport(PrivateKey key) {
            super(key);
        }

        @Override
        protected Key extractSecretKey(
                AlgorithmIdentifier keyEncryption, AlgorithmIdentifier content, byte[] encrypted)
                throws CMSException {
            return super.extractSecretKey(keyEncryption, content, encrypted);
        }

        @Override
        public RecipientOperator getRecipientOperator(
                AlgorithmIdentifier keyEncryption, AlgorithmIdentifier content, byte[] encrypted) {
            throw new UnsupportedOperationException("only the content key is taken from here");
        }
    }
}
