package org.surehop.adapter.cms;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientInfo;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.OriginatorPublicKey;
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
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.SmimeReading;

/// The private-key step: ephemeral-static ECDH with AES key wrap (RFC 5753) or RSA-OAEP (RFC 3560),
/// and PKCS#1 v1.5 where it is configured. Everything else is refused before the key is touched.
/// One call is one private-key operation: the library's own recipient for key agreement tries older
/// forms of the shared information after a failure, and has none for AuthEnvelopedData.
final class ContentKeyUnwrap {
    private static final Set<ASN1ObjectIdentifier> AGREEMENTS =
            Set.of(
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha224kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha384kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_stdDH_sha512kdf_scheme,
                    // With the cofactor, which on our curves is one: the same secret.
                    SECObjectIdentifiers.dhSinglePass_cofactorDH_sha224kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_cofactorDH_sha256kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_cofactorDH_sha384kdf_scheme,
                    SECObjectIdentifiers.dhSinglePass_cofactorDH_sha512kdf_scheme,
                    X9ObjectIdentifiers.dhSinglePass_cofactorDH_sha1kdf_scheme,
                    // What the openssl command uses when it is not told otherwise.
                    X9ObjectIdentifiers.dhSinglePass_stdDH_sha1kdf_scheme);
    static final Map<ASN1ObjectIdentifier, Integer> WRAP_BITS =
            Map.of(
                    NISTObjectIdentifiers.id_aes128_wrap, 128,
                    NISTObjectIdentifiers.id_aes192_wrap, 192,
                    NISTObjectIdentifiers.id_aes256_wrap, 256);

    /// The most initialised agreements that one thread keeps: each kind with each wrap, twice, for
    /// parameters that are absent and NULL.
    private static final int MAX_KEPT = 60;

    private final SmimeKeys keys;
    private final Transport transport;
    private final SmimeReading.KeyTransport transportPolicy;

    /// Making an agreement ready for our key costs more than using it: each thread keeps its own.
    private final ThreadLocal<Map<Kind, KeyAgreement>> ready =
            ThreadLocal.withInitial(HashMap::new);

    private final SecureRandom random;

    private record Kind(ASN1ObjectIdentifier agreement, AlgorithmIdentifier wrap) {}

    ContentKeyUnwrap(SmimeKeys keys, SmimeReading.KeyTransport transportPolicy) {
        this.keys = keys;
        this.transportPolicy = transportPolicy;
        this.random = StrongRandom.of(keys.provider());
        this.transport = new Transport(keys.recipient().key());
        transport.setProvider(keys.provider());
    }

    static boolean accepts(KeyAgreeRecipientInfo info) {
        var algorithm = info.getKeyEncryptionAlgorithm();
        return AGREEMENTS.contains(algorithm.getAlgorithm())
                && WRAP_BITS.containsKey(wrap(info).getAlgorithm())
                && ephemeral(info.getOriginator().getOriginatorKey());
    }

    /// Only an ephemeral key: a certificate as originator would be static-static. Only of the kind
    /// of ours: X25519 (RFC 8418) is in no approved mode of the module.
    private static boolean ephemeral(@Nullable OriginatorPublicKey key) {
        return key != null
                && X9ObjectIdentifiers.id_ecPublicKey.equals(key.getAlgorithm().getAlgorithm());
    }

    private static AlgorithmIdentifier wrap(KeyAgreeRecipientInfo info) {
        return AlgorithmIdentifier.getInstance(info.getKeyEncryptionAlgorithm().getParameters());
    }

    boolean accepts(KeyTransRecipientInfo info) {
        var algorithm = info.getKeyEncryptionAlgorithm().getAlgorithm();
        return algorithm.equals(PKCSObjectIdentifiers.id_RSAES_OAEP)
                || (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)
                        && transportPolicy == SmimeReading.KeyTransport.PKCS1);
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

    /// `octets` is how long the key of the content cipher is.
    Key transported(KeyTransRecipientInfo info, AlgorithmIdentifier content, int octets)
            throws CMSException, GeneralSecurityException {
        if (info.getKeyEncryptionAlgorithm()
                .getAlgorithm()
                .equals(PKCSObjectIdentifiers.rsaEncryption)) {
            return older(info, octets);
        }
        return transport.extractSecretKey(
                info.getKeyEncryptionAlgorithm(), content, info.getEncryptedKey().getOctets());
    }

    /// PKCS #1 v1.5 by implicit rejection (RFC 3218 §2.3.2): whatever is wrong with the padding or
    /// the length, the work goes on with a random key and fails where a wrong key fails, so that
    /// nobody learns what was in the block (Bleichenbacher).
    private Key older(KeyTransRecipientInfo info, int octets) throws GeneralSecurityException {
        var other = new byte[octets];
        random.nextBytes(other);
        var cipher = Cipher.getInstance("RSA/NONE/PKCS1Padding", keys.provider());
        cipher.init(Cipher.UNWRAP_MODE, keys.recipient().key());
        byte[] found;
        try {
            found =
                    cipher.unwrap(info.getEncryptedKey().getOctets(), "AES", Cipher.SECRET_KEY)
                            .getEncoded();
        } catch (GeneralSecurityException | RuntimeException _) {
            found = other;
        }
        return new SecretKeySpec(found.length == octets ? found : other, "AES");
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
