package org.surehop.adapter.sip;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The few lexical rules of RFC 3261 §25.1 that the edge applies itself, without regular
/// expressions and in one pass.
final class Syntax {
    private static final BitSet TOKEN = new BitSet(128);

    static {
        TOKEN.set('a', 'z' + 1);
        TOKEN.set('A', 'Z' + 1);
        TOKEN.set('0', '9' + 1);
        "-.!%*_+`'~".chars().forEach(TOKEN::set);
    }

    private Syntax() {}

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!TOKEN.get(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static boolean isTokenCharacter(char c) {
        return TOKEN.get(c);
    }

    static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /// A number of at most nine digits (leading zeros do not count), or -1.
    static long number(String text) {
        var from = 0;
        while (from < text.length() - 1 && text.charAt(from) == '0') {
            from++;
        }
        var digits = text.substring(from);
        return digits.length() > 10 || !isDigits(digits) ? -1 : Long.parseLong(digits);
    }

    /// All commas, quoted or not: the bound that is checked before anything is parsed.
    static int commas(String text) {
        var count = 0;
        for (int i = text.indexOf(','); i >= 0; i = text.indexOf(',', i + 1)) {
            count++;
        }
        return count;
    }

    /// The values of a comma-separated list, where commas in quotes or angle brackets do not count.
    static List<String> list(String text) {
        if (text.indexOf(',') < 0) {
            return List.of(text);
        }
        var parts = new ArrayList<String>();
        var from = 0;
        var quoted = false;
        var angle = false;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '\\' -> i += quoted ? 1 : 0;
                case '"' -> quoted = !quoted && !angle;
                case '<' -> angle = angle || !quoted;
                case '>' -> angle = angle && quoted;
                case ',' -> from = quoted || angle ? from : cut(parts, text, from, i);
                default -> {}
            }
        }
        parts.add(text.substring(from).strip());
        return parts;
    }

    private static int cut(List<String> parts, String text, int from, int to) {
        parts.add(text.substring(from, to).strip());
        return to + 1;
    }

    /// Whether the text can stand in one header line.
    static boolean oneLine(String text) {
        return text.indexOf('\r') < 0 && text.indexOf('\n') < 0 && text.indexOf('\0') < 0;
    }
}
