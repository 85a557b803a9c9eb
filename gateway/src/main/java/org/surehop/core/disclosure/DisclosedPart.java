package org.surehop.core.disclosure;

import java.util.List;
import org.surehop.core.sip.Octets;

/// One readable leaf of a body: its media type (lower case), `Content-ID` without angle brackets
/// (empty when none), octets, the signatures that cover it (outermost first) and whether it came
/// out of an encrypted layer.
public record DisclosedPart(
        String mediaType,
        String contentId,
        Octets octets,
        List<SignerFacts> signers,
        boolean encrypted) {
    public DisclosedPart {
        signers = List.copyOf(signers);
    }
}
