package org.surehop.adapter.cms;

import java.util.List;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;

/// Several MIME entities in one body (RFC 2046 §5.1.3), for user agents: the gateway makes none.
public final class MixedBody {
    private MixedBody() {}

    /// `multipart/mixed` of the parts in that order; `boundary` stands in none of them.
    public static Body of(List<Body> parts, String boundary) {
        return MimeText.multipart(
                "multipart/mixed", boundary, parts.stream().map(MimeText::bytes).toList());
    }

    /// The same entity, marked as one that a recipient who cannot use it passes over (RFC 3459,
    /// RFC 3261 §20.11).
    public static Body optional(Body part, String fileName) {
        var rows =
                part.headers().stream()
                        .map(
                                h ->
                                        h.is("Content-Disposition")
                                                ? new Header(
                                                        h.name(),
                                                        "attachment;handling=optional;filename=\""
                                                                + fileName
                                                                + "\"")
                                                : h)
                        .toList();
        return new Body(rows, part.octets());
    }
}
