package org.surehop.core.disclosure;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Compares a signed `message/sip` (RFC 3261 §23.4, SM-7) with the message that carries it. Header
/// rows that the copy does not have are not vouched for and not compared; those that a proxy may
/// change and those of extensions do not count (§23.4.1.1). Pure.
public final class SignedTunnel {
    /// From here on the clocks differ too much to say nothing of it (§23.4.1).
    public static final Duration CLOCKS = Duration.ofHours(1);

    /// What binds the copy to this message; each must be there (§23.4.3).
    private static final List<String> NEEDED = List.of("To", "From", "Call-ID", "CSeq");

    /// The rows of RFC 3261 that nobody on the way may change (table 2 and 3 without those of
    /// §23.4.1.1 and without what tells of the body, which is another one inside).
    private static final List<String> KEPT =
            List.of(
                    "Accept",
                    "Accept-Encoding",
                    "Accept-Language",
                    "Alert-Info",
                    "Allow",
                    "Authentication-Info",
                    "Authorization",
                    "Call-Info",
                    "Contact",
                    "Date",
                    "Error-Info",
                    "Expires",
                    "In-Reply-To",
                    "Min-Expires",
                    "Organization",
                    "Priority",
                    "Proxy-Authenticate",
                    "Proxy-Require",
                    "Reply-To",
                    "Require",
                    "Retry-After",
                    "Server",
                    "Subject",
                    "Supported",
                    "Timestamp",
                    "Unsupported",
                    "User-Agent",
                    "Warning",
                    "WWW-Authenticate");

    /// What may be said otherwise, or only, inside of an encrypted copy (§23.4.1.2): its reader
    /// takes it from there, or passes over it.
    private static final List<String> FOR_THE_END =
            List.of(
                    "Accept",
                    "Accept-Encoding",
                    "Accept-Language",
                    "Alert-Info",
                    "Authentication-Info",
                    "Authorization",
                    "Error-Info",
                    "Expires",
                    "In-Reply-To",
                    "Min-Expires",
                    "Organization",
                    "Priority",
                    "Reply-To",
                    "Require",
                    "Retry-After",
                    "Server",
                    "Subject",
                    "Supported",
                    "Timestamp",
                    "Unsupported",
                    "User-Agent",
                    "Warning",
                    "WWW-Authenticate");

    private SignedTunnel() {}

    /// The message around it: how it begins (a method or a status; empty when that is not
    /// compared) and its header rows. Of an answer whose body came in an earlier response only the
    /// rows are known that both have.
    public record Outer(String start, List<Header> rows, boolean whole) {
        public Outer {
            rows = List.copyOf(rows);
        }

        /// A request.
        public static Outer of(Request request) {
            var rows = parties(request.from(), request.to(), request.callId().value());
            rows.add(new Header("CSeq", request.cseq().number() + " " + request.method().name()));
            request.contact().ifPresent(c -> rows.add(new Header("Contact", c.text())));
            tags(rows, "Require", request.require());
            tags(rows, "Proxy-Require", request.proxyRequire());
            tags(rows, "Supported", request.supported());
            rows.addAll(request.others());
            return new Outer(request.method().name(), rows, true);
        }

        /// A response, or only what it has in common with the one whose body was read.
        public static Outer of(Response response) {
            var rows = parties(response.from(), response.to(), response.callId().value());
            var cseq = response.cseq();
            rows.add(new Header("CSeq", cseq.number() + " " + cseq.method().name()));
            if (response.body().isEmpty()) {
                return new Outer("", rows, false);
            }
            response.contact().ifPresent(c -> rows.add(new Header("Contact", c.text())));
            tags(rows, "Require", response.require());
            tags(rows, "Supported", response.supported());
            rows.addAll(response.others());
            return new Outer(String.valueOf(response.status().value()), rows, true);
        }

        private static List<Header> parties(NameAddr from, NameAddr to, String callId) {
            var rows = new ArrayList<Header>();
            rows.add(new Header("From", from.text()));
            rows.add(new Header("To", to.text()));
            rows.add(new Header("Call-ID", callId));
            return rows;
        }

        private static void tags(List<Header> rows, String name, List<String> tags) {
            if (!tags.isEmpty()) {
                rows.add(new Header(name, String.join(", ", tags)));
            }
        }
    }

    /// What came of one copy: the names of what differs or is missing, in order, and whether its
    /// Date is an hour or more from now.
    public record Finding(List<String> differs, boolean late) {
        public Finding {
            differs = List.copyOf(differs);
        }
    }

    /// The findings for all signed copies among the parts; none when there is none.
    public static List<Finding> compare(BodyFacts facts, Outer outer, Instant now) {
        return facts.parts().stream()
                .filter(SignedTunnel::copies)
                .map(p -> compare(p, outer, now))
                .toList();
    }

    /// Whether there is a signed copy, whatever it says.
    public static boolean in(BodyFacts facts) {
        return facts.parts().stream().anyMatch(SignedTunnel::copies);
    }

    private static boolean copies(DisclosedPart part) {
        return part.mediaType().equals("message/sip") && !part.signers().isEmpty();
    }

    private static Finding compare(DisclosedPart part, Outer outer, Instant now) {
        var inner = Fragment.of(part.octets());
        var differs = new ArrayList<String>();
        if (part.signers().stream()
                .anyMatch(s -> s.status() == SignerFacts.Status.DIGEST_OR_SIGNATURE_WRONG)) {
            differs.add("signature");
        }
        if (!outer.start().isEmpty() && !start(part).equals(outer.start())) {
            differs.add("start-line");
        }
        for (var name : NEEDED) {
            if (!inner.has(name) || !same(name, inner, outer, part.encrypted())) {
                differs.add(name);
            }
        }
        for (var name : KEPT) {
            var compared = outer.whole() && inner.has(name) && !excused(name, outer, part);
            if (compared && !same(name, inner, outer, part.encrypted())) {
                differs.add(name);
            }
        }
        var late =
                inner.date()
                        .filter(d -> Duration.between(d, now).abs().compareTo(CLOCKS) >= 0)
                        .isPresent();
        return new Finding(differs, late);
    }

    /// A Date is compared where both have one; what is for the end alone, where it can be seen.
    private static boolean excused(String name, Outer outer, DisclosedPart part) {
        return (part.encrypted() && FOR_THE_END.contains(name))
                || (name.equals("Date") && Header.all(outer.rows(), name).isEmpty());
    }

    /// The From inside of an encrypted copy is the true one and may be another; its tag is not.
    private static boolean same(String name, Fragment inner, Outer outer, boolean encrypted) {
        var there = HeaderForm.of(name, Header.all(inner.rows(), name));
        var here = HeaderForm.of(name, Header.all(outer.rows(), name));
        return (encrypted && name.equals("From"))
                ? HeaderForm.tag(there).equals(HeaderForm.tag(here))
                : there.equals(here);
    }

    /// The method, or the status of a response.
    private static String start(DisclosedPart part) {
        var text = new String(part.octets().toArray(), java.nio.charset.StandardCharsets.UTF_8);
        var words = text.lines().findFirst().orElse("").split(" ", 3);
        var response = words[0].equalsIgnoreCase("SIP/2.0");
        return Optional.of(words)
                .filter(w -> w.length > 1)
                .map(w -> w[response ? 1 : 0])
                .orElse("");
    }
}
