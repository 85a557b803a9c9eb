package org.surehop.app.ua;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Request;

/// What a callee makes of the caller's hidden copy of its headers (POL-71): whether it may be
/// believed, what came otherwise, and whether somebody on the path took the demand for security
/// away. One that is older than [#FRESH], or that came before, is believed no more.
///
/// One thread uses it: that of the [Answerer].
final class FragmentCheck {
    /// RFC 3420 §5 wants the use of sipfrag to say how replay is stopped: by Date, this long.
    static final Duration FRESH = Duration.ofSeconds(3600);

    static final int MOST_KNOWN = 10_000;

    private final String tag;
    private final Map<String, Instant> known = new LinkedHashMap<>();

    FragmentCheck(String tag) {
        this.tag = tag;
    }

    /// What is told to a person, and whether the demand was stripped on the path.
    record Found(List<String> remarks, boolean stripped) {
        static final Found NOTHING = new Found(List.of(), false);

        Found {
            remarks = List.copyOf(remarks);
        }
    }

    /// Looks for a sipfrag among the parts that could be read.
    Found check(Request invite, List<DisclosedPart> parts, Instant now) {
        return parts.stream()
                .filter(p -> p.mediaType().equals(Fragment.MEDIA_TYPE))
                .findFirst()
                .map(part -> check(invite, part, now))
                .orElse(Found.NOTHING);
    }

    private Found check(Request invite, DisclosedPart part, Instant now) {
        var fragment = Fragment.parse(part.octets());
        if (fragment.isEmpty()) {
            return doubted("it cannot be read");
        }
        var told = fragment.get();
        return doubt(told, part)
                .or(() -> replayed(told, now))
                .map(FragmentCheck::doubted)
                .orElseGet(() -> compared(invite, told, part));
    }

    private static Optional<String> doubt(Fragment told, DisclosedPart part) {
        if (!part.encrypted()) {
            return Optional.of("it was not encrypted, so that the path could choose to show it");
        }
        if (part.signers().isEmpty()) {
            return Optional.of("nobody signed it");
        }
        var from = told.row("from").toLowerCase(Locale.ROOT);
        var good =
                part.signers().stream()
                        .filter(s -> s.status() == SignerFacts.Status.VALID)
                        .anyMatch(s -> s.identities().stream().anyMatch(i -> names(from, i)));
        return good
                ? Optional.empty()
                : Optional.of(
                        "it speaks for "
                                + told.row("from")
                                + ", and was signed by "
                                + Words.of(part.signers().getFirst()));
    }

    /// Whether an address is the very one of a certificate.
    private static boolean names(String from, String identity) {
        var id = identity.toLowerCase(Locale.ROOT);
        var uri = id.startsWith("sip:") ? id : "sip:" + id;
        var at = from.indexOf(uri);
        var end = at + uri.length();
        return uri.contains("@")
                && at >= 0
                && (at == 0 || from.charAt(at - 1) == '<')
                && (end == from.length() || ">;".indexOf(from.charAt(end)) >= 0);
    }

    private Optional<String> replayed(Fragment told, Instant now) {
        var made = told.date();
        if (made.isEmpty()) {
            return Optional.of("it does not say when it was made");
        }
        if (Duration.between(made.get(), now).abs().compareTo(FRESH) > 0) {
            return Optional.of("it was made at " + told.row("date") + ", which is not now");
        }
        known.values().removeIf(at -> Duration.between(at, now).compareTo(FRESH) > 0);
        var key = told.row("call-id") + "\n" + told.row("cseq") + "\n" + told.row("date");
        if (known.containsKey(key)) {
            return Optional.of("it came before: somebody sends it again");
        }
        if (known.size() >= MOST_KNOWN) {
            return Optional.of("too many came in an hour to tell whether it is new");
        }
        // Kept until its date is too old, wherever that lies.
        known.put(key, made.get().isAfter(now) ? made.get() : now);
        return Optional.empty();
    }

    private Found compared(Request invite, Fragment told, DisclosedPart part) {
        var lines = new ArrayList<String>();
        lines.add("sipfrag from the caller, signed by " + Words.of(part.signers().getFirst()));
        told.differences(invite)
                .forEach(d -> lines.add("sipfrag: changed on the path: " + d + meaning(d)));
        var inner = told.asked(tag);
        var outer = E2eSec.asked(invite, tag);
        if (inner && !outer) {
            lines.add(
                    "sipfrag: STRIPPED ON PATH: the caller asked for "
                            + tag
                            + ", and it came without; somebody on the way took it off, and the path"
                            + " may be in clear");
        } else if (inner) {
            lines.add("sipfrag: the caller asked for " + tag + ", and so it came");
        } else {
            lines.add(
                    outer
                            ? "sipfrag: ADDED ON PATH: it asks for " + tag + ", the caller did not"
                            : "sipfrag: the caller did not ask for " + tag);
        }
        return new Found(lines, inner && !outer);
    }

    private static String meaning(String difference) {
        return difference.startsWith("Contact:")
                ? " (an element that ends dialogs stands between)"
                : " (nobody should do that)";
    }

    private static Found doubted(String why) {
        return new Found(List.of("sipfrag NOT BELIEVED: " + why), false);
    }
}
