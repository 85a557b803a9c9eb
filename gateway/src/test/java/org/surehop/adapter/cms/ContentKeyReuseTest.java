package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.SimpleAttributeTableGenerator;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKEKRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.crypto.PasswordBasedDeriver.KeyType;
import org.bouncycastle.crypto.fips.FipsPBKD;
import org.bouncycastle.operator.OutputAEADEncryptor;
import org.bouncycastle.operator.OutputEncryptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.config.Signers;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.KeyScope;

/// RFC 3185: bodies that are encrypted under the content key of an earlier one (N12, CEK-1 to 8).
class ContentKeyReuseTest {
    private static final KeyScope CALL = new KeyScope("call 1");
    private static final ASN1ObjectIdentifier ATTRIBUTES =
            new ASN1ObjectIdentifier("1.2.840.113549.1.9.16.2");
    private static final byte[] SALT = "sixteen octets!!".getBytes(StandardCharsets.US_ASCII);

    private Instant now = CmsFixtures.NOW;
    private BodyReader reader = reader(ContentKeys.DEFAULT);

    private BodyReader reader(ContentKeys limits) {
        return new BodyReader(
                CmsFixtures.keys("gw-ec"),
                CmsFixtures.policy(),
                CmsFixtures.MAX_OCTETS,
                new SmimeReading(SmimeReading.KeyTransport.OAEP, limits, Signers.DEFAULT),
                () -> now);
    }

    private static ContentKeys limits(int maxDecrypts, boolean reversed) {
        return new ContentKeys(Duration.ofHours(1), maxDecrypts, 16, 64, reversed);
    }

    // ---- messages ----

    private record Message(byte[] cms, byte[] key) {}

    private static Attribute attribute(int number, ASN1Encodable value) {
        return new Attribute(ATTRIBUTES.branch("" + number), new DERSet(value));
    }

    private static Attribute reference(String name) {
        return attribute(30, new DEROctetString(name.getBytes(StandardCharsets.US_ASCII)));
    }

    private static Attribute decrypts(int count) {
        return attribute(31, new ASN1Integer(count));
    }

    private static Message seal(
            RecipientInfoGenerator recipient, ASN1ObjectIdentifier cipher, Attribute... says)
            throws Exception {
        var attributes = new ASN1EncodableVector();
        for (var attribute : says) {
            attributes.add(attribute);
        }
        var table = new SimpleAttributeTableGenerator(new AttributeTable(attributes));
        var content = new CMSProcessableByteArray(CmsFixtures.file("sdp.mime"));
        var encryptor =
                new JceCMSContentEncryptorBuilder(cipher)
                        .setProvider(CmsFixtures.PROVIDER)
                        .setSecureRandom(StrongRandom.of(CmsFixtures.PROVIDER))
                        .build();
        if (encryptor instanceof OutputAEADEncryptor gcm) {
            var generator = new CMSAuthEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(recipient);
            generator.setUnauthenticatedAttributeGenerator(table);
            return new Message(generator.generate(content, gcm).getEncoded(), key(gcm));
        }
        var generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(recipient);
        if (says.length > 0) {
            generator.setUnprotectedAttributeGenerator(table);
        }
        return new Message(generator.generate(content, encryptor).getEncoded(), key(encryptor));
    }

    private static byte[] key(OutputEncryptor encryptor) {
        return encryptor.getKey().getRepresentation() instanceof byte[] key ? key : new byte[0];
    }

    /// For the certificate of the gateway, with those attributes.
    private static Message offer(ASN1ObjectIdentifier cipher, Attribute... says) throws Exception {
        var sender = CmsFixtures.pair("bob-ec");
        var recipient =
                new JceKeyAgreeRecipientInfoGenerator(
                                org.bouncycastle.asn1.sec.SECObjectIdentifiers
                                        .dhSinglePass_stdDH_sha256kdf_scheme,
                                sender.key(),
                                sender.certificate().getPublicKey(),
                                NISTObjectIdentifiers.id_aes128_wrap)
                        .addRecipient(CmsFixtures.certificate("gw-ec"))
                        .setProvider(CmsFixtures.PROVIDER)
                        .setSecureRandom(StrongRandom.of(CmsFixtures.PROVIDER));
        return seal(recipient, cipher, says);
    }

