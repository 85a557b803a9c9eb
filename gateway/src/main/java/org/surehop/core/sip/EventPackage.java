package org.surehop.core.sip;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// An `Event` header: the package and its parameters (RFC 6665 §8.2.1, §8.4). Names are lower
/// case; a value that was quoted is here without quotes and backslashes.
public record EventPackage(String name, Map<String, String> parameters) {
    private static final int MOST_PARAMETERS = 16;

    public EventPackage {
        name = name.toLowerCase(Locale.ROOT);
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    public Optional<String> parameter(String key) {
        return Optional.ofNullable(parameters.get(key));
    }

    /// Empty when the text is no `Event` header, or has a parameter twice or too many.
    public static Optional<EventPackage> parse(String text) {
        var parts = new Parts(text);
        var name = parts.word();
        var parameters = new LinkedHashMap<String, String>();
        while (parts.next(';')) {
            var key = parts.word().toLowerCase(Locale.ROOT);
            var value = parts.next('=') ? parts.value() : Optional.of("");
            var again = value.map(v -> parameters.putIfAbsent(key, v) != null).orElse(true);
            if (key.isEmpty() || again || parameters.size() > MOST_PARAMETERS) {
                return Optional.empty();
            }
        }
        return name.isEmpty() || !parts.atEnd()
                ? Optional.empty()
                : Optional.of(new EventPackage(name, parameters));
    }

    /// The text and how far it has been read.
    private static final class Parts {
        private final String text;
        private int at;

        Parts(String text) {
            this.text = text;
        }

        private void space() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
        }

        boolean next(char wanted) {
            space();
            var there = at < text.length() && text.charAt(at) == wanted;
            at += there ? 1 : 0;
            return there;
        }

        boolean atEnd() {
            space();
            return at == text.length();
        }

        /// What stands before the next separator; may be empty.
        String word() {
            space();
            var start = at;
            while (at < text.length() && "; \t=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        Optional<String> value() {
            if (!next('"')) {
                return Optional.of(word()).filter(w -> !w.isEmpty());
            }
            var plain = new StringBuilder();
            for (; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\') {
                    at++;
                }
                if (at < text.length()) {
                    plain.append(text.charAt(at));
                }
            }
            return next('"') ? Optional.of(plain.toString()) : Optional.empty();
        }
    }
}
