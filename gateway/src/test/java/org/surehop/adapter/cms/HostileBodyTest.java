package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// The CMS torture of EDG-70: every case ends in a value, soon, and nothing is ever disclosed by
/// half.
class HostileBodyTest {
    private static final BodyReader READER = CmsFixtures.reader("gw-ec");

    private static BodyFacts read(byte[] cms) {
        return READER.read(CmsFixtures.smime(cms), List.of(), CmsFixtures.NOW);
    }

    private static BodyFacts only(Obstacle obstacle) {
        return new BodyFacts(List.of(), Set.of(obstacle));
    }

    @ParameterizedTest
    @ValueSource(strings = {"n1-ec.der", "n1-gcm-ec.der", "n1-ec-stream.ber", "signed-stream.ber"})
    void refusesCmsThatIsCutAnywhere(String file) {
        var whole = CmsFixtures.file(file);
        for (int length = 0; length < whole.length; length++) {
            assertEquals(
                    only(Obstacle.MALFORMED), read(Arrays.copyOf(whole, length)), "at " + length);
        }
    }

    @Test
    void refusesOctetsBehindTheEnd() {
        var whole = CmsFixtures.file("n1-ec.der");

        assertEquals(only(Obstacle.MALFORMED), read(Arrays.copyOf(whole, whole.length + 1)));
    }

    @Test
    void refusesLengthsThatAreNotThere() {
        for (var hex :
                List.of(
                        "30847fffffff",
                        "308480000000",
                        "3084ffffffff",
                        "3089ffffffffffffffffff",
                        "30ff" + "ff".repeat(127),
                        "308000",
                        "30800001",
                        "0480040100000000",
                        "3003800000",
                        "0000",
                        "1fffffffffff",
                        "")) {
            assertEquals(only(Obstacle.MALFORMED), read(HexFormat.of().parseHex(hex)), hex);
        }
    }

    @Test
    void refusesNestingFarBelowTheEndOfTheStack() {
        var indefinite = new byte[1_000_000];
        for (int i = 0; i < indefinite.length; i += 2) {
            indefinite[i] = 0x30;
            indefinite[i + 1] = (byte) 0x80;
        }
        var reader = CmsFixtures.reader("gw-ec", CmsFixtures.policy(), 2_000_000);

        var facts = reader.read(CmsFixtures.smime(indefinite), List.of(), CmsFixtures.NOW);

        assertEquals(only(Obstacle.TOO_COMPLEX), facts);
    }