    private static Message offer(Attribute... says) throws Exception {
        return offer(NISTObjectIdentifiers.id_aes128_CBC, says);
    }

    /// Under the wrapping key `kek`, which is known by that name.
    private static Message under(String name, byte[] kek, Attribute... says) throws Exception {
        var recipient =
                new JceKEKRecipientInfoGenerator(
                                name.getBytes(StandardCharsets.US_ASCII),
                                new SecretKeySpec(kek, "AES"))
                        .setProvider(CmsFixtures.PROVIDER)
                        .setSecureRandom(StrongRandom.of(CmsFixtures.PROVIDER));
        return seal(recipient, NISTObjectIdentifiers.id_aes128_CBC, says);
    }

    private static byte[] reversed(byte[] key) {
        var out = new byte[key.length];
        for (int i = 0; i < key.length; i++) {
            out[out.length - 1 - i] = key[i];
        }
        return out;
    }

    private BodyFacts read(Message message) {
        return read(message, CALL);
    }

    private BodyFacts read(Message message, KeyScope scope) {
        var body = CmsFixtures.smime(message.cms());
        try (var lease = reader.kept().enter(scope)) {
            return reader.read(body, List.of(), now, new KeyOperations(2), lease);
        }
    }

    private void reads(Message message) throws BodyFault {
        var facts = read(message);
        assertEquals(Set.of(), facts.obstacles());
        assertEquals(CmsFixtures.sdp(), facts.parts().getFirst().octets());
    }

    private void misses(Obstacle obstacle, Message message) {
        assertEquals(new BodyFacts(List.of(), Set.of(obstacle)), read(message));
    }

    // ---- what holds ----

    @Test
    void readsTheAnswerUnderTheReversedKeyOfTheOffer() throws Exception {
        var offer = offer(reference("one"), decrypts(8));
        reads(offer);

        reads(under("one", reversed(offer.key())));
        misses(Obstacle.DECRYPTION_FAILED, under("one", offer.key()));
    }

    @Test
    void readsTheUnreversedOneOnlyForPeersOfThatKind() throws Exception {
        reader = reader(limits(8, false));
        var offer = offer(reference("one"), decrypts(8));
        reads(offer);

        reads(under("one", offer.key()));
        misses(Obstacle.DECRYPTION_FAILED, under("one", reversed(offer.key())));
    }

    @Test
    void followsAChainInWhichEachMessageNamesTheNextKey() throws Exception {
        var before = offer(reference("m0"));
        reads(before);
        for (int i = 1; i < 6; i++) {
            var next = under("m" + (i - 1), reversed(before.key()), reference("m" + i));
            reads(next);
            before = next;
        }
        assertEquals(1, reader.kept().size());
    }

