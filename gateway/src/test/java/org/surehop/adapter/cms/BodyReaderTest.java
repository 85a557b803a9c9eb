package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.config.SmimeReading;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// Reads what the openssl command made.
class BodyReaderTest {
    private static BodyFacts read(String recipient, Body body) {
        return CmsFixtures.reader(recipient).read(body, List.of(), CmsFixtures.NOW);
    }

    private static BodyFacts read(String recipient, String file) {
        return read(recipient, CmsFixtures.smime(CmsFixtures.file(file)));
    }

    private static DisclosedPart onlyPart(BodyFacts facts) {
        assertEquals(Set.of(), facts.obstacles());
        assertEquals(1, facts.parts().size());
        return facts.parts().getFirst();
    }

    @ParameterizedTest
    @CsvSource({
        "gw-ec, n1-ec.der, true",
        "gw-ec, n1-ec-default-kdf.der, true",
        "gw-ec, n1-ec-keyid.der, true",
        "gw-ec, n1-ec-stream.ber, true",
        "gw-ec, n1-mixed.der, true",
        "gw-p384, n1-p384.der, true",
        "gw-rsa, n1-rsa.der, true",
        "gw-rsa, n1-rsa-keyid.der, true",
        "bob-ec, n1-ec.der, true",
        "bob-ec, n1-bob-only.der, true",
        "gw-ec, n1-gcm-ec.der, false",
        "gw-rsa, n1-gcm-rsa.der, false",
    })
    void readsSdpThatWasEncryptedForIt(String recipient, String file, boolean malleable)
            throws Exception {
        var part = onlyPart(read(recipient, file));

        assertEquals("application/sdp", part.mediaType());
        assertEquals("sdp@atlanta.example.com", part.contentId());
        assertEquals(CmsFixtures.sdp(), part.octets());
        assertTrue(part.encrypted());
        assertEquals(malleable, part.malleable());
        assertEquals(List.of(), part.signers());
    }

