package org.surehop.core.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON (RFC 8259) from maps, lists, strings, whole numbers, booleans and null. Control
/// characters, quotes and lone surrogates are escaped, so the text is always valid UTF-8 and never
/// carries a terminal sequence. Maps keep their order.
public final class Json {
    private Json() {}

    public static String write(@Nullable Object value) {
        var out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(@Nullable Object value, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> object(map, out);
            case List<?> list -> array(list, out);
            case Boolean flag -> out.append(flag.booleanValue());
            case Integer number -> out.append(number.intValue());
            case Long number -> out.append(number.longValue());
            case CharSequence text -> string(text, out);
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private static void object(Map<?, ?> map, StringBuilder out) {
        var between = "{";
        for (var entry : map.entrySet()) {
            out.append(between);
            string(String.valueOf(entry.getKey()), out);
            out.append(':');
            write(entry.getValue(), out);
            between = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
    }

    private static void array(List<?> list, StringBuilder out) {
        var between = "[";
        for (var element : list) {
            out.append(between);
            write(element, out);
            between = ",";
        }
        out.append(list.isEmpty() ? "[]" : "]");
    }

    private static void string(CharSequence text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else {
                character(c, out);
            }
        }
        out.append('"');
    }

    /// Control characters, lone surrogates, and what turns the writing direction of a terminal.
    private static boolean isUnseen(char c) {
        return c < 0x20
                || (c >= 0x7f && c < 0xa0)
                || Character.isSurrogate(c)
                || Character.getType(c) == Character.FORMAT
                || c == '\u2028'
                || c == '\u2029';
    }

    private static void character(char c, StringBuilder out) {
        if (c == '"' || c == '\\') {
            out.append('\\').append(c);
        } else if (isUnseen(c)) {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                out.append(Character.forDigit((c >> shift) & 15, 16));
            }
        } else {
            out.append(c);
        }
    }
}
