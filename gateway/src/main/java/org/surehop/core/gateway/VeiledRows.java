package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.surehop.core.disclosure.InspectLabel;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;

/// The header rows that may cross a [Veil]: those of a fixed list, since of an unknown one nobody
/// can tell what it says (POL-83). What names the parties (identities, Refer-To, Replaces) is not
/// topology and stays, but an identity at a numeric address names a machine and goes. Rows with
/// free text keep their meaning and lose the text. Pure.
record VeiledRows(Predicate<Hop> hides, String host) {
    private static final Set<String> KEPT =
            Set.of(
                    "accept",
                    "accept-contact",
                    "accept-encoding",
                    "accept-language",
                    "allow",
                    "allow-events",
                    "authentication-info",
                    "authorization",
                    "date",
                    "event",
                    "expires",
                    "flow-timer",
                    "identity",
                    "info-package",
                    "join",
                    "max-breadth",
                    "mime-version",
                    "min-expires",
                    "min-se",
                    "p-early-media",
                    "priority",
                    "privacy",
                    "proxy-authenticate",
                    "proxy-authentication-info",
                    "proxy-authorization",
                    "rack",
                    "recv-info",
                    "refer-sub",
                    "refer-to",
                    "reject-contact",
                    "replaces",
                    "request-disposition",
                    "rseq",
                    "session-expires",
                    "sip-etag",
                    "sip-if-match",
                    "subject",
                    "subscription-state",
                    "suppress-if-match",
                    "target-dialog",
                    "timestamp",
                    "unsupported",
                    "www-authenticate");

    private static final Set<String> IDENTITIES =
            Set.of("p-asserted-identity", "p-preferred-identity", "referred-by");

    private static final Pattern ADDRESS =
            Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+]");
    private static final Pattern WARNING =
            Pattern.compile("(\\d{3}) +[^ ,\"]+ +\"((?:[^\"\\\\]|\\\\.)*+)\"");
    private static final Pattern REASON =
            Pattern.compile("(?i)(SIP|Q\\.850|Preemption)\\s*;\\s*cause\\s*=\\s*(\\d{1,3})");
    private static final Pattern SECONDS = Pattern.compile("^\\s*(\\d{1,10})");
    private static final Pattern URI_HOST =
            Pattern.compile("(?i)sips?:(?:[^@<>\\s]{0,256}+@)?(\\[[^\\]]*]|[A-Za-z0-9._-]+)");

    /// The rows that are left; of those named Contact the ones that `contact` lets through.
    List<Header> shown(List<Header> rows, Predicate<Header> contact) {
        var shown = new ArrayList<Header>();
        for (var row : rows) {
            shown(row, contact).ifPresent(shown::add);
        }
        return shown;
    }

    private Optional<Header> shown(Header row, Predicate<Header> contact) {
        var name = row.name().toLowerCase(Locale.ROOT);
        if (KEPT.contains(name) || name.startsWith("content-")) {
            return Optional.of(row);
        }
        if (IDENTITIES.contains(name)) {
            return Optional.of(row).filter(r -> !ADDRESS.matcher(r.value()).find());
        }
        if (InspectLabel.HEADERS.stream().anyMatch(row::is)) {
            return Optional.of(row).filter(r -> showsLabel(List.of(r)));
        }
        return switch (name) {
            case "warning" -> Optional.of(warnings(row)).filter(r -> !r.value().isEmpty());
            case "reason" -> Optional.of(causes(row)).filter(r -> !r.value().isEmpty());
            case "retry-after" ->
                    SECONDS.matcher(row.value())
                            .results()
                            .findFirst()
                            .map(m -> new Header(row.name(), m.group(1)));
            case "contact" -> Optional.of(row).filter(contact);
            default -> Optional.empty();
        };
    }

    /// Whether the labels of a body speak to elements that this realm may know, and to no other.
    boolean showsLabel(List<Header> rows) {
        var found =
                rows.stream()
                        .filter(r -> InspectLabel.HEADERS.stream().anyMatch(r::is))
                        .map(Header::value)
                        .toList();
        return !found.isEmpty()
                && InspectLabel.parse(found) instanceof InspectLabel.Parsed.Labels(var labels)
                && labels.stream().noneMatch(l -> l.host().isEmpty() || hidden(l.host()));
    }

    private boolean hidden(String name) {
        return name.length() > 255 || hides.test(Hop.of(name, 0));
    }

    /// Our name for the agent's; of the text only a word of the registry.
    private Header warnings(Header row) {
        var all =
                WARNING.matcher(row.value())
                        .results()
                        .map(m -> m.group(1) + " " + host + " \"" + word(m.group(2)) + "\"")
                        .toList();
        return new Header(row.name(), String.join(", ", all));
    }

    private static String word(String text) {
        var parts = text.split(": +", 2);
        var word = parts[parts.length - 1].replaceFirst(" .*", "");
        for (var reason : Reason.values()) {
            if (reason.wireName().equals(word)) {
                return parts.length == 2 && parts[0].matches("[a-z0-9-]{1,32}")
                        ? parts[0] + ": " + word
                        : word;
            }
        }
        return "withheld";
    }

    private static Header causes(Header row) {
        var all =
                REASON.matcher(row.value())
                        .results()
                        .map(m -> m.group(1) + ";cause=" + m.group(2))
                        .toList();
        return new Header(row.name(), String.join(", ", all));
    }

    /// Whether a Contact names places of that list and no other.
    static boolean within(String contact, List<String> places) {
        var hosts =
                URI_HOST.matcher(contact)
                        .results()
                        .map(m -> m.group(1).toLowerCase(Locale.ROOT))
                        .toList();
        return !hosts.isEmpty() && places.containsAll(hosts);
    }
}
