package org.surehop.core.sdp;

import java.util.List;

/// What the gateway keeps of an offer or answer. Names, subject, codecs and keys are not kept.
/// `sessionId` and `version` are the digits of `o=`: an unchanged version means an unchanged
/// description (RFC 3264 §8). `media` stands in the order of the `m=` lines, refused ones
/// included. `keysInClear` says that a `k=` or `a=crypto` was seen: key material in the
/// gateway's copy (RFC 4568), which is reported and never kept.
public record SessionDescription(
        String sessionId, String version, List<MediaDescription> media, boolean keysInClear)
        implements SdpResult {
    public SessionDescription {
        media = List.copyOf(media);
    }
}
