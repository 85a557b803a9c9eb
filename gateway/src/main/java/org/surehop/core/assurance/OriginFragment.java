package org.surehop.core.assurance;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;

/// The `message/sipfrag` (RFC 3420) in which whoever asks for e2e-sec says so to the UAS beyond the
/// reach of elements between them (POL-70, POL-72): From, To, Call-ID, CSeq, Date, Contact and the
/// tag in both headers, as the request itself carries them.
public final class OriginFragment {
    /// Who does not know what it is may leave it aside (RFC 3261 §20.11).
    public static final Header OPTIONAL =
            new Header("Content-Disposition", "signal;handling=optional");

    private OriginFragment() {}

    /// The request with a Date, which keeps the fragment from being used again later.
    public static Request dated(Request request, Instant now) {
        return request.header("Date").isPresent()
                ? request
                : request.toBuilder().add("Date", date(now)).build();
    }

    /// The entity to sign. Its rows are those of the request, which must have a Date.
    public static Body of(Request request, String tag) {
        var text = new StringBuilder();
        row(text, "From", request.from().text());
        row(text, "To", request.to().text());
        row(text, "Call-ID", request.callId().value());
        row(text, "CSeq", request.cseq().number() + " " + request.cseq().method().name());
        row(text, "Date", request.header("Date").orElseThrow());
        request.contact().map(NameAddr::text).ifPresent(c -> row(text, "Contact", c));
        row(text, "Require", tag);
        row(text, "Proxy-Require", tag);
        return new Body(
                List.of(new Header("Content-Type", "message/sipfrag"), OPTIONAL),
                Octets.copyOf(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /// The signed entity as the body of the request.
    public static Body optional(Body signed) {
        var rows = new java.util.ArrayList<>(signed.headers());
        rows.removeIf(h -> h.is(OPTIONAL.name()));
        rows.add(OPTIONAL);
        return new Body(rows, signed.octets());
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append(name).append(": ").append(value).append("\r\n");
    }

    /// RFC 3261 §20.17, always GMT.
    static String date(Instant now) {
        var at = now.atOffset(ZoneOffset.UTC);
        return String.format(
                Locale.ROOT,
                "%s, %02d %s %04d %02d:%02d:%02d GMT",
                word(at.getDayOfWeek().name()),
                at.getDayOfMonth(),
                word(at.getMonth().name()),
                at.getYear(),
                at.getHour(),
                at.getMinute(),
                at.getSecond());
    }

    private static String word(String name) {
        return name.charAt(0) + name.substring(1, 3).toLowerCase(Locale.ROOT);
    }
}
