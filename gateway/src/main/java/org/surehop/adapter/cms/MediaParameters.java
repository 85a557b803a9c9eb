package org.surehop.adapter.cms;

/// Parameters of a `Content-Type` value (RFC 2045 §5.1).
final class MediaParameters {
    private MediaParameters() {}

    /// The value of one parameter, unquoted, or the empty string. Twice the same is malformed.
    static String value(String contentType, String wanted) throws BodyFault {
        var found = "";
        var at = indexOrEnd(contentType, ';', 0);
        while (at < contentType.length()) {
            var equals = indexOrEnd(contentType, '=', at);
            if (equals == contentType.length()) {
                break;
            }
            var name = contentType.substring(at + 1, equals).strip();
            var start = skipSpace(contentType, equals + 1);
            var quoted = start < contentType.length() && contentType.charAt(start) == '"';
            var end = quoted ? closing(contentType, start) : indexOrEnd(contentType, ';', start);
            if (name.equalsIgnoreCase(wanted)) {
                if (!found.isEmpty()) {
                    throw BodyFault.malformed();
                }
                found =
                        quoted
                                ? contentType.substring(start + 1, end).replace("\\", "")
                                : contentType.substring(start, end).strip();
            }
            at = indexOrEnd(contentType, ';', end);
        }
        return found;
    }

    private static int closing(String text, int start) throws BodyFault {
        for (int i = start + 1; i < text.length(); i++) {
            if (text.charAt(i) == '\\') {
                i++;
            } else if (text.charAt(i) == '"') {
                return i;
            }
        }
        throw BodyFault.malformed();
    }

    private static int skipSpace(String text, int from) {
        var at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static int indexOrEnd(String text, char wanted, int from) {
        var at = text.indexOf(wanted, from);
        return at < 0 ? text.length() : at;
    }
}
