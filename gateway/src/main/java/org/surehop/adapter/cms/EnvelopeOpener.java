package org.surehop.adapter.cms;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.AuthEnvelopedData;
import org.bouncycastle.asn1.cms.EncryptedContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.asn1.cms.GCMParameters;
import org.bouncycastle.asn1.cms.KEKRecipientInfo;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientInfo;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.RecipientEncryptedKey;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.crypto.fips.FipsOperationError;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.disclosure.BodyFacts.Obstacle;

/// Opens EnvelopedData and AuthEnvelopedData (RFC 5652 §6, RFC 5083) with our own key, for a
/// recipient that names our certificate and no other (SM-23). Called on a worker thread.
final class EnvelopeOpener {
    private static final Map<ASN1ObjectIdentifier, Integer> CBC =
            Map.of(
                    NISTObjectIdentifiers.id_aes128_CBC, 16,
                    NISTObjectIdentifiers.id_aes192_CBC, 24,
                    NISTObjectIdentifiers.id_aes256_CBC, 32);
    private static final Map<ASN1ObjectIdentifier, Integer> GCM =
            Map.of(
                    NISTObjectIdentifiers.id_aes128_GCM, 16,
                    NISTObjectIdentifiers.id_aes192_GCM, 24,
                    NISTObjectIdentifiers.id_aes256_GCM, 32);

    /// RFC 5084 §3.2 allows 12 to 16; a shorter tag would be a gift to a forger.
    private static final Set<Integer> TAG_OCTETS = Set.of(12, 13, 14, 15, 16);

    private final SmimeKeys keys;
    private final ContentKeyUnwrap unwrap;
    private final SharedKeyUnwrap shared;

    EnvelopeOpener(SmimeKeys keys, SmimeReading reading) {
        this.keys = keys;
        this.unwrap = new ContentKeyUnwrap(keys, reading.keyTransport());
        this.shared = new SharedKeyUnwrap(keys, reading.contentKeys().reversed());
    }

    /// What one reading may spend, and the content keys of its dialog.
    record Means(ReadingBudget budget, KeptKeys.Lease lease) {}

    /// Plain text, and whether a MAC protected it on the way.
    record Opened(byte[] content, boolean authentic) {}

    /// One recipient of ours, not yet tried.
    private sealed interface Ours {
        /// Under a content key of an earlier message, which costs no private-key operation.
        record Shared(KEKRecipientInfo info) implements Ours {}

        record Agreed(KeyAgreeRecipientInfo info, byte[] wrapped) implements Ours {}

        record Transported(KeyTransRecipientInfo info) implements Ours {}
    }

