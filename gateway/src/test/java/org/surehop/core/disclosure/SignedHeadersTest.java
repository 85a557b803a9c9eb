package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// POL-73: which bodies an anchored leg would turn into evidence of an attack.
class SignedHeadersTest {
    private static final String SIGNED = "multipart/signed; boundary=b1";

    @Test
    void seesASignedCopyWithAContact() {
        for (var type : List.of("message/sipfrag", "message/sip", "Message/SipFrag; charset=x")) {
            var text = part(type, "From: <sip:a@x>\r\nContact: <sip:a@192.0.2.1>\r\n");
            assertTrue(SignedHeaders.holdContact(body(SIGNED, text)), type);
        }
        var compact = part("message/sipfrag", "f: <sip:a@x>\r\nm: <sip:a@192.0.2.1>\r\n");
        assertTrue(SignedHeaders.holdContact(body(SIGNED, compact)));
    }

    @Test
    void seesItWithinAnotherMultipart() {
        var inner =
                "--b0\r\nContent-Type: multipart/signed; boundary=b1\r\n\r\n"
                        + part("message/sipfrag", "From: <sip:a@x>\r\nContact: <sip:a@y>\r\n")
                        + "--b0--\r\n";
        assertTrue(SignedHeaders.holdContact(body("multipart/mixed; boundary=b0", inner)));
    }

    @Test
    void seesItInOpaqueSignedData() {
        var der =
                "\u0030\u0082\u0001Content-Type: message/sipfrag\r\n\r\n"
                        + "To: <sip:b@y>\r\nm: <sip:a@y>\r\n";
        assertTrue(SignedHeaders.holdContact(body("application/pkcs7-mime", der)));
    }

    /// What stays as it came on an anchored leg (From, To, Call-ID, CSeq, Date) may be signed.
    @Test
    void letsACopyWithoutContactPass() {
        var text = part("message/sipfrag", "From: <sip:a@x>\r\nCall-ID: 1\r\nDate: now\r\n");
        assertFalse(SignedHeaders.holdContact(body(SIGNED, text)));
    }

    @Test
    void letsUnsignedCopiesAndTextThatSpeaksOfThemPass() {
        var fragment = "From: <sip:a@x>\r\nContact: <sip:a@y>\r\n";
        assertFalse(SignedHeaders.holdContact(body("message/sipfrag", fragment)));
        var mixed = part("message/sipfrag", fragment);
        assertFalse(SignedHeaders.holdContact(body("multipart/mixed; boundary=b1", mixed)));
        var spoken = part("text/plain", "Content-Type: message/sipfrag\r\nContact: me\r\n");
        assertFalse(SignedHeaders.holdContact(body(SIGNED, spoken)));
        var other = part("message/sipfragment", fragment);
        assertFalse(SignedHeaders.holdContact(body(SIGNED, other)));
        assertFalse(SignedHeaders.holdContact(Body.NONE));
    }

    private static String part(String type, String text) {
        return "--b1\r\nContent-Type: "
                + type
                + "\r\n\r\n"
                + text
                + "\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b1--\r\n";
    }

    private static Body body(String type, String text) {
        var octets = text.getBytes(StandardCharsets.ISO_8859_1);
        return new Body(List.of(new Header("Content-Type", type)), Octets.copyOf(octets));
    }
}
