package org.surehop.core.disclosure;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.surehop.core.sip.Body;

/// Whether a body carries, signed and visible, a copy of SIP headers that an `anchored` leg changes
/// (POL-73): a `message/sip` tunnel (RFC 3261 §23.4), a `message/sipfrag` (RFC 3420) or an AIB
/// (RFC 3893) with a Contact. Its reader would take the new Contact for an attack. What is
/// encrypted cannot be seen and passes.
public final class SignedHeaders {
    private static final Pattern COPY =
            Pattern.compile(
                    "content-type[ \t]*:[ \t]*message/(?:sip|sipfrag)(?![\\w.+-])",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern CONTACT =
            Pattern.compile("\n(?:contact|m)[ \t]*:", Pattern.CASE_INSENSITIVE);

    private SignedHeaders() {}

    /// Whether the body holds such a copy with a Contact. The work grows with the body alone, which
    /// has a limit.
    public static boolean holdContact(Body body) {
        return hold(body, true);
    }

    /// Whether the body holds a signed copy of any headers (D10b).
    public static boolean hold(Body body) {
        return hold(body, false);
    }

    private static boolean hold(Body body, boolean withContact) {
        var opaque = body.mediaType().endsWith("pkcs7-mime");
        if (!opaque && !body.mediaType().startsWith("multipart/")) {
            return false;
        }
        var octets = new String(body.octets().toArray(), StandardCharsets.ISO_8859_1);
        var text = octets.replace("\r\n", "\n");
        if (!opaque && !signed(body, text)) {
            return false;
        }
        var copy = COPY.matcher(text);
        while (copy.find()) {
            var contact = !withContact || contactAfter(text, copy.end());
            if (contact && (opaque || startsPart(text, copy.start()))) {
                return true;
            }
        }
        return false;
    }

    /// A signature somewhere: on the whole, or on a part of it.
    private static boolean signed(Body body, String text) {
        return body.mediaType().equals("multipart/signed")
                || text.toLowerCase(java.util.Locale.ROOT).contains("multipart/signed");
    }

    /// Whether that place is in the header rows after a boundary line, not in somebody's text.
    private static boolean startsPart(String text, int at) {
        var boundary = text.startsWith("--") ? 0 : -1;
        var last = Math.max(boundary, text.lastIndexOf("\n--", at));
        if (last < 0) {
            return false;
        }
        var end = text.indexOf('\n', last + 1);
        var rows = end < 0 ? -1 : text.indexOf("\n\n", end);
        return end >= 0 && end < at && (rows < 0 || rows > at);
    }

    private static boolean contactAfter(String text, int from) {
        var next = text.indexOf("\n--", from);
        var part = text.substring(from, next < 0 ? text.length() : next);
        return CONTACT.matcher(part).find();
    }
}
