package org.surehop.core.sdp;

import java.util.ArrayList;
import java.util.List;

/// Cutting and reading the small texts inside a line.
final class SdpText {
    private SdpText() {}

    /// Cuts at every `separator`; two in a row give an empty part, which no reader accepts.
    static List<String> split(String text, char separator) {
        var parts = new ArrayList<String>();
        int start = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
            parts.add(text.substring(start, at));
            start = at + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }

    /// Reads plain digits, at most nine of them; -1 for anything else.
    static int number(String text) {
        boolean plain =
                !text.isEmpty()
                        && text.length() <= 9
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return plain ? Integer.parseInt(text) : -1;
    }

    static boolean isDigits(String text, int max) {
        return !text.isEmpty()
                && text.length() <= max
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static boolean isToken(String text) {
        return !text.isEmpty()
                && text.length() <= 32
                && text.chars().allMatch(SdpText::isTokenChar);
    }

    /// RFC 8866 §9 `token-char`.
    static boolean isTokenChar(int c) {
        return c > ' ' && c < 127 && "\"(),/:;<=>?@[\\]".indexOf(c) < 0;
    }
}
