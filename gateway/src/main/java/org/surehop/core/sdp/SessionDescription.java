package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.List;

/// What the gateway keeps of an offer or answer. Names, subject, codecs and keys are not kept.
/// `sessionId` and `version` are the digits of `o=`: an unchanged version means an unchanged
/// description (RFC 3264 §8). `media` stands in the order of the `m=` lines, refused ones
/// included. `keysInClear` says that a `k=` or `a=crypto` was seen: key material in the
/// gateway's copy (RFC 4568), which is reported and never kept. `bundles` are the BUNDLE groups
/// (RFC 9143), each the names of its sections in their order.
public record SessionDescription(
        String sessionId,
        String version,
        List<MediaDescription> media,
        boolean keysInClear,
        List<List<String>> bundles)
        implements SdpResult {
    public SessionDescription {
        media = List.copyOf(media);
        bundles = bundles.stream().map(List::copyOf).toList();
    }

    /// With the candidates of a fragment; refused when they are more than `limits` allow. What the
    /// fragment says of media that are not here is left out.
    public SdpResult with(SdpFragment fragment, SdpLimits limits) {
        var next = new ArrayList<MediaDescription>();
        for (var medium : media) {
            var grown = medium;
            for (var part : fragment.parts()) {
                if (part.mid().isEmpty() || part.mid().equals(medium.bundled().mid())) {
                    grown = grown.with(part.ice());
                }
            }
            next.add(grown);
        }
        int candidates = next.stream().mapToInt(m -> m.ice().candidates().size()).sum();
        return candidates > limits.candidates()
                ? new SdpProblem(
                        SdpProblem.Kind.TOO_MANY_CANDIDATES, 0, "more candidates than allowed")
                : new SessionDescription(sessionId, version, next, keysInClear, bundles);
    }
}
