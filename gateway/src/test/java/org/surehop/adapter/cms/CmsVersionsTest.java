package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;

/// The version numbers of what we make are the exact ones (SM-24; RFC 5652 §5.1, §5.3, §6.1 and
/// §6.2; RFC 5083 §2.1): read from the DER itself, not from the library that wrote it.
class CmsVersionsTest {
    private static final Body SDP =
            new Body(
                    List.of(new Header("Content-Type", "application/sdp")),
                    org.surehop.core.sip.Octets.copyOf(new byte[] {'v', '=', '0'}));

    private static ASN1Sequence content(Body body) {
        var info = ContentInfo.getInstance(body.octets().toArray());
        return ASN1Sequence.getInstance(info.getContent());
    }

    private static int version(ASN1Sequence structure) {
        return ASN1Integer.getInstance(structure.getObjectAt(0)).intValueExact();
    }

    /// `kari` is tagged with 1, `ktri` is not tagged.
    private static List<Integer> recipients(ASN1Sequence enveloped) {
        var found = new ArrayList<Integer>();
        for (var info : ASN1Set.getInstance(enveloped.getObjectAt(1))) {
            found.add(
                    version(
                            info instanceof ASN1TaggedObject tagged
                                    ? ASN1Sequence.getInstance(tagged, false)
                                    : ASN1Sequence.getInstance(info)));
        }
        return found.stream().sorted().toList();
    }

    /// Version 0 where all recipients are `ktri` and named by issuer and serial.
    @ParameterizedTest
    @CsvSource({"gw-rsa, 0, 0", "gw-ec, 2, 3", "gw-p384 gw-rsa, 2, 0 3"})
    void envelopes(String readers, int enveloped, String infos) {
        var certificates = Arrays.stream(readers.split(" ")).map(CmsFixtures::certificate).toList();
        var expected = Arrays.stream(infos.split(" ")).map(Integer::valueOf).toList();
        var maker = new EnvelopeMaker(CmsFixtures.PROVIDER);

        var sealed = content(maker.enveloped(SDP, certificates));
        var authentic = content(maker.authEnveloped(SDP, certificates));

        assertEquals(enveloped, version(sealed));
        assertEquals(expected, recipients(sealed));
        assertEquals(0, version(authentic), "AuthEnvelopedData is version 0 whoever reads it");
        assertEquals(expected, recipients(authentic));
    }

    /// Signers are named by issuer and serial, and the content is id-data: 1 and 1.
    @Test
    void signatures() {
        var maker = new SignatureMaker(CmsFixtures.pair("alice-ec"), CmsFixtures.PROVIDER);
        var signed = content(maker.opaque(SDP));
        var signer = ASN1Set.getInstance(signed.getObjectAt(signed.size() - 1)).getObjectAt(0);
        assertEquals(1, version(signed));
        assertEquals(1, version(ASN1Sequence.getInstance(signer)));
    }
}
