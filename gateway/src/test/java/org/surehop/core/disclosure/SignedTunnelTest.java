package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.disclosure.SignedTunnel.Finding;
import org.surehop.core.disclosure.SignedTunnel.Outer;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// SM-7: which differences between a signed copy and its message are an attack, and which are not.
class SignedTunnelTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final String COPY =
            """
            INVITE sip:bob@b.example SIP/2.0
            Via: SIP/2.0/TLS ua.a.example;branch=z9hG4bK1
            Max-Forwards: 70
            From: "Alice" <sip:alice@a.example>;tag=1
            To: <sip:bob@b.example>
            Call-ID: one@a.example
            CSeq: 1 INVITE
            Contact: <sip:alice@192.0.2.1:5061;transport=tls>
            Date: Fri, 01 May 2026 12:00:00 GMT
            Require: e2e-sec, timer
            Allow: INVITE, ACK, BYE
            Subject: of this, and that
            Content-Type: application/sdp
            Content-Length: 100
            Session-Expires: 1800
            """;
    private static final String MESSAGE =
            """
            From: Alice <sip:alice@A.example>;tag=1
            To: "Bob" <sip:bob@b.example>
            Call-ID: one@a.example
            CSeq: 1  INVITE
            Contact: <sip:alice@192.0.2.1:5061;transport=TLS>
            Date: Fri, 01 May 2026 12:00:00 GMT
            Require: timer
            Require: e2e-sec
            Allow: BYE,INVITE , ACK
            Subject: of this,  and that
            Content-Type: multipart/signed; boundary=x
            Session-Expires: 90
            Proxy-Inspect-Body: gw.example;cid="a@b"
            """;

    private static Outer outer(String start, String rows) {
        var all = rows.lines().map(l -> l.split(": ", 2)).map(l -> new Header(l[0], l[1])).toList();
        return new Outer(start, all, true);
    }

    private static Finding found(String copy, Outer outer, boolean encrypted, Status... status) {
        var signers =
                java.util.Arrays.stream(status)
                        .map(s -> new SignerFacts(List.of(), "ab", s, Optional.empty()))
                        .toList();
        var octets = Octets.copyOf(copy.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        var part = new DisclosedPart("message/sip", "", octets, signers, encrypted);
        var all = SignedTunnel.compare(new BodyFacts(List.of(part), Set.of()), outer, NOW);
        assertEquals(signers.isEmpty() ? 0 : 1, all.size());
        return all.isEmpty() ? new Finding(List.of("nothing"), false) : all.getFirst();
    }

    private static List<String> differs(String copy, String message) {
        return found(copy, outer("INVITE", message), false, Status.VALID).differs();
    }

    @Test
    void whatMeansTheSameIsTheSame() {
        assertEquals(List.of(), differs(COPY, MESSAGE));
    }

    // A proxy may change these (RFC 3261 §23.4.1.1); extensions and the rows of the body are free.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Via: SIP/2.0/TLS p.example;branch=z9hG4bK2",
                "Max-Forwards: 68",
                "Record-Route: <sip:p.example;lr>",
                "Route: <sip:q.example;lr>",
                "Proxy-Authorization: Digest username=\"alice\"",
                "Content-Length: 1000",
                "Content-Disposition: session",
                "MIME-Version: 1.0",
                "Hop-Record: <sip:p.example>"
            })
    void whatAProxyMayChangeIsNoDifference(String row) {
        var inner = COPY + row.replaceFirst(": .*", ": something") + "\n";
        assertEquals(List.of(), differs(inner, MESSAGE + row + "\n"));
        assertEquals(List.of(), differs(inner, MESSAGE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice@A.example | eve@a.example | From",
                ";tag=1 | ;tag=2 | From",
                "bob@b.example | carol@b.example | To",
                "one@a.example | two@a.example | Call-ID",
                "1  INVITE | 2 INVITE | CSeq",
                "192.0.2.1 | 192.0.2.2 | Contact",
                "12:00:00 | 12:00:01 | Date",
                "Require: timer | X: timer | Require",
                "Require: timer | Require: timer, other | Require",
                "BYE,INVITE | BYE | Allow",
                "of this | of that | Subject",
                "Subject | X-Subject | Subject"
            })
    void namesWhatSomebodyHasChanged(String was, String is, String header) {
        assertTrue(MESSAGE.contains(was), was);
        assertEquals(List.of(header), differs(COPY, MESSAGE.replace(was, is)));
    }

    @Test
    void theMethodAndTheStatusAreCompared() {
        assertEquals(
                List.of("start-line"),
                found(COPY, outer("UPDATE", MESSAGE), false, Status.VALID).differs());
        var answer = COPY.replaceFirst("INVITE sip:bob@b.example SIP/2.0", "SIP/2.0 200 OK");
        assertEquals(
                List.of(), found(answer, outer("200", MESSAGE), false, Status.VALID).differs());
        assertEquals(
                List.of("start-line"),
                found(answer, outer("180", MESSAGE), false, Status.VALID).differs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"From", "To", "Call-ID", "CSeq"})
    void aCopyThatCouldBeOfAnyMessageIsNone(String name) {
        assertEquals(List.of(name), differs(COPY.replace("\n" + name, "\nX-" + name), MESSAGE));
    }

    @Test
    void compactNamesAndFoldedRowsAreReadLikeOthers() {
        var copy =
                COPY.replace("From:", "f:")
                        .replace("To:", "t:")
                        .replace("Call-ID:", "i:")
                        .replace("Contact:", "m:")
                        .replace("Subject:", "s:")
                        .replace("Require: e2e-sec,", "Require: e2e-sec,\n ");
        assertEquals(List.of(), differs(copy, MESSAGE));
        assertEquals(List.of("Subject"), differs(copy, MESSAGE.replace("of this", "of that")));
    }

    /// SM-7b: such rows may stand inside alone, and the From inside is the true one.
    @Test
    void anEncryptedCopyMaySayMoreAndOtherThings() {
        var message =
                MESSAGE.replace("of this", "of nothing")
                        .replace("Require: e2e-sec\n", "")
                        .replace("Alice <sip:alice@A.example>", "<sip:anonymous@a.example>");
        var outer = outer("INVITE", message);
        assertEquals(List.of(), found(COPY, outer, true, Status.VALID).differs());
        assertEquals(
                List.of("From", "Require", "Subject"),
                found(COPY, outer, false, Status.VALID).differs());
        var other = outer("INVITE", message.replace("tag=1", "tag=2").replace("0.2.1", "0.2.2"));
        assertEquals(List.of("From", "Contact"), found(COPY, other, true, Status.VALID).differs());
    }

    @Test
    void anUnsignedCopyVouchesForNothing() {
        assertEquals(List.of("nothing"), found(COPY, outer("BYE", MESSAGE), false).differs());
    }

    @Test
    void aForgedSignatureIsADifference() {
        var outer = outer("INVITE", MESSAGE);
        assertEquals(
                List.of("signature"),
                found(COPY, outer, false, Status.DIGEST_OR_SIGNATURE_WRONG).differs());
    }

    @Test
    void warnsOfClocksAnHourApartAndNoLess() {
        for (var time : List.of("11:00:00", "13:00:00")) {
            var copy = COPY.replace("12:00:00", time);
            var outer = outer("INVITE", MESSAGE.replace("12:00:00", time));
            assertEquals(new Finding(List.of(), true), found(copy, outer, false, Status.VALID));
        }
        for (var time : List.of("11:00:01", "12:59:59")) {
            var copy = COPY.replace("12:00:00", time);
            var outer = outer("INVITE", MESSAGE.replace("12:00:00", time));
            assertEquals(new Finding(List.of(), false), found(copy, outer, false, Status.VALID));
        }
    }

    @Test
    void aDateInsideAloneIsNoDifference() {
        assertEquals(List.of(), differs(COPY, MESSAGE.replaceAll("Date: .*\n", "")));
    }

    /// The answer came in an earlier response: only what both share can be compared.
    @Test
    void ofAnEarlierResponseOnlyTheDialogIsCompared() {
        var answer = COPY.replaceFirst("INVITE sip:bob@b.example SIP/2.0", "SIP/2.0 183 Ringing");
        var rows = outer("", MESSAGE.replace("of this", "of that")).rows();
        var outer = new Outer("", rows, false);
        assertEquals(List.of(), found(answer, outer, false, Status.VALID).differs());
    }
}
