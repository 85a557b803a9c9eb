package org.surehop.core.disclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Request;

/// Finds the location object that a request points to (RFC 6442 §4.1), and says whether it may be
/// relied on: integrity must be verified before a location chooses a way (SVC-2). Pure.
public record LocationJudge(boolean requireSignature) {
    private static final String PIDF = "application/pidf+xml";

    /// What was found.
    public sealed interface Found {
        /// One location object, signed by the caller where that is asked for.
        record Verified(DisclosedPart part) implements Found {}

        record Nothing(Reason reason) implements Found {}
    }

    /// Whether the caller lets it choose the way: without the header, or with `no`, nobody may even
    /// look (RFC 6442 §4.2).
    public static boolean permitted(Request request) {
        var rows = request.headers("Geolocation-Routing");
        return rows.size() == 1
                && rows.getFirst().split(";", 2)[0].strip().equalsIgnoreCase("yes")
                && !request.headers("Geolocation").isEmpty();
    }

    /// The Content-IDs that the Geolocation rows name by `cid`, in order.
    public static List<String> contentIds(Request request) {
        var found = new ArrayList<String>();
        for (var row : request.headers("Geolocation")) {
            var at = row.indexOf('<');
            while (at >= 0) {
                var end = row.indexOf('>', at);
                var uri = end < 0 ? "" : row.substring(at + 1, end).strip();
                if (uri.toLowerCase(Locale.ROOT).startsWith("cid:")) {
                    found.add(uri.substring(4));
                }
                at = end < 0 ? -1 : row.indexOf('<', end);
            }
        }
        return found;
    }

    /// The object of the first Content-ID that is there; an object without any, when it is the
    /// only one.
    public Found find(BodyFacts facts, Request request) {
        var ids = contentIds(request);
        if (ids.isEmpty()) {
            return new Found.Nothing(Reason.LOCATION_BY_REFERENCE);
        }
        var objects = facts.parts().stream().filter(p -> p.mediaType().equals(PIDF)).toList();
        for (var id : ids) {
            for (var object : objects) {
                if (object.contentId().equals(id)) {
                    return verified(object, request);
                }
            }
        }
        return objects.size() == 1 && objects.getFirst().contentId().isEmpty()
                ? verified(objects.getFirst(), request)
                : new Found.Nothing(Reason.LOCATION_UNUSABLE);
    }

    private Found verified(DisclosedPart object, Request request) {
        var signers = object.signers();
        var good =
                signers.stream().allMatch(s -> s.status() == SignerFacts.Status.VALID)
                        && (signers.isEmpty()
                                ? !requireSignature && !object.malleable()
                                : signers.stream()
                                        .anyMatch(
                                                s -> SignerName.matches(s, request.from().uri())));
        return good ? new Found.Verified(object) : new Found.Nothing(Reason.LOCATION_UNVERIFIED);
    }
}
