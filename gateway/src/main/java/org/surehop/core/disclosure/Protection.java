package org.surehop.core.disclosure;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.SipUri;

/// How a body is protected end to end, as far as it shows. Pure.
public final class Protection {
    private static final Set<String> SMIME =
            Set.of("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/signed");

    private Protection() {}

    /// Whether the type of the body says that it is protected.
    public static boolean shown(Body body) {
        return SMIME.contains(body.mediaType());
    }

    /// Whether only a look inside could tell.
    public static boolean open(Body body) {
        return !shown(body) && body.mediaType().startsWith("multipart/");
    }

    /// Whether anything in the body was encrypted or signed, for whomever and however well.
    public static boolean found(BodyFacts facts) {
        return !facts.obstacles().isEmpty()
                || facts.parts().stream().anyMatch(p -> p.encrypted() || !p.signers().isEmpty());
    }

    /// Who signed what the body is about, the session description or, without one, any part but a
    /// copy of headers, which others may vouch for; only a signature that holds counts.
    public static Optional<SignerFacts> signer(BodyFacts facts) {
        var sessions = facts.parts().stream().filter(DisclosedPart::describesSession).toList();
        var told = sessions.isEmpty() ? facts.parts() : sessions;
        return told.stream()
                .filter(p -> !p.mediaType().equals("message/sipfrag"))
                .map(DisclosedPart::signers)
                .filter(Protection::valid)
                .findFirst()
                .map(List::getFirst);
    }

    private static boolean valid(List<SignerFacts> signers) {
        return !signers.isEmpty()
                && signers.stream().allMatch(s -> s.status() == SignerFacts.Status.VALID);
    }

    /// Whether the certificate speaks for that address of record.
    public static boolean speaksFor(SignerFacts signer, SipUri user) {
        return SignerName.matches(signer, user);
    }
}
