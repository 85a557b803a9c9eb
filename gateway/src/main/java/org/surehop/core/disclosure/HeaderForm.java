package org.surehop.core.disclosure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// Header rows in a form in which two that mean the same are equal (RFC 3261 §7.3.1, §20): rows of
/// one name together, without white space that says nothing, addresses by URI and tag, lists of
/// words without order and case. Linear in the length of the rows.
final class HeaderForm {
    private static final Set<String> ADDRESSES = Set.of("From", "To", "Contact", "Reply-To");
    private static final Set<String> WORDS =
            Set.of(
                    "Accept",
                    "Accept-Encoding",
                    "Accept-Language",
                    "Allow",
                    "Proxy-Require",
                    "Require",
                    "Supported",
                    "Unsupported");
    private static final String TAG = " tag=";

    private HeaderForm() {}

    static String of(String name, List<String> rows) {
        var values = rows.stream().flatMap(r -> values(r).stream()).toList();
        if (ADDRESSES.contains(name)) {
            return values.stream().map(HeaderForm::address).collect(Collectors.joining(","));
        }
        return WORDS.contains(name)
                ? values.stream()
                        .map(v -> v.replaceAll("\\s", "").toLowerCase(Locale.ROOT))
                        .sorted()
                        .distinct()
                        .collect(Collectors.joining(","))
                : values.stream()
                        .map(v -> v.replaceAll("\\s+", " "))
                        .collect(Collectors.joining(","));
    }

    /// The tag of an address in this form, or nothing.
    static String tag(String form) {
        var at = form.lastIndexOf(TAG);
        return at < 0 ? "" : form.substring(at + TAG.length());
    }

    /// The values of a row: what stands between commas that are in no quotes and no brackets.
    private static List<String> values(String row) {
        return split(row, ',').stream().map(String::strip).filter(v -> !v.isEmpty()).toList();
    }

    private static List<String> split(String text, char at) {
        var found = new ArrayList<String>();
        var begin = 0;
        var quoted = false;
        var bracketed = false;
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (quoted) {
                quoted = c != '"';
                i += c == '\\' ? 1 : 0;
            } else if (c == '"') {
                quoted = true;
            } else if (c == '<' || c == '>') {
                bracketed = c == '<';
            } else if (c == at && !bracketed) {
                found.add(text.substring(begin, i));
                begin = i + 1;
            }
        }
        found.add(text.substring(begin));
        return found;
    }

    /// URI and tag; a display name says nothing (§20.20), nor do parameters of the row besides.
    private static String address(String value) {
        var pieces = split(value, ';');
        var first = pieces.getFirst();
        var open = first.lastIndexOf('<');
        var close = first.indexOf('>', open + 1);
        var bracketed = open >= 0 && close > open;
        var uri = bracketed ? first.substring(open + 1, close) : first.strip();
        var tag =
                pieces.stream()
                        .skip(1)
                        .map(p -> p.split("=", 2))
                        .filter(p -> p.length == 2 && p[0].strip().equalsIgnoreCase("tag"))
                        .map(p -> TAG + p[1].strip())
                        .findFirst()
                        .orElse("");
        return uri(uri) + tag;
    }

    /// §19.1.4 as far as both were written by one hand: the user as it stands, all else without
    /// case, parameters without order.
    private static String uri(String text) {
        var colon = text.indexOf(':');
        var rest = text.substring(colon + 1);
        var end = 0;
        var sign = rest.indexOf('@');
        var user = rest.substring(0, sign + 1);
        var tail = rest.substring(sign + 1);
        while (end < tail.length() && ";?".indexOf(tail.charAt(end)) < 0) {
            end++;
        }
        var parameters = tail.substring(end).toLowerCase(Locale.ROOT).split("(?=[;?&])", -1);
        Arrays.sort(parameters);
        return text.substring(0, colon + 1).toLowerCase(Locale.ROOT)
                + user
                + tail.substring(0, end).toLowerCase(Locale.ROOT)
                + String.join("", parameters);
    }
}
