package org.surehop.adapter.cms;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientInfo;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.ecc.ECCCMSSharedInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.RecipientOperator;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipient;
import org.bouncycastle.jcajce.spec.UserKeyingMaterialSpec;

/// The private-key step: ephemeral-static ECDH with AES key wrap (RFC 5753) or RSA-OAEP (RFC 3560).
/// Everything else, PKCS#1 v1.5 first of all, is refused before the key is touched. One call is one
/// private-key operation: the library's own recipient for key agreement tries older forms of the
/// shared information after a failure, and has none for AuthEnvelopedData.
final class ContentKeyUnwrap {
    private static final Set<ASN1ObjectIdentifier> AGREEMENTS =
            Set.of(
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha224kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha384kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha512kdf_scheme,
                    // What the openssl command uses when it is not told otherwise.
                    X9ObjectIdentifiers.dhSinglePass_stdDH_sha1kdf_scheme);
    static final Map<ASN1ObjectIdentifier, Integer> WRAP_BITS =
            Map.of(
                    NISTObjectIdentifiers.id_aes128_wrap, 128,
                    NISTObjectIdentifiers.id_aes192_wrap, 192,
                    NISTObjectIdentifiers.id_aes256_wrap, 256);

    /// The most initialised agreements that one thread keeps: each kind with each wrap, twice, for
    /// parameters that are absent and NULL.
    private static final int MAX_KEPT = 30;

    private final SmimeKeys keys;
    private final Transport transport;

    /// Making an agreement ready for our key costs more than using it: each thread keeps its own.
    private final ThreadLocal<Map<Kind, KeyAgreement>> ready =
            ThreadLocal.withInitial(HashMap::new);

    private record Kind(ASN1ObjectIdentifier agreement, AlgorithmIdentifier wrap) {}

    ContentKeyUnwrap(SmimeKeys keys) {
        this.keys = keys;
        this.transport = new Transport(keys.recipient().key());
        transport.setProvider(keys.provider());
    }

    static boolean accepts(KeyAgreeRecipientInfo info) {
        var algorithm = info.getKeyEncryptionAlgorithm();
        return AGREEMENTS.contains(algorithm.getAlgorithm())
                && WRAP_BITS.containsKey(wrap(info).getAlgorithm())
                // Only an ephemeral key: a certificate as originator would be static-static.
                && info.getOriginator().getOriginatorKey() != null;
    }

    private static AlgorithmIdentifier wrap(KeyAgreeRecipientInfo info) {
        return AlgorithmIdentifier.getInstance(info.getKeyEncryptionAlgorithm().getParameters());
    }

    static boolean accepts(KeyTransRecipientInfo info) {
        return info.getKeyEncryptionAlgorithm()
                .getAlgorithm()
                .equals(PKCSObjectIdentifiers.id_RSAES_OAEP);
    }

    Key agreed(KeyAgreeRecipientInfo info, byte[] wrapped)
            throws GeneralSecurityException, IOException {
        var wrap = wrap(info);
        var agreement = agreement(info, wrap);
        agreement.doPhase(sender(info), true);
        var wrapId = wrap.getAlgorithm().getId();
        SecretKey wrapping = agreement.generateSecret(wrapId);
        var cipher = Cipher.getInstance(wrapId, keys.provider());
        cipher.init(Cipher.UNWRAP_MODE, wrapping);
        return cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY);
    }

    private KeyAgreement agreement(KeyAgreeRecipientInfo info, AlgorithmIdentifier wrap)
            throws GeneralSecurityException, IOException {
        var kind = new Kind(info.getKeyEncryptionAlgorithm().getAlgorithm(), wrap);
        var material = info.getUserKeyingMaterial();
        var kept = material == null ? ready.get().get(kind) : null;
        if (kept != null) {
            return kept;
        }
        var bits = WRAP_BITS.getOrDefault(wrap.getAlgorithm(), 0);
        var size = ByteBuffer.allocate(Integer.BYTES).putInt(bits).array();
        var shared =
                material == null
                        ? new ECCCMSSharedInfo(wrap, size)
                        : new ECCCMSSharedInfo(wrap, material.getOctets(), size);
        var fresh = KeyAgreement.getInstance(kind.agreement().getId(), keys.provider());
        fresh.init(
                keys.recipient().key(),
                new UserKeyingMaterialSpec(shared.getEncoded(ASN1Encoding.DER)));
        if (material == null && ready.get().size() < MAX_KEPT) {
            ready.get().put(kind, fresh);
        }
        return fresh;
    }

    /// RFC 5753 §3.1.1 lets the curve be left out: it can only be ours. The provider refuses a
    /// point that is not on it.
    private PublicKey sender(KeyAgreeRecipientInfo info)
            throws GeneralSecurityException, IOException {
        var encoded =
                new SubjectPublicKeyInfo(
                                keys.recipient().publicKeyInfo().getAlgorithm(),
                                info.getOriginator()
                                        .getOriginatorKey()
                                        .getPublicKeyData()
                                        .getOctets())
                        .getEncoded();
        return KeyFactory.getInstance("EC", keys.provider())
                .generatePublic(new X509EncodedKeySpec(encoded));
    }

    Key transported(KeyTransRecipientInfo info, AlgorithmIdentifier content) throws CMSException {
        return transport.extractSecretKey(
                info.getKeyEncryptionAlgorithm(), content, info.getEncryptedKey().getOctets());
    }

    /// Opens up the one step that the library's recipient keeps to itself.
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
