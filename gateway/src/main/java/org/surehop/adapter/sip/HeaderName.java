package org.surehop.adapter.sip;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The header names that the edge treats specially, and what it does with each. One canonical view:
/// a name is looked up after its compact form, its case and the blanks before its colon are gone,
/// so that `Proxy-Require : e2e-sec` is the same header as `Proxy-Require: e2e-sec`.
enum HeaderName {
    VIA("Via", Kind.LIST),
    FROM("From", Kind.ONCE),
    TO("To", Kind.ONCE),
    CALL_ID("Call-ID", Kind.ONCE),
    CSEQ("CSeq", Kind.ONCE),
    MAX_FORWARDS("Max-Forwards", Kind.ONCE),
    ROUTE("Route", Kind.LIST),
    RECORD_ROUTE("Record-Route", Kind.LIST),
    CONTACT("Contact", Kind.LIST),
    REQUIRE("Require", Kind.LIST),
    PROXY_REQUIRE("Proxy-Require", Kind.LIST),
    SUPPORTED("Supported", Kind.LIST),
    CONTENT_LENGTH("Content-Length", Kind.ONCE),
    BODY("", Kind.BODY),
    ONCE("", Kind.ONCE),
    OTHER("", Kind.OTHER);

    /// How often a header may stand in a message and where it goes.
    enum Kind {
        LIST,
        ONCE,
        BODY,
        OTHER
    }

    private static final Map<String, HeaderName> BY_NAME = new HashMap<>();

    /// Compact forms (RFC 3261 §7.3.3 and the registry of header fields).
    private static final Map<String, String> COMPACT =
            Map.ofEntries(
                    Map.entry("v", "Via"),
                    Map.entry("f", "From"),
                    Map.entry("t", "To"),
                    Map.entry("i", "Call-ID"),
                    Map.entry("m", "Contact"),
                    Map.entry("k", "Supported"),
                    Map.entry("l", "Content-Length"),
                    Map.entry("c", "Content-Type"),
                    Map.entry("e", "Content-Encoding"),
                    Map.entry("s", "Subject"),
                    Map.entry("o", "Event"),
                    Map.entry("u", "Allow-Events"),
                    Map.entry("r", "Refer-To"),
                    Map.entry("b", "Referred-By"),
                    Map.entry("x", "Session-Expires"),
                    Map.entry("a", "Accept-Contact"),
                    Map.entry("j", "Reject-Contact"),
                    Map.entry("d", "Request-Disposition"),
                    Map.entry("y", "Identity"),
                    Map.entry("n", "Identity-Info"));

    static {
        for (var name : values()) {
            if (!name.text.isEmpty()) {
                BY_NAME.put(name.text.toLowerCase(Locale.ROOT), name);
            }
        }
        for (var body :
                Set.of(
                        "content-type",
                        "content-disposition",
                        "content-id",
                        "content-transfer-encoding",
                        "content-encoding",
                        "content-language",
                        "mime-version")) {
            BY_NAME.put(body, BODY);
        }
        // Two of these would let two elements read two different messages.
        for (var once :
                Set.of(
                        "expires",
                        "min-expires",
                        "date",
                        "event",
                        "subscription-state",
                        "session-expires",
                        "min-se",
                        "refer-to",
                        "referred-by",
                        "replaces",
                        "rseq",
                        "rack",
                        "max-breadth",
                        "subject",
                        "timestamp",
                        "retry-after",
                        "sip-etag",
                        "sip-if-match")) {
            BY_NAME.put(once, ONCE);
        }
    }

    private final String text;
    private final Kind kind;

    HeaderName(String text, Kind kind) {
        this.text = text;
        this.kind = kind;
    }

    String text() {
        return text;
    }

    Kind kind() {
        return kind;
    }

    /// The long form of a compact name; any other name as it is.
    static String expand(String name) {
        if (name.length() != 1) {
            return name;
        }
        return COMPACT.getOrDefault(name.toLowerCase(Locale.ROOT), name);
    }

    /// What a (long) name stands for.
    static HeaderName of(String name) {
        return BY_NAME.getOrDefault(name.toLowerCase(Locale.ROOT), OTHER);
    }
}