    @ParameterizedTest
    @CsvSource({
        "gw-ec, n1-bob-only.der, NOT_A_RECIPIENT",
        "gw-ec, n13.der, NOT_A_RECIPIENT",
        "gw-rsa, n1-ec.der, NOT_A_RECIPIENT",
        "gw-p384, n1-ec.der, NOT_A_RECIPIENT",
        "gw-rsa, n1-rsa-pkcs15.der, ALGORITHM_REFUSED",
        "gw-ec, n1-3des.der, ALGORITHM_REFUSED",
    })
    void tellsWhatItCannotRead(String recipient, String file, Obstacle obstacle) {
        assertEquals(new BodyFacts(List.of(), Set.of(obstacle)), read(recipient, file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"n2.der", "n3-alice-ec.der", "n11-alice-ec.der", "n11-alice-rsa.der"})
    void namesTheSignerOfWhatIsInside(String file) throws Exception {
        var part = onlyPart(read("gw-ec", file));

        assertEquals(CmsFixtures.sdp(), part.octets());
        assertTrue(part.encrypted());
        assertFalse(part.malleable());
        assertEquals(1, part.signers().size());
        var signer = part.signers().getFirst();
        assertEquals(Status.VALID, signer.status());
        assertEquals(List.of("sip:alice@atlanta.example.com"), signer.identities());
        assertEquals(64, signer.fingerprint().length());
        assertTrue(signer.signingTime().isPresent());
    }

    @ParameterizedTest
    @CsvSource({
        "n3-alice-stranger.der, UNTRUSTED",
        "n11-alice-tls.der, UNTRUSTED",
        "signed-sha1.der, UNSUPPORTED",
        "signed-nocerts.der, CERTIFICATE_MISSING",
        "signed-stream.ber, VALID",
    })
    void tellsWhatIsWrongWithASignature(String file, Status status) throws Exception {
        var part = onlyPart(read("gw-ec", file));

        assertEquals(CmsFixtures.sdp(), part.octets());
        assertEquals(List.of(status), part.signers().stream().map(s -> s.status()).toList());
    }

    @ParameterizedTest
    @CsvSource({"2000-01-01T00:00:00Z", "2090-01-01T00:00:00Z"})
    void tellsThatASignersCertificateIsOutOfItsTime(Instant now) {
        var body = CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der"));

        var facts = CmsFixtures.reader("gw-ec").read(body, List.of(), now);

        assertEquals(Status.EXPIRED, facts.parts().getFirst().signers().getFirst().status());
    }

    @Test
    void takesTheOldKeyTransportOnlyWhereItIsConfigured() throws Exception {
        var older = CmsFixtures.reading(SmimeReading.KeyTransport.PKCS1);
        var reader = CmsFixtures.reader("gw-rsa", CmsFixtures.policy(), 65_536, older);
        var cms = CmsFixtures.file("n1-rsa-pkcs15.der");

        var facts = reader.read(CmsFixtures.smime(cms), List.of(), CmsFixtures.NOW);
        cms[cms.length / 3] ^= 1; // in the encrypted key, whose padding is then wrong
        var bent = reader.read(CmsFixtures.smime(cms), List.of(), CmsFixtures.NOW);

        assertEquals(CmsFixtures.sdp(), onlyPart(facts).octets());
        assertEquals(new BodyFacts(List.of(), Set.of(Obstacle.DECRYPTION_FAILED)), bent);
    }

    @Test
    void tellsThatASignatureIsOfAnotherTime() throws Exception {
        var strict =
                new SmimeReading(
                        SmimeReading.KeyTransport.OAEP,
                        ContentKeys.DEFAULT,
                        CmsFixtures.signers(Duration.ofHours(1)));
        var reader = CmsFixtures.reader("gw-ec", CmsFixtures.policy(), 65_536, strict);
        var body = CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der"));
        var signed = onlyPart(read("gw-ec", body)).signers().getFirst().signingTime().orElseThrow();

        for (var minutes : List.of(-61, -60, 0, 60, 61)) {
            var at = signed.plus(Duration.ofMinutes(minutes));
            var status = onlyPart(reader.read(body, List.of(), at)).signers().getFirst().status();
            // The certificate was made in the same minute: before, it was not yet valid.
            assertEquals(
                    minutes < 0 ? Status.EXPIRED : minutes > 60 ? Status.STALE : Status.VALID,
                    status,
                    minutes + " minutes");
        }
    }

    @Test
    void tellsBothOfTwoSigners() {
        var part = onlyPart(read("gw-ec", "signed-twice.der"));

        assertEquals(
                List.of(Status.VALID, Status.VALID),
                part.signers().stream().map(s -> s.status()).toList());
    }

    @Test
    void readsClearSignedAndSeesOneChangedOctet() throws Exception {
        var good = CmsFixtures.file("clear-signed.mime");
        var text = new String(good, StandardCharsets.ISO_8859_1);
        var bad = text.replace("192.0.2.10", "192.0.2.66").getBytes(StandardCharsets.ISO_8859_1);

        assertEquals(
                Status.VALID,
                onlyPart(read("gw-ec", CmsFixtures.entity(good))).signers().getFirst().status());
        assertEquals(
                Status.DIGEST_OR_SIGNATURE_WRONG,
                onlyPart(read("gw-ec", CmsFixtures.entity(bad))).signers().getFirst().status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"openssl-crlf.mime", "openssl-lf.mime"})
    void verifiesClearSignedWhoseLineEndsWereChangedOnTheWay(String file) throws Exception {
        var part = onlyPart(read("gw-ec", CmsFixtures.entity(CmsFixtures.file(file))));

        assertEquals("application/sdp", part.mediaType());
        assertEquals(Status.VALID, part.signers().getFirst().status());
    }

    @Test
    void readsWhatWasEncryptedThenSigned() throws Exception {
        var part = onlyPart(read("gw-ec", CmsFixtures.entity(CmsFixtures.file("n6.mime"))));

        assertEquals(CmsFixtures.sdp(), part.octets());
        assertEquals(Status.VALID, part.signers().getFirst().status());
    }

    @Test
    void readsAllPartsInsideOneEnvelope() {
        var facts = read("gw-ec", "n7.der");

        assertEquals(
                List.of("application/sdp", "application/pidf+xml"),
                facts.parts().stream().map(DisclosedPart::mediaType).toList());
        assertEquals(Set.of(), facts.obstacles());
    }

    @Test
    void readsItsPartOfASplitBodyAndOnlyTheLabelledOne() {
        var body =
                mixed(
                        sealed("uas@x", "n1-bob-only.der"),
                        sealed("one@x", "n1-ec.der"),
                        sealed("two@x", "n1-gcm-ec.der"));
        var reader = CmsFixtures.reader("gw-ec");

        var all = reader.read(body, List.of(), CmsFixtures.NOW);
        var one = reader.read(body, List.of("two@x"), CmsFixtures.NOW);
        var wrongLabel = reader.read(body, List.of("no-such@x"), CmsFixtures.NOW);

        assertEquals(2, all.parts().size());
        assertEquals(Set.of(Obstacle.NOT_A_RECIPIENT), all.obstacles());
        assertEquals(1, one.parts().size());
        assertFalse(one.parts().getFirst().malleable());
        assertEquals(Set.of(), one.obstacles());
        assertEquals(all, wrongLabel);
    }

    @Test
    void spendsAtMostTwoPrivateKeyOperationsOnOneMessage() {
        var body =
                mixed(
                        sealed("a@x", "n1-ec.der"),
                        sealed("b@x", "n1-ec.der"),
                        sealed("c@x", "n1-ec.der"));

        var facts = read("gw-ec", body);

        assertEquals(2, facts.parts().size());
        assertEquals(Set.of(Obstacle.DECRYPTION_FAILED), facts.obstacles());
    }

    @Test
    void takesBase64AndTheOldMediaType() throws Exception {
        var base64 = Base64.getMimeEncoder().encode(CmsFixtures.file("n1-gcm-ec.der"));
        var body =
                new Body(
                        List.of(
                                new Header("Content-Type", "Application/X-PKCS7-Mime; name=x"),
                                new Header("Content-Transfer-Encoding", "Base64")),
                        Octets.copyOf(base64));

        assertEquals(CmsFixtures.sdp(), onlyPart(read("gw-ec", body)).octets());
    }

    @Test
    void holdsTheLimitsOfThePolicy() {
        var body = CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der"));
        var fits = CmsFixtures.reader("gw-ec", CmsFixtures.policy(3, 3, 2), 2_000);
        var tooComplex = new BodyFacts(List.of(), Set.of(Obstacle.TOO_COMPLEX));

        assertEquals(Set.of(), fits.read(body, List.of(), CmsFixtures.NOW).obstacles());
        for (var policy :
                List.of(
                        CmsFixtures.policy(2, 3, 2),
                        CmsFixtures.policy(3, 2, 2),
                        CmsFixtures.policy(3, 3, 1))) {
            var reader = CmsFixtures.reader("gw-ec", policy, 2_000);
            assertEquals(tooComplex, reader.read(body, List.of(), CmsFixtures.NOW));
        }
        var small = CmsFixtures.reader("gw-ec", CmsFixtures.policy(), 1_000);
        assertEquals(tooComplex, small.read(body, List.of(), CmsFixtures.NOW));
    }

    @Test
    void doesNotTrustWhatTheTypeParameterPromises() {
        var body =
                new Body(
                        List.of(
                                new Header(
                                        "Content-Type",
                                        "application/pkcs7-mime;smime-type=signed-data")),
                        Octets.copyOf(CmsFixtures.file("n1-gcm-ec.der")));

        assertTrue(onlyPart(read("gw-ec", body)).encrypted());
    }

    private static byte[] sealed(String contentId, String file) {
        return MimeText.bytes(
                new Body(
                        List.of(
                                new Header("Content-Type", "application/pkcs7-mime"),
                                new Header("Content-ID", "<" + contentId + ">"),
                                new Header("Content-Disposition", "session;handling=optional")),
                        Octets.copyOf(CmsFixtures.file(file))));
    }

    private static Body mixed(byte[]... parts) {
        return MimeText.multipart("multipart/mixed", "a-boundary", List.of(parts));
    }
}
