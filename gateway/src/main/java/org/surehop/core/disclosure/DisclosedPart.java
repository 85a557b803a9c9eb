package org.surehop.core.disclosure;

import java.util.List;
import java.util.Set;
import org.surehop.core.sip.Octets;

/// One readable leaf of a body: its media type (lower case), `Content-ID` without angle brackets
/// (empty when none), octets, the signatures that cover it (outermost first) and whether it came
/// out of an encrypted layer. `malleable` marks what came out of a layer without a MAC (AES-CBC)
/// and is covered by no signature: a stranger may have bent it (EFAIL). `disposition` is what its
/// `Content-Disposition` says first, in lower case, or empty; `optional` that it may be left
/// unread (`handling=optional`, RFC 3204 §6).
public record DisclosedPart(
        String mediaType,
        String contentId,
        Octets octets,
        List<SignerFacts> signers,
        boolean encrypted,
        boolean malleable,
        String disposition,
        boolean optional) {
    /// What an SDP that describes the session says of its use: nothing (RFC 3261 §20.11), that, or
    /// what mailers say of every part. Another one, `by-reference` (RFC 5621 §5) or of an
    /// `early-session` (RFC 3959), is not what the callee answers.
    private static final Set<String> USES = Set.of("", "session", "attachment");

    public DisclosedPart {
        signers = List.copyOf(signers);
    }

    /// A part that must be read.
    public DisclosedPart(
            String mediaType,
            String contentId,
            Octets octets,
            List<SignerFacts> signers,
            boolean encrypted,
            boolean malleable,
            String disposition) {
        this(mediaType, contentId, octets, signers, encrypted, malleable, disposition, false);
    }

    /// Whether it is the offer or the answer of the message, and not something else in SDP.
    public boolean describesSession() {
        return mediaType.equals("application/sdp") && USES.contains(disposition);
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
