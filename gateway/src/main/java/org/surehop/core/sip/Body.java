package org.surehop.core.sip;

import java.util.List;

/// A message body as it travels: its describing headers (`Content-Type`, `Content-Disposition`,
/// `Content-ID`, `Content-Transfer-Encoding`, `MIME-Version`, ...) verbatim and its octets,
/// which are never changed on the way (SM-4).
public record Body(List<Header> headers, Octets octets) {
    public static final Body NONE = new Body(List.of(), Octets.NONE);

    public Body {
        headers = List.copyOf(headers);
    }

    /// The whole `Content-Type` value, or the empty string.
    public String contentType() {
        return Header.first(headers, "Content-Type").orElse("");
    }

    /// The lower-case media type without parameters and comments (RFC 2045 §5.1), or the empty
    /// string.
    public String mediaType() {
        return firstWord(contentType());
    }

    /// What `Content-Disposition` says first, in lower case, or the empty string.
    public String disposition() {
        return firstWord(Header.first(headers, "Content-Disposition").orElse(""));
    }

    private static String firstWord(String value) {
        var type = value.strip();
        var end = 0;
        while (end < type.length() && ";(".indexOf(type.charAt(end)) < 0) {
            end++;
        }
        return type.substring(0, end).strip().toLowerCase(java.util.Locale.ROOT);
    }

    public boolean isEmpty() {
        return octets.isEmpty();
    }
}
