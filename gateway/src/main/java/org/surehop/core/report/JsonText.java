package org.surehop.core.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the JSON that [Json] writes: maps, lists, strings, `Long`, booleans, null. Anything else,
/// nesting over 32 and text after the value is refused.
public final class JsonText {
    private static final int MAX_DEPTH = 32;

    private final String text;
    private int at;
    private int depth;

    private JsonText(String text) {
        this.text = text;
    }

    /// Throws `IllegalArgumentException` with the place of the fault.
    public static @Nullable Object read(String text) {
        var reader = new JsonText(text);
        var value = reader.value();
        reader.space();
        if (reader.at != text.length()) {
            throw reader.fault("the end");
        }
        return value;
    }

    /// An object whose values are all strings or numbers, as text.
    public static Map<String, String> strings(String text) {
        if (!(read(text) instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("expected a JSON object");
        }
        var strings = new LinkedHashMap<String, String>();
        map.forEach((key, value) -> strings.put(String.valueOf(key), String.valueOf(value)));
        return strings;
    }

    private @Nullable Object value() {
        space();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object() {
        var map = new LinkedHashMap<String, @Nullable Object>();
        deeper();
        at++;
        space();
        while (peek() != '}') {
            if (!map.isEmpty()) {
                expect(',');
                space();
            }
            var key = string();
            space();
            expect(':');
            map.put(key, value());
            space();
        }
        at++;
        depth--;
        return map;
    }

    private List<@Nullable Object> array() {
        var list = new ArrayList<@Nullable Object>();
        deeper();
        at++;
        space();
        while (peek() != ']') {
            if (!list.isEmpty()) {
                expect(',');
            }
            list.add(value());
            space();
        }
        at++;
        depth--;
        return list;
    }

    private String string() {
        expect('"');
        var out = new StringBuilder();
        while (peek() != '"') {
            var c = text.charAt(at++);
            out.append(c == '\\' ? escaped() : c);
        }
        at++;
        return out.toString();
    }

    private char escaped() {
        var c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw fault("an escape");
        };
    }

    private char hex() {
        if (at + 4 > text.length()) {
            throw fault("four hexadecimal digits");
        }
        var code = Integer.parseInt(text, at, at + 4, 16);
        at += 4;
        return (char) code;
    }

    private Long number() {
        var start = at;
        if (peek() == '-') {
            at++;
        }
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw fault("a value");
        }
        return Long.valueOf(text.substring(start, at));
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw fault(word);
        }
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) {
            throw fault("less nesting");
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw fault("more text");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw fault("'" + c + "'");
        }
        at++;
    }

    private IllegalArgumentException fault(String expected) {
        return new IllegalArgumentException("JSON: expected " + expected + " at character " + at);
    }
}
