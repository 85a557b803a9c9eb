package org.surehop.core.disclosure;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// Compares an Authenticated Identity Body (RFC 3893) with the message that carries it, and a
/// signed `Proxy-Inspect-Body` with the one that came in the message (E2M-37). Pure.
public final class IdentityBody {
    /// RFC 3893 §7: a Date is good for so long, before and after.
    public static final Duration VALID = Duration.ofSeconds(3600);

    private static final String FRAGMENT = "message/sipfrag";
    private static final String NOBODY = "anonymous.invalid";

    private IdentityBody() {}

    /// What of the message is compared. `from` is who must have signed; empty for a response, whose
    /// sender may be another one than was called.
    public record Outer(
            Optional<String> from,
            String callId,
            String cseq,
            Optional<String> contact,
            Optional<String> date,
            List<String> labels) {
        /// A request.
        public static Outer of(Request request) {
            return new Outer(
                    Optional.of(request.from().uri().text()),
                    request.callId().value(),
                    request.cseq().number() + " " + request.method().name(),
                    request.contact().map(c -> c.uri().text()),
                    request.header("Date"),
                    labels(request.others()));
        }

        /// A response, which has no identity of its own in From.
        public static Outer of(Response response) {
            return new Outer(
                    Optional.empty(),
                    response.callId().value(),
                    response.cseq().number() + " " + response.cseq().method().name(),
                    response.contact().map(c -> c.uri().text()),
                    response.header("Date"),
                    labels(response.others()));
        }

        private static List<String> labels(List<Header> rows) {
            return InspectLabel.HEADERS.stream()
                    .flatMap(h -> Header.all(rows, h).stream())
                    .toList();
        }
    }

    /// What came of it.
    public sealed interface Finding {
        /// All that must fit does; `mark` is the same for the same body only.
        record Fits(String mark, String fingerprint) implements Finding {}

        /// These headers do not fit, are missing, or were not signed well.
        record Differs(List<String> headers) implements Finding {
            public Differs {
                headers = List.copyOf(headers);
            }
        }
    }

    /// The findings for all identity bodies among the parts; none when there is none.
    public static List<Finding> compare(BodyFacts facts, Outer outer, Instant now) {
        return facts.parts().stream()
                .filter(p -> p.mediaType().equals(FRAGMENT) && p.disposition().equals("aib"))
                .map(p -> compare(p, outer, now))
                .toList();
    }

    private static Finding compare(DisclosedPart part, Outer outer, Instant now) {
        var fragment = Fragment.of(part.octets());
        var wrong = new ArrayList<String>();
        if (!signed(part, fragment)) {
            wrong.add("signature");
        }
        var from = fragment.uri("From");
        var hidden = part.encrypted() && outer.from().filter(f -> f.endsWith(NOBODY)).isPresent();
        if (from.isEmpty()
                || (!hidden && outer.from().filter(f -> !from.get().equals(f)).isPresent())) {
            wrong.add("From");
        }
        if (!fragment.only("Call-ID").equals(Optional.of(outer.callId()))) {
            wrong.add("Call-ID");
        }
        if (fragment.uri("Contact").isEmpty() || !fragment.uri("Contact").equals(outer.contact())) {
            wrong.add("Contact");
        }
        if (fragment.has("CSeq") && !fragment.only("CSeq").equals(Optional.of(outer.cseq()))) {
            wrong.add("CSeq");
        }
        if (outer.from().isEmpty() && fragment.has("To")) {
            // RFC 3893 §3: a response's identity body says nothing of the caller.
            wrong.add("To");
        }
        if (!fresh(fragment, outer, now)) {
            wrong.add("Date");
        }
        if (!wrong.isEmpty()) {
            return new Finding.Differs(wrong);
        }
        var signer = part.signers().getFirst().fingerprint();
        var said = fragment.rows().stream().map(Header::toString).toList();
        return new Finding.Fits(signer + "|" + String.join("|", said), signer);
    }

    /// Whether the message has the same Date, and that is not too far from now.
    private static boolean fresh(Fragment fragment, Outer outer, Instant now) {
        var made = fragment.date();
        var same = outer.date().isEmpty() || outer.date().equals(fragment.only("Date"));
        return same
                && made.filter(d -> Duration.between(d, now).abs().compareTo(VALID) <= 0)
                        .isPresent();
    }

    /// Signed well, by the party in its From or by the domain of that party.
    private static boolean signed(DisclosedPart part, Fragment fragment) {
        var from = fragment.uri("From").orElse("");
        return !part.signers().isEmpty()
                && part.signers().stream().allMatch(s -> s.status() == SignerFacts.Status.VALID)
                && part.signers().getFirst().identities().stream()
                        .anyMatch(i -> speaksFor(bare(i), bare(from)));
    }

    private static boolean speaksFor(String identity, String from) {
        var at = from.lastIndexOf('@');
        var domain = from.substring(at + 1).toLowerCase(Locale.ROOT);
        var sign = identity.lastIndexOf('@');
        var host = identity.substring(sign + 1).toLowerCase(Locale.ROOT);
        return at > 0
                && host.equals(domain)
                && (sign < 0 || identity.substring(0, sign).equals(from.substring(0, at)));
    }

    private static String bare(String uri) {
        var text = uri.replaceFirst("^(?i:sips?):", "");
        return text.split("[;?]", 2)[0];
    }

    /// Whether a signed fragment names other readers than the message does: then somebody on the
    /// way has changed the label.
    public static boolean contradictsLabel(BodyFacts facts, Outer outer) {
        return facts.parts().stream()
                .filter(p -> p.mediaType().equals(FRAGMENT))
                .filter(p -> signed(p, Fragment.of(p.octets())))
                .map(p -> Outer.labels(Fragment.of(p.octets()).rows()))
                .filter(signed -> !signed.isEmpty())
                .anyMatch(signed -> !canonical(signed).equals(canonical(outer.labels())));
    }

    /// Whether the sender of this message has signed the label that came with it (REQ-CONF-3): in
    /// a fragment or copy of his own, and of this very message.
    public static boolean confirmsLabel(BodyFacts facts, Outer outer) {
        return facts.parts().stream()
                .filter(p -> p.mediaType().equals(FRAGMENT) || p.mediaType().equals("message/sip"))
                .filter(p -> signed(p, Fragment.of(p.octets())))
                .map(p -> Fragment.of(p.octets()))
                .filter(f -> outer.from().isEmpty() || outer.from().equals(f.uri("From")))
                .filter(f -> f.only("Call-ID").equals(Optional.of(outer.callId())))
                .filter(f -> f.only("CSeq").equals(Optional.of(outer.cseq())))
                .map(f -> Outer.labels(f.rows()))
                .anyMatch(s -> !s.isEmpty() && canonical(s).equals(canonical(outer.labels())));
    }

    private static TreeSet<String> canonical(List<String> rows) {
        return switch (InspectLabel.parse(rows)) {
            case InspectLabel.Parsed.Labels(var labels) ->
                    new TreeSet<>(labels.stream().map(InspectLabel::toString).toList());
            case InspectLabel.Parsed.Malformed _ -> new TreeSet<>(rows);
        };
    }
}
