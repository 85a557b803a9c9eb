package org.surehop.app;

/// Text that came from the network, made fit for a terminal: control characters, escape sequences,
/// line breaks and characters that turn the writing direction are shown by their number instead.
final class Screen {
    private Screen() {}

    static String safe(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> append(c, out));
        return out.toString();
    }

    private static void append(int c, StringBuilder out) {
        var kind = Character.getType(c);
        var shown =
                kind != Character.CONTROL
                        && kind != Character.FORMAT
                        && kind != Character.SURROGATE
                        && kind != Character.PRIVATE_USE
                        && kind != Character.UNASSIGNED
                        && kind != Character.LINE_SEPARATOR
                        && kind != Character.PARAGRAPH_SEPARATOR;
        if (shown) {
            out.appendCodePoint(c);
        } else {
            out.append("\\u{").append(Integer.toHexString(c)).append('}');
        }
    }

    /// The text in at most `width` characters; what was cut shows as two points.
    static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 2)) + "..";
    }
}