    @Test
    void refusesMoreElementsThanAnyRealBodyHas() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("3080"));
        for (int i = 0; i <= BerScan.MAX_ELEMENTS; i++) {
            out.writeBytes(HexFormat.of().parseHex("0500"));
        }
        out.writeBytes(HexFormat.of().parseHex("0000"));

        assertEquals(only(Obstacle.TOO_COMPLEX), read(out.toByteArray()));
    }

    @Test
    void answersEveryFlippedOctetOfAnAuthenticatedBodyWithAFailure() throws Exception {
        var whole = CmsFixtures.file("n1-gcm-ec.der");
        for (int i = 0; i < whole.length; i++) {
            var bent = whole.clone();
            bent[i] ^= 0x01;
            var facts = read(bent);
            // Some octets name the other reader only: then all is as it was.
            for (var part : facts.parts()) {
                assertEquals(CmsFixtures.sdp(), part.octets(), "at " + i);
            }
            assertEquals(facts.parts().isEmpty(), !facts.obstacles().isEmpty(), "at " + i);
        }
    }

    @Test
    void neverThrowsOnBentBodies() {
        var random = new SplittableRandom(70);
        var files = List.of("n1-ec.der", "n1-ec-stream.ber", "signed-twice.der", "n3-alice-ec.der");
        for (var file : files) {
            var whole = CmsFixtures.file(file);
            for (int round = 0; round < 300; round++) {
                var bent = whole.clone();
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
                }
                var facts = read(bent);
                assertTrue(!facts.parts().isEmpty() || !facts.obstacles().isEmpty(), file + round);
            }
        }
    }

    @Test
    void tellsAWrongTagAndWrongPaddingAlike() {
        var gcm = CmsFixtures.file("n1-gcm-ec.der");
        gcm[gcm.length - 1] ^= 1;
        var cbc = CmsFixtures.file("n1-ec.der");
        cbc[cbc.length - 1] ^= 1;

        assertEquals(only(Obstacle.DECRYPTION_FAILED), read(gcm));
        assertFalse(read(cbc).obstacles().isEmpty());
        assertTrue(read(cbc).parts().isEmpty());
    }

    // Envelopes of AES-CBC whose last blocks were bent by a stranger used to be answered with
    // 496 when the padding was wrong and with 400 or 488 when it was right by chance: an oracle
    // that decrypts, block by block, what was encrypted for this gateway.
    @Test
    void tellsNoDifferenceBetweenWrongPaddingAndWrongContentWithoutMac() {
        var good = CmsFixtures.file("n1-ec.der");
        // The content is the last field, in whole blocks.
        var content = (CmsFixtures.file("sdp.mime").length / 16 + 1) * 16;
        for (int back = 1; back <= content; back++) {
            var bent = good.clone();
            bent[bent.length - back] ^= 0x5A;
            var facts = read(bent);
            assertFalse(facts.obstacles().contains(Obstacle.MALFORMED), back + " from the end");
            facts.parts().forEach(p -> assertTrue(p.malleable()));
        }
    }

    @Test
    void refusesNoRecipientsAndTriesARepeatedOneAtMostTwice() throws Exception {
        var info =
                ContentInfo.getInstance(ASN1Primitive.fromByteArray(CmsFixtures.file("n1-ec.der")));
        var data = EnvelopedData.getInstance(info.getContent());
        var first = data.getRecipientInfos().getObjectAt(0);

        assertEquals(only(Obstacle.MALFORMED), read(with(info, data, 0, first)));
        assertEquals(Set.of(), read(with(info, data, 32, first)).obstacles());
        assertEquals(only(Obstacle.TOO_COMPLEX), read(with(info, data, 33, first)));
    }

    private static byte[] with(
            ContentInfo info,
            EnvelopedData data,
            int count,
            org.bouncycastle.asn1.ASN1Encodable recipient)
            throws Exception {
        var all = new ASN1EncodableVector();
        for (int i = 0; i < count; i++) {
            all.add(recipient);
        }
        var changed =
                new EnvelopedData(
                        null,
                        new DERSet(all),
                        data.getEncryptedContentInfo(),
                        data.getUnprotectedAttrs());
        return new ContentInfo(info.getContentType(), changed).getEncoded("DER");
    }

    /// Workers keep their key agreement ready: a hostile message must not spoil it for the next
    // one.
    @Test
    void readsGoodBodiesBetweenBrokenOnes() throws Exception {
        var files =
                List.of("n1-ec.der", "n1-gcm-ec.der", "n1-ec-default-kdf.der", "n3-alice-ec.der");
        var point = HexFormat.of().parseHex("034200");
        for (int round = 0; round < 20; round++) {
            var whole = CmsFixtures.file(files.get(round % files.size()));
            var offCurve = whole.clone();
            var sender =
                    indexOf(offCurve, point, round % 2 == 0 ? 0 : indexOf(whole, point, 0) + 1);
            if (sender >= 0) {
                offCurve[sender + 20] ^= 0x10;
            }
            var bad = read(offCurve);

            assertTrue(bad.parts().isEmpty() || bad.obstacles().isEmpty());
            assertEquals(CmsFixtures.sdp(), read(whole).parts().getFirst().octets());
        }
    }

    @Test
    void refusesAPointThatIsNotOnOurCurve() {
        var bent = CmsFixtures.file("n1-ec-keyid.der");
        bent[indexOf(bent, HexFormat.of().parseHex("034200"), 0) + 20] ^= 0x10;

        assertEquals(only(Obstacle.DECRYPTION_FAILED), read(bent));
    }

    private static int indexOf(byte[] bytes, byte[] wanted, int from) {
        for (int i = from; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void cannotReadWhatItDoesNotKnow() {
        // ContentInfo of an unknown type, and of CompressedData.
        assertEquals(
                only(Obstacle.ALGORITHM_REFUSED),
                read(HexFormat.of().parseHex("300906032a0304a0020500")));
        assertEquals(
                only(Obstacle.ALGORITHM_REFUSED),
                read(HexFormat.of().parseHex("3011060b2a864886f70d0109100109a0023000")));
    }

    @Test
    void keepsOctetsThatOnlyLookLikeABoundary() {
        var inside = "--xy\r\n--x y\r\n --x\r\nq--x--\r\n\r\n--x-\r\n\0\r\n\n";
        var body =
                multipart(
                        "x", "--x\r\n\r\n" + inside + "\r\n--x  \r\n\r\nlast\r\n--x--\r\nepilogue");

        var facts = READER.read(body, List.of(), CmsFixtures.NOW);

        assertEquals(Set.of(), facts.obstacles());
        assertEquals(2, facts.parts().size());
        assertEquals(octets(inside), facts.parts().getFirst().octets());
        assertEquals(octets("last"), facts.parts().get(1).octets());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--x",
                "--x\r\n",
                "--x--",
                "--x\r\n\r\ntext",
                "--x\r\n\r\ntext\r\n--x\r\n",
                "--x\r\nno colon here\r\n\r\n\r\n--x--",
                "--x\r\nContent-Type: a/b\r\ncontent-type: c/d\r\n\r\n\r\n--x--",
                "--x\r\nContent-Transfer-Encoding: x-uu\r\n\r\n\r\n--x--",
                "--x\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--x--",
                "--x\r\n folded first\r\n\r\n\r\n--x--",
            })
    void refusesBrokenMultipart(String content) {
        var facts = READER.read(multipart("x", content), List.of(), CmsFixtures.NOW);

        // An empty list of parts is the one thing that is merely nothing.
        assertEquals(
                content.equals("--x--") ? Set.of() : Set.of(Obstacle.MALFORMED), facts.obstacles());
    }

    @Test
    void refusesDeepAndWideMultipartInLinearTime() {
        var deep = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            deep.append("--x\r\nContent-Type: multipart/mixed;boundary=x\r\n\r\n");
        }
        var wide = "--x\r\n\r\n".repeat(5_000);
        var lines = "\n".repeat(60_000);

        assertTimeout(
                Duration.ofSeconds(5),
                () -> {
                    for (var text : List.of(deep.toString(), wide, lines)) {
                        var facts =
                                READER.read(
                                        multipart(
                                                "x",
                                                text.substring(0, Math.min(60_000, text.length()))),
                                        List.of(),
                                        CmsFixtures.NOW);
                        assertFalse(facts.obstacles().isEmpty());
                    }
                });
    }

    @Test
    void showsNothingThatItHasReadInText() {
        var facts = read(CmsFixtures.file("n1-gcm-ec.der"));

        assertFalse(facts.toString().contains("192.0.2"));
    }

    private static Body multipart(String boundary, String content) {
        return new Body(
                List.of(
                        new Header(
                                "Content-Type", "multipart/mixed;boundary=\"" + boundary + "\"")),
                octets(content));
    }

    private static Octets octets(String text) {
        return Octets.copyOf(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
