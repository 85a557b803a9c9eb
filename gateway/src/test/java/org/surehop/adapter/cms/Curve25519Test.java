package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientInfo;
import org.bouncycastle.asn1.cms.OriginatorIdentifierOrKey;
import org.bouncycastle.asn1.cms.OriginatorPublicKey;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;

/// SM-20: Ed25519 signatures are verified ([VectorsTest]); what the module does not do in approved
/// mode is refused as such, and not as a failure.
class Curve25519Test {
    private static final ASN1ObjectIdentifier X25519 = new ASN1ObjectIdentifier("1.3.101.110");
    private static final Path FOLDER = Path.of("../tests/corpus/vectors");

    /// What openssl encrypted for us, with a sender's key on the other curve.
    private static byte[] fromX25519(String file) throws Exception {
        var info = ContentInfo.getInstance(CmsFixtures.file(file));
        var data = EnvelopedData.getInstance(info.getContent());
        var recipients = new ASN1EncodableVector();
        for (var element : data.getRecipientInfos()) {
            var agreed = (KeyAgreeRecipientInfo) RecipientInfo.getInstance(element).getInfo();
            var key = new OriginatorPublicKey(new AlgorithmIdentifier(X25519), new byte[32]);
            recipients.add(
                    new RecipientInfo(
                            new KeyAgreeRecipientInfo(
                                    new OriginatorIdentifierOrKey(key),
                                    agreed.getUserKeyingMaterial(),
                                    agreed.getKeyEncryptionAlgorithm(),
                                    agreed.getRecipientEncryptedKeys())));
        }
        var changed =
                new EnvelopedData(
                        data.getOriginatorInfo(),
                        new DERSet(recipients),
                        data.getEncryptedContentInfo(),
                        data.getUnprotectedAttrs());
        return new ContentInfo(info.getContentType(), changed).getEncoded();
    }

    @Test
    void aKeyThatWasAgreedByX25519IsRefusedByName() throws Exception {
        var body = CmsFixtures.smime(fromX25519("n1-ec.der"));
        var operations = new KeyOperations(5);

        var facts = CmsFixtures.reader("gw-ec").read(body, List.of(), CmsFixtures.NOW, operations);

        assertEquals(new BodyFacts(List.of(), Set.of(Obstacle.ALGORITHM_REFUSED)), facts);
        assertEquals(0, operations.used());
    }

    @ParameterizedTest
    @CsvSource({"alice-ed.pem, alice-ed.key", "alice-ed.pem, x25519.key"})
    void aGatewayHasNoKeyOfTheseCurves(String certificate, String key) {
        var fault =
                assertThrows(
                        KeyMaterialFault.class,
                        () ->
                                KeyPairing.load(
                                        "smime",
                                        FOLDER.resolve(certificate),
                                        FOLDER.resolve(key),
                                        CmsFixtures.PROVIDER));
        var message = String.valueOf(fault.getMessage());
        assertTrue(message.contains("EC P-256 or P-384, or RSA"), message);
    }
}
