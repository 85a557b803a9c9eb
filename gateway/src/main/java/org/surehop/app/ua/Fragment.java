package org.surehop.app.ua;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Request;

/// A `message/sipfrag` (RFC 3420) that tells the callee, hidden from everybody on the path,
/// that the caller began over TLS and asked for it to stay so (POL-70): a copy of some headers
/// of the INVITE, by their lower-case names.
record Fragment(Map<String, String> rows) {
    static final String MEDIA_TYPE = "message/sipfrag";

    private static final DateTimeFormatter SIP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
    private static final Map<String, String> LONG =
            Map.of("f", "from", "t", "to", "i", "call-id", "m", "contact");
    private static final int MOST_OCTETS = 16 * 1024;
    private static final int MOST_ROWS = 64;

    Fragment {
        rows = Map.copyOf(rows);
    }

    /// What the caller says of its INVITE.
    static Octets of(Request invite) {
        var rows = new ArrayList<String>();
        rows.add("From: " + invite.from().text());
        rows.add("To: " + invite.to().text());
        rows.add("Call-ID: " + invite.callId().value());
        rows.add("CSeq: " + invite.cseq().number() + " " + invite.cseq().method().name());
        invite.header("Date").ifPresent(date -> rows.add("Date: " + date));
        invite.contact().ifPresent(contact -> rows.add("Contact: " + contact.text()));
        rows.add("Require: " + String.join(", ", invite.require()));
        rows.add("Proxy-Require: " + String.join(", ", invite.proxyRequire()));
        var text = String.join("\r\n", rows) + "\r\n";
        return Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
    }

    /// A `Date` (RFC 3261 §20.17).
    static String date(Instant at) {
        return SIP_DATE.format(at.atZone(ZoneOffset.UTC));
    }

    /// Reads one; empty for what is none, or says one thing twice.
    static Optional<Fragment> parse(Octets octets) {
        if (octets.length() > MOST_OCTETS) {
            return Optional.empty();
        }
        var text = new String(octets.toArray(), StandardCharsets.UTF_8);
        var unfolded = text.replace("\r\n", "\n").replaceAll("\n[ \t]+", " ");
        var found = new LinkedHashMap<String, String>();
        for (var line : unfolded.split("\n", MOST_ROWS + 1)) {
            if (line.isBlank()) {
                break;
            }
            var colon = line.indexOf(':');
            // A start line may come first (RFC 3420 §2): it is no header.
            if (found.isEmpty() && (colon < 1 || line.substring(0, colon).contains(" "))) {
                continue;
            }
            if (colon < 1) {
                return Optional.empty();
            }
            var name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            var value = line.substring(colon + 1).strip();
            var full = LONG.getOrDefault(name, name);
            if (full.endsWith("require") && found.containsKey(full)) {
                found.merge(full, value, (a, b) -> a + ", " + b);
            } else if (found.put(full, value) != null) {
                return Optional.empty();
            }
        }
        return found.containsKey("call-id") && found.containsKey("from")
                ? Optional.of(new Fragment(found))
                : Optional.empty();
    }

    String row(String name) {
        return rows.getOrDefault(name, "");
    }

    /// Whether its sender asked for that extension.
    boolean asked(String tag) {
        return OptionTags.contains(tags("require"), tag)
                || OptionTags.contains(tags("proxy-require"), tag);
    }

    private List<String> tags(String name) {
        return List.of(row(name).strip().split("\\s*,\\s*"));
    }

    /// When it was made; empty when it does not say so.
    Optional<Instant> date() {
        try {
            return Optional.of(
                    ZonedDateTime.parse(row("date"), SIP_DATE.withZone(ZoneOffset.UTC))
                            .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// The headers that came otherwise than they were signed (RFC 3420 §5), each with both values.
    List<String> differences(Request outer) {
        var lines = new ArrayList<String>();
        differ(lines, "From", address(row("from")), address(outer.from().text()));
        differ(lines, "To", address(row("to")), address(outer.to().text()));
        differ(lines, "Call-ID", row("call-id"), outer.callId().value());
        var cseq = outer.cseq().number() + " " + outer.cseq().method().name();
        differ(lines, "CSeq", row("cseq").replaceAll("\\s+", " "), cseq);
        differ(lines, "Date", row("date"), outer.header("Date").orElse(""));
        var contact = outer.contact().map(NameAddr::text).orElse("");
        differ(lines, "Contact", address(row("contact")), address(contact));
        return lines;
    }

    private static void differ(List<String> lines, String name, String signed, String came) {
        if (!signed.isEmpty() && !signed.equals(came)) {
            lines.add(
                    "%s: signed %s, came %s"
                            .formatted(name, signed, came.isEmpty() ? "without" : came));
        }
    }

    /// URI and tag; how the display name is written may change on the way.
    private static String address(String value) {
        var open = value.indexOf('<');
        var close = value.indexOf('>', open);
        var whole = open >= 0 && close > open;
        var uri = whole ? value.substring(open + 1, close) : value.replaceFirst(";.*", "");
        var tag = value.replaceFirst("(?is)^.*;\\s*tag\\s*=\\s*([^;\\s]+).*$", ";tag=$1");
        return uri.strip() + (tag.startsWith(";tag=") ? tag : "");
    }
}
