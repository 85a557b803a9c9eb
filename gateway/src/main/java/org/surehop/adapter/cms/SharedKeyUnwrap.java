package org.surehop.adapter.cms;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.KEKRecipientInfo;
import org.surehop.core.sip.Octets;

/// Unwraps a content key that was wrapped under the content key of an earlier message of the same
/// dialog (RFC 3185, CEK-2, CEK-3). No private key is used.
final class SharedKeyUnwrap {
    private final SmimeKeys keys;
    private final boolean reversed;

    SharedKeyUnwrap(SmimeKeys keys, boolean reversed) {
        this.keys = keys;
        this.reversed = reversed;
    }

    static Octets reference(KEKRecipientInfo info) {
        return Octets.copyOf(info.getKekid().getKeyIdentifier().getOctets());
    }

    /// The content key, or nothing when the kept one does not fit.
    Optional<Key> unwrap(KEKRecipientInfo info, KeptKeys.Found kept) {
        var wrap = info.getKeyEncryptionAlgorithm().getAlgorithm();
        var bits = ContentKeyUnwrap.WRAP_BITS.get(wrap);
        if (bits == null) {
            return Optional.empty();
        }
        for (var wrapping : wrappings(wrap, kept)) {
            try {
                if (wrapping.length * 8 == bits) {
                    return Optional.of(unwrap(info, wrap, wrapping));
                }
            } catch (GeneralSecurityException | RuntimeException _) {
                // Not this one: the wrap carries its own check.
            } finally {
                Arrays.fill(wrapping, (byte) 0);
            }
        }
        return Optional.empty();
    }

    /// RFC 3185 derives from the content key as a password. Its readers differ in whether that is
    /// the key as it is or reversed; a wrong one is found out at once.
    private List<byte[]> wrappings(ASN1ObjectIdentifier wrap, KeptKeys.Found kept) {
        var backwards = reversed(kept.key());
        if (kept.derivation().isEmpty()) {
            return List.of(reversed ? backwards : kept.key().clone());
        }
        var derivation = kept.derivation().get();
        var candidates = new ArrayList<byte[]>();
        if (derivation.wrap().equals(wrap)) {
            candidates.add(derivation.derive(kept.key()));
            candidates.add(derivation.derive(backwards));
        }
        Arrays.fill(backwards, (byte) 0);
        return candidates;
    }

    private static byte[] reversed(byte[] key) {
        var backwards = new byte[key.length];
        for (int i = 0; i < key.length; i++) {
            backwards[i] = key[key.length - 1 - i];
        }
        return backwards;
    }

    private Key unwrap(KEKRecipientInfo info, ASN1ObjectIdentifier wrap, byte[] wrapping)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance(wrap.getId(), keys.provider());
        cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(wrapping, "AES"));
        return cipher.unwrap(info.getEncryptedKey().getOctets(), "AES", Cipher.SECRET_KEY);
    }
}
