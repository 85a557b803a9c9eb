package org.surehop.core.disclosure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// What shows of the protection of a body.
class ProtectionTest {
    private static final Octets TEXT = Octets.copyOf(new byte[] {'x'});

    private static SignerFacts by(String print, Status status) {
        return new SignerFacts(List.of("sip:a@b"), print, status, Optional.empty());
    }

    private static DisclosedPart part(String type, SignerFacts... signers) {
        return new DisclosedPart(type, "", TEXT, List.of(signers), false);
    }

    private static Optional<String> signer(DisclosedPart... parts) {
        return Protection.signer(new BodyFacts(Arrays.asList(parts), Set.of()))
                .map(SignerFacts::fingerprint);
    }

    @ParameterizedTest
    @CsvSource({
        "application/pkcs7-mime;smime-type=enveloped-data, true, false",
        "application/X-PKCS7-mime, true, false",
        "multipart/signed;boundary=x, true, false",
        "multipart/mixed;boundary=x, false, true",
        "application/sdp, false, false"
    })
    void tellsByTheTypeWhatItCan(String type, boolean shown, boolean open) {
        var body = new Body(List.of(new Header("Content-Type", type)), TEXT);
        assertEquals(shown, Protection.shown(body));
        assertEquals(open, Protection.open(body));
    }

    @Test
    void findsProtectionInPartsAndInWhatCannotBeOpened() {
        var clear = part("application/sdp");
        var sealed = new DisclosedPart("application/sdp", "", TEXT, List.of(), true);
        assertEquals(false, Protection.found(new BodyFacts(List.of(clear), Set.of())));
        assertEquals(true, Protection.found(new BodyFacts(List.of(clear, sealed), Set.of())));
        var signed = part("text/plain", by("aa", Status.UNTRUSTED));
        assertEquals(true, Protection.found(new BodyFacts(List.of(signed), Set.of())));
        var others = Set.of(Obstacle.NOT_A_RECIPIENT);
        assertEquals(true, Protection.found(new BodyFacts(List.of(clear), others)));
    }

    /// A domain may sign the identity of its user (RFC 3893): the user's next body under the user's
    /// own certificate would have been told as a change.
    @Test
    void namesWhoSignedTheContentAndNotWhoSignedACopyOfTheHeaders() {
        var identity = part("message/sipfrag", by("domain", Status.VALID));
        var sdp = part("application/sdp", by("user", Status.VALID));
        var text = part("text/plain", by("user", Status.VALID));
        assertEquals(Optional.of("user"), signer(identity, sdp));
        assertEquals(Optional.of("user"), signer(identity, text));
        assertEquals(Optional.empty(), signer(identity));
        assertEquals(Optional.empty(), signer(identity, part("application/sdp")));
    }

    @Test
    void namesNobodyWhereOneSignatureIsInDoubt() {
        var good = by("aa", Status.VALID);
        assertEquals(Optional.of("aa"), signer(part("text/plain", good, by("b", Status.VALID))));
        assertEquals(Optional.empty(), signer(part("text/plain", good, by("b", Status.STALE))));
    }
}