    @Test
    void takesAKeyOnceWhenNothingIsSaidAndAsOftenAsIsSaid() throws Exception {
        var once = offer(reference("once"));
        var thrice = offer(reference("thrice"), decrypts(3));
        reads(once);
        reads(thrice);

        reads(under("once", reversed(once.key())));
        misses(Obstacle.KEY_LOST, under("once", reversed(once.key())));
        for (int i = 0; i < 3; i++) {
            reads(under("thrice", reversed(thrice.key())));
        }
        misses(Obstacle.KEY_LOST, under("thrice", reversed(thrice.key())));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 9, Integer.MAX_VALUE})
    void keepsNoKeyThatWantsMoreThanTheLimitOrNothing(int count) throws Exception {
        reader = reader(limits(8, true));
        var offer = offer(reference("one"), decrypts(count));
        reads(offer);

        misses(Obstacle.KEY_LOST, under("one", reversed(offer.key())));
    }

    @Test
    void opensNothingInAnotherDialog() throws Exception {
        var offer = offer(reference("one"), decrypts(8));
        reads(offer);
        var answer = under("one", reversed(offer.key()));
        var lost = new BodyFacts(List.of(), Set.of(Obstacle.KEY_LOST));

        assertEquals(lost, read(answer, new KeyScope("call 2")));
        assertEquals(lost, read(answer, KeyScope.NONE));
        reads(answer);
    }

    @Test
    void wipesTheKeysOfADialogThatIsOver() throws Exception {
        var offer = offer(reference("one"), decrypts(8));
        reads(offer);
        assertEquals(1, reader.kept().size());

        reader.kept().end(CALL);

        assertEquals(0, reader.kept().size());
        misses(Obstacle.KEY_LOST, under("one", reversed(offer.key())));
    }

    @Test
    void holdsAKeyNoLongerThanConfigured() throws Exception {
        reader = reader(limits(8, true));
        var offer = offer(reference("one"), decrypts(8));
        reads(offer);
        now = now.plus(Duration.ofMinutes(59));
        reads(under("one", reversed(offer.key())));

        now = now.plus(Duration.ofMinutes(1));

        misses(Obstacle.KEY_LOST, under("one", reversed(offer.key())));
        assertEquals(0, reader.kept().size());
    }

    @Test
    void derivesTheKeyWhenTheAlgorithmsDiffer() throws Exception {
        var derivation =
                new DERSequence(
                        new ASN1Encodable[] {
                            new AlgorithmIdentifier(NISTObjectIdentifiers.id_aes256_wrap),
                            new PBKDF2Params(SALT, 1000, 32)
                        });
        var offer = offer(reference("one"), decrypts(8), attribute(32, derivation));
        reads(offer);

        reads(under("one", derived(offer.key())));
        reads(under("one", derived(reversed(offer.key()))));
        misses(Obstacle.DECRYPTION_FAILED, under("one", reversed(offer.key())));
    }

    private static byte[] derived(byte[] password) {
        return new FipsPBKD.DeriverFactory()
                .createDeriver(
                        FipsPBKD.PBKDF2.using(password).withSalt(SALT).withIterationCount(1000))
                .deriveKey(KeyType.CIPHER, 32);
    }

    @ParameterizedTest
    @ValueSource(ints = {10_001, Integer.MAX_VALUE})
    void derivesNothingThatWouldKeepItBusy(int iterations) throws Exception {
        var derivation =
                new DERSequence(
                        new ASN1Encodable[] {
                            new AlgorithmIdentifier(NISTObjectIdentifiers.id_aes256_wrap),
                            new PBKDF2Params(SALT, iterations, 32)
                        });
        reads(offer(reference("one"), decrypts(8), attribute(32, derivation)));

        assertEquals(0, reader.kept().size());
    }

    @Test
    void takesTheAttributesOfAuthenticatedEnvelopesToo() throws Exception {
        var offer = offer(NISTObjectIdentifiers.id_aes128_GCM, reference("one"), decrypts(2));
        reads(offer);

        reads(under("one", reversed(offer.key())));
    }

    @Test
    void keepsNoKeyOfAnEnvelopeThatCouldNotBeRead() throws Exception {
        var offer = offer(NISTObjectIdentifiers.id_aes128_GCM, reference("one"), decrypts(2));
        var bent = offer.cms().clone();
        bent[bent.length - 90] ^= 1; // in the encrypted content

        read(new Message(bent, offer.key()));

        assertEquals(0, reader.kept().size());
    }

    @Test
    void forgetsTheOldestKeyOfADialogFirst() throws Exception {
        reader = reader(new ContentKeys(Duration.ofHours(1), 8, 2, 64, true));
        var keys = new java.util.ArrayList<Message>();
        for (int i = 0; i < 3; i++) {
            keys.add(offer(reference("k" + i), decrypts(8)));
            reads(keys.get(i));
        }

        assertEquals(2, reader.kept().size());
        misses(Obstacle.KEY_LOST, under("k0", reversed(keys.get(0).key())));
        reads(under("k1", reversed(keys.get(1).key())));
        reads(under("k2", reversed(keys.get(2).key())));
    }
}
