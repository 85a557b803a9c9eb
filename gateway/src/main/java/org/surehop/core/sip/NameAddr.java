package org.surehop.core.sip;

/// A `From`, `To`, `Contact`, `Route` or `Record-Route` value: verbatim text, its URI, and its
/// `tag` parameter (empty when there is none).
public record NameAddr(String text, SipUri uri, String tag) {

    public static NameAddr of(SipUri uri) {
        return new NameAddr("<" + uri.text() + ">", uri, "");
    }

    /// The same party with a tag added; the verbatim text grows by the parameter only.
    public NameAddr withTag(String newTag) {
        if (!tag.isEmpty()) {
            throw new IllegalStateException("the party has a tag already");
        }
        // A bare addr-spec cannot carry a header parameter safely (RFC 3261 §20.10).
        var base = text.contains("<") ? text : "<" + uri.text() + ">";
        return new NameAddr(base + ";tag=" + newTag, uri, newTag);
    }
}
