package org.surehop.core.sip;

import java.util.Locale;
import java.util.Optional;

/// A `sip:` or `sips:` URI, taken apart once at the edge (RFC 3261 §19.1). `text` is the URI as it
/// came, without angle brackets, and is what is sent on. `port` 0 means that none was given. `host`
/// is lower case; an IPv6 reference keeps its brackets. `transport` is the lower-case `transport`
/// parameter or empty. Other schemes (`tel:`, `urn:`) have an empty host.
public record SipUri(
        String text, String scheme, String user, String host, int port, String transport) {
    public SipUri {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is 0 to 65535");
        }
        scheme = scheme.toLowerCase(Locale.ROOT);
        host = host.toLowerCase(Locale.ROOT);
        transport = transport.toLowerCase(Locale.ROOT);
    }

    /// A `sip:` URI of our own making; `port` 0 leaves it out.
    public static SipUri of(String user, String host, int port) {
        var text =
                "sip:" + (user.isEmpty() ? "" : user + "@") + host + (port == 0 ? "" : ":" + port);
        return new SipUri(text, "sip", user, host, port, "");
    }

    public boolean secure() {
        return scheme.equals("sips");
    }

    /// Whether this URI can be routed by SIP at all.
    public boolean routable() {
        return !host.isEmpty() && (scheme.equals("sip") || scheme.equals("sips"));
    }

    /// Whether it calls for help: `urn:service:sos` or a service below it (RFC 5031 §4.2).
    public boolean emergency() {
        var lower = text.toLowerCase(Locale.ROOT);
        return lower.equals("urn:service:sos") || lower.startsWith("urn:service:sos.");
    }

    public Optional<String> userPart() {
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    @Override
    public String toString() {
        return text;
    }
}