    Opened open(EnvelopedData data, Means means) throws BodyFault {
        var content = data.getEncryptedContentInfo();
        var key = contentKey(data.getRecipientInfos(), content, CBC, means);
        try {
            var parameters = content.getContentEncryptionAlgorithm().getParameters();
            var cipher = Cipher.getInstance("AES/CBC/PKCS7Padding", keys.provider());
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    key,
                    new IvParameterSpec(ASN1OctetString.getInstance(parameters).getOctets()));
            var opened = new Opened(cipher.doFinal(encrypted(content)), false);
            keep(data.getUnprotectedAttrs(), key, means);
            return opened;
        } catch (GeneralSecurityException | RuntimeException _) {
            throw BodyFault.undecipherable();
        }
    }

    Opened open(AuthEnvelopedData data, Means means) throws BodyFault {
        var content = data.getAuthEncryptedContentInfo();
        var key = contentKey(data.getRecipientInfos(), content, GCM, means);
        try {
            var parameters =
                    GCMParameters.getInstance(
                            content.getContentEncryptionAlgorithm().getParameters());
            var tag = data.getMac().getOctets();
            if (tag.length != parameters.getIcvLen() || !TAG_OCTETS.contains(tag.length)) {
                throw BodyFault.undecipherable();
            }
            var cipher = Cipher.getInstance("AES/GCM/NoPadding", keys.provider());
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    key,
                    new GCMParameterSpec(tag.length * 8, parameters.getNonce()));
            if (data.getAuthAttrs() != null) {
                // RFC 5083 §2.2: the DER of the attributes as a SET OF, whatever came.
                var attributes = new DERSet(data.getAuthAttrs().toArray());
                cipher.updateAAD(attributes.getEncoded(ASN1Encoding.DER));
            }
            var opened = new Opened(whole(cipher, encrypted(content), tag), true);
            // CEK-8: RFC 3185 is older than this structure and names no place in it.
            keep(data.getUnauthAttrs(), key, means);
            return opened;
        } catch (GeneralSecurityException | java.io.IOException | RuntimeException _) {
            throw BodyFault.undecipherable();
        }
    }

    /// E2M-20: what was read may be the key to what comes next.
    private static void keep(@Nullable ASN1Set attributes, Key key, Means means) {
        KeyOffer.read(attributes)
                .ifPresent(
                        offer -> {
                            var encoded = key.getEncoded();
                            means.lease().keep(offer, encoded);
                            Arrays.fill(encoded, (byte) 0);
                        });
    }

    private static byte[] whole(Cipher cipher, byte[] encrypted, byte[] tag)
            throws GeneralSecurityException {
        var input = Arrays.copyOf(encrypted, encrypted.length + tag.length);
        System.arraycopy(tag, 0, input, encrypted.length, tag.length);
        return cipher.doFinal(input);
    }

    private static byte[] encrypted(EncryptedContentInfo content) {
        return content.getEncryptedContent() == null
                ? new byte[0]
                : content.getEncryptedContent().getOctets();
    }

    /// Tries the recipients that name a key which we hold, as long as there is budget.
    private Key contentKey(
            ASN1Set recipientInfos,
            EncryptedContentInfo content,
            Map<ASN1ObjectIdentifier, Integer> allowed,
            Means means)
            throws BodyFault {
        List<Ours> ours;
        try {
            ours = ours(recipientInfos, means.budget());
        } catch (RuntimeException _) {
            // What the ASN.1 classes throw when the structure is not what its tags promise.
            throw BodyFault.malformed();
        }
        var algorithm = content.getContentEncryptionAlgorithm();
        var size = allowed.get(algorithm.getAlgorithm());
        var why = Obstacle.NOT_A_RECIPIENT;
        for (var recipient : ours) {
            var hindrance = hindrance(recipient, size != null, means);
            why = worse(why, hindrance.orElse(Obstacle.DECRYPTION_FAILED));
            if (hindrance.isEmpty()) {
                var octets = Objects.requireNonNull(size);
                var key = attempt(recipient, new Wanted(algorithm, octets), means);
                if (key.isPresent() && lengthOf(key.get()) == octets) {
                    return key.get();
                }
            }
        }
        throw new BodyFault(why);
    }

    /// What everybody could see to be in the way, without a look at any secret.
    private Optional<Obstacle> hindrance(Ours recipient, boolean contentKnown, Means means) {
        try {
            return refused(recipient, contentKnown, means);
        } catch (RuntimeException _) {
            // What the ASN.1 classes throw at parameters that are not what the algorithm has.
            return Optional.of(Obstacle.ALGORITHM_REFUSED);
        }
    }

    private Optional<Obstacle> refused(Ours recipient, boolean contentKnown, Means means) {
        return switch (recipient) {
            case Ours.Shared(var info)
                    when means.lease().find(SharedKeyUnwrap.reference(info)).isEmpty() ->
                    Optional.of(Obstacle.KEY_LOST);
            case Ours.Agreed(var info, _) when !ContentKeyUnwrap.accepts(info) ->
                    Optional.of(Obstacle.ALGORITHM_REFUSED);
            case Ours.Transported(var info) when !unwrap.accepts(info) ->
                    Optional.of(Obstacle.ALGORITHM_REFUSED);
            case Ours.Shared _, Ours.Agreed _, Ours.Transported _ ->
                    contentKnown ? Optional.empty() : Optional.of(Obstacle.ALGORITHM_REFUSED);
        };
    }

    /// Whatever was tried with a key outweighs what could not even be tried.
    private static Obstacle worse(Obstacle one, Obstacle other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static int lengthOf(Key key) {
        var encoded = key.getEncoded();
        return encoded == null ? -1 : encoded.length;
    }

    /// The cipher that the content key is for, and how long that key is.
    private record Wanted(AlgorithmIdentifier cipher, int octets) {}

    private Optional<Key> attempt(Ours recipient, Wanted content, Means means) throws BodyFault {
        var budget = means.budget();
        try {
            return switch (recipient) {
                case Ours.Shared(var info) when budget.takeSharedKey() ->
                        shared(info, means.lease());
                case Ours.Agreed(var info, var wrapped) when budget.takePrivateKeyOperation() ->
                        Optional.of(unwrap.agreed(info, wrapped));
                case Ours.Transported(var info) when budget.takePrivateKeyOperation() ->
                        Optional.of(unwrap.transported(info, content.cipher(), content.octets()));
                case Ours.Shared _, Ours.Agreed _, Ours.Transported _ -> Optional.empty();
            };
        } catch (CMSException
                | GeneralSecurityException
                | java.io.IOException
                | RuntimeException
                | FipsOperationError _) {
            // What the library says depends on the secret: all of it means "could not".
            return Optional.empty();
        }
    }

    private Optional<Key> shared(KEKRecipientInfo info, KeptKeys.Lease lease) {
        var reference = SharedKeyUnwrap.reference(info);
        var kept = lease.find(reference);
        var key = kept.flatMap(k -> shared.unwrap(info, k));
        kept.ifPresent(k -> Arrays.fill(k.key(), (byte) 0));
        key.ifPresent(_ -> lease.used(reference));
        return key;
    }

    private List<Ours> ours(ASN1Set recipientInfos, ReadingBudget budget) throws BodyFault {
        if (recipientInfos.size() == 0) {
            throw BodyFault.malformed();
        }
        var found = new ArrayList<Ours>();
        var count = 0;
        for (var element : recipientInfos) {
            var info = RecipientInfo.getInstance(element).getInfo();
            if (info instanceof KeyTransRecipientInfo transported) {
                budget.recipients(++count);
                if (keys.recipient().rsa() && isOurs(transported)) {
                    found.add(new Ours.Transported(transported));
                }
            } else if (info instanceof KeyAgreeRecipientInfo agreed) {
                count += agreed.getRecipientEncryptedKeys().size();
                budget.recipients(count);
                if (!keys.recipient().rsa()) {
                    addOurs(agreed, agreed.getRecipientEncryptedKeys(), found);
                }
            } else {
                budget.recipients(++count);
                if (info instanceof KEKRecipientInfo sharing) {
                    found.addFirst(new Ours.Shared(sharing));
                }
            }
        }
        return found;
    }

    private boolean isOurs(KeyTransRecipientInfo info) {
        var rid = info.getRecipientIdentifier();
        if (rid.isTagged()) {
            return keys.recipient().isNamed(ASN1OctetString.getInstance(rid.getId()).getOctets());
        }
        var name = org.bouncycastle.asn1.cms.IssuerAndSerialNumber.getInstance(rid.getId());
        return keys.recipient().isNamed(name.getName(), name.getSerialNumber().getValue());
    }

    private void addOurs(KeyAgreeRecipientInfo info, ASN1Sequence encryptedKeys, List<Ours> found) {
        for (var element : encryptedKeys) {
            var encryptedKey = RecipientEncryptedKey.getInstance(element);
            var rid = encryptedKey.getIdentifier();
            var name = rid.getIssuerAndSerialNumber();
            var ours =
                    name == null
                            ? keys.recipient()
                                    .isNamed(rid.getRKeyID().getSubjectKeyIdentifier().getOctets())
                            : keys.recipient()
                                    .isNamed(name.getName(), name.getSerialNumber().getValue());
            if (ours) {
                found.add(new Ours.Agreed(info, encryptedKey.getEncryptedKey().getOctets()));
            }
        }
    }
}
