package org.surehop.core.disclosure;

import java.util.List;
import org.surehop.core.sip.Octets;

/// One readable leaf of a body: its media type (lower case), `Content-ID` without angle brackets
/// (empty when none), octets, the signatures that cover it (outermost first) and whether it came
/// out of an encrypted layer. `malleable` marks what came out of a layer without a MAC (AES-CBC)
/// and is covered by no signature: a stranger may have bent it (EFAIL). `disposition` is what its
/// `Content-Disposition` says first, in lower case, or empty.
public record DisclosedPart(
        String mediaType,
        String contentId,
        Octets octets,
        List<SignerFacts> signers,
        boolean encrypted,
        boolean malleable,
        String disposition) {
    public DisclosedPart {
        signers = List.copyOf(signers);
    }

    /// A part that says nothing of its use.
    public DisclosedPart(
            String mediaType,
            String contentId,
            Octets octets,
            List<SignerFacts> signers,
            boolean encrypted,
            boolean malleable) {
        this(mediaType, contentId, octets, signers, encrypted, malleable, "");
    }

    /// A part whose integrity is not in question.
    public DisclosedPart(
            String mediaType,
            String contentId,
            Octets octets,
            List<SignerFacts> signers,
            boolean encrypted) {
        this(mediaType, contentId, octets, signers, encrypted, false);
    }
}
