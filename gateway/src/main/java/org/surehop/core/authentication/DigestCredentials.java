package org.surehop.core.authentication;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.config.Authentication.Algorithm;
import org.surehop.core.config.Authentication.Qop;

/// One row of `Authorization` or `Proxy-Authorization` with the scheme `Digest` (RFC 7616 §3.4).
/// Names are lower case, values without their quotation marks.
public record DigestCredentials(Map<String, String> parameters, boolean wellFormed) {
    private static final int MOST = 32;

    public DigestCredentials {
        parameters = Map.copyOf(parameters);
    }

    /// Empty when it is another scheme. What stands twice or breaks off makes the row ill-formed;
    /// what was read before that is still given, so that its realm is known.
    public static Optional<DigestCredentials> parse(String row) {
        var text = row.strip();
        if (!text.regionMatches(true, 0, "Digest ", 0, 7)) {
            return Optional.empty();
        }
        var scan = new Scan(text, 7);
        var found = new HashMap<String, String>();
        var good = scan.into(found);
        return Optional.of(new DigestCredentials(found, good));
    }

    /// Reads `name=value` pairs from left to right.
    private static final class Scan {
        private final String text;
        private int at;

        Scan(String text, int at) {
            this.text = text;
            this.at = at;
        }

        boolean into(Map<String, String> found) {
            while (found.size() < MOST) {
                var name = token().toLowerCase(Locale.ROOT);
                if (name.isEmpty() || !take('=')) {
                    return false;
                }
                var value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
                if (found.putIfAbsent(name, value) != null) {
                    return false;
                }
                space();
                if (at >= text.length()) {
                    return true;
                }
                if (!take(',')) {
                    return false;
                }
            }
            return false;
        }

        private String token() {
            space();
            var start = at;
            while (at < text.length() && " \t=,\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private String quoted() {
            var value = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            at++;
            return value.toString();
        }

        private boolean take(char wanted) {
            space();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                space();
                return true;
            }
            return false;
        }

        private void space() {
            while (at < text.length() && " \t".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }
    }

    String value(String name) {
        return parameters.getOrDefault(name, "");
    }

    public boolean of(String realm) {
        return value("realm").equals(realm);
    }

    /// Absent means MD5 (RFC 7616 §3.4).
    Optional<Algorithm> algorithm() {
        var name = parameters.getOrDefault("algorithm", "MD5");
        return java.util.Arrays.stream(Algorithm.values())
                .filter(a -> a.wireName().equalsIgnoreCase(name))
                .findFirst();
    }

    Optional<Qop> qop() {
        return java.util.Arrays.stream(Qop.values())
                .filter(q -> q.wireName().equalsIgnoreCase(value("qop")))
                .findFirst();
    }

    /// Eight hexadecimal digits; 0 when there are others.
    long count() {
        var digits = value("nc");
        return digits.matches("[0-9a-fA-F]{8}") ? Long.parseLong(digits, 16) : 0;
    }

    /// Never the response, nor who sends it.
    @Override
    public String toString() {
        return "DigestCredentials[" + parameters.keySet() + "]";
    }
}
