package org.surehop.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.surehop.app.ua.Advice;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.Reason;

/// One call in words: its messages, its path hop by hop with who asserts what, the verdict with its
/// meaning and what to do, and the rest. Pure; nothing in it reaches the terminal as an escape.
final class Story {
    private static final String HOP = "hop:";
    private static final String PINHOLE = "pinhole:";
    private static final Set<String> IN_WORDS =
            Set.of(
                    "e2e-sec",
                    "verdict",
                    "verdict-reason",
                    "ended",
                    "ingress",
                    "egress",
                    "silent-hops");

    private final CallRecord call;
    private final List<String> lines = new ArrayList<>();

    private Story(CallRecord call) {
        this.call = call;
    }

    static List<String> of(CallRecord call) {
        var story = new Story(call);
        story.head();
        story.path();
        story.verdict();
        story.pinholes();
        story.rest();
        return story.lines;
    }

    private void head() {
        var key = call.key();
        say("Call " + key.callId().value());
        say("     " + key.method().name() + ", From tag " + key.fromTag() + ", CSeq " + key.cseq());
        say("     began " + call.began() + ", " + (call.ended() ? "ended" : "goes on"));
        say("");
        Ladder.draw(call.ladder()).forEach(lines::add);
        say("");
    }

    private void path() {
        say("The path, hop by hop:");
        say("   A to the gateway: " + fact("ingress").orElse("not known"));
        say("   the gateway to B: " + fact("egress").orElse("nothing was sent"));
        fact("e2e-sec").ifPresent(text -> say("   " + asked(text)));
        var number = 1;
        for (var name : names(HOP)) {
            hop(number++, name.substring(HOP.length()), fact(name).orElse(""));
        }
        for (var silent : fact("silent-hops").stream().flatMap(Story::hosts).toList()) {
            say("%4d. %s  SILENT".formatted(number++, silent));
            say("        said nothing: it may not know e2e-sec, or something removed its word;");
            say("        nothing shows that the call stayed secure behind it");
        }
        if (number == 1) {
            say("   no hop asserted anything");
        }
        say("");
    }

    private static String asked(String text) {
        return switch (text) {
            case "asked" -> "the caller asked for a secure path (e2e-sec)";
            case "not asked" -> "nobody asked for a secure path (e2e-sec)";
            default -> "the demand for a secure path (e2e-sec): " + text;
        };
    }

    private static java.util.stream.Stream<String> hosts(String text) {
        return Arrays.stream(text.split(" ", -1)).filter(h -> !h.isBlank());
    }

    /// A hop's word, as the gateway kept it: `asserted RESULT; received X; forwarded Y; by Z`.
    private void hop(int number, String name, String kept) {
        var parts = kept.split("; ", -1);
        var result = parts[0].replaceFirst("^asserted ", "");
        var no = result.startsWith("not complied");
        say("%4d. %s  %s".formatted(number, name, no ? "DID NOT COMPLY" : result));
        if (no) {
            var cause = result.substring("not complied".length()).strip();
            say(
                    "        because   "
                            + (cause.isEmpty() ? "it gave no cause" : Words.reason(cause)));
        }
        for (int i = 1; i < parts.length; i++) {
            say("        " + told(parts[i]));
        }
    }

    private static String told(String part) {
        if (part.startsWith("received ")) {
            return "received  " + channel(part.substring("received ".length()));
        }
        if (part.startsWith("forwarded ")) {
            return "forwarded " + channel(part.substring("forwarded ".length()));
        }
        return part.startsWith("by ")
                ? "asserted  by " + source(part.substring("by ".length()))
                : part;
    }

    private static String source(String by) {
        return by.equals("transport") ? "the connection that it came on; not signed" : by;
    }

    private static String channel(String text) {
        return switch (text.strip().split(" ", -1)[0]) {
            case "" -> "(it tells nothing)";
            case "none" -> "IN CLEAR";
            case "ipsec" -> text.strip().replace(" (none)", "");
            default -> text.strip();
        };
    }

    private void verdict() {
        var verdict = fact("verdict");
        say("Verdict (asserted by hops): " + verdict.map(Words::verdict).orElse("none yet"));
        fact("verdict-reason").ifPresent(reason -> say("  because " + Words.reason(reason)));
        verdict.flatMap(Story::level)
                .ifPresent(level -> say("  to do   ", Advice.of(level, reason())));
        if (call.facts().values().stream().anyMatch(Story::onIpsec)) {
            say("  note    ", Advice.ON_IPSEC);
        }
        fact("ended").ifPresent(reason -> say("Ended:   " + Words.reason(reason)));
    }

    private static Optional<Verdict.Level> level(String text) {
        var name = text.replace('-', '_').toUpperCase(Locale.ROOT);
        return Arrays.stream(Verdict.Level.values()).filter(l -> l.name().equals(name)).findFirst();
    }

    private Reason reason() {
        var name = fact("verdict-reason").orElse("");
        return Arrays.stream(Reason.values())
                .filter(r -> r.wireName().equals(name))
                .findFirst()
                .orElse(Reason.NONE);
    }

    private void pinholes() {
        var some = names(PINHOLE);
        if (!some.isEmpty()) {
            say("Pinholes:");
            some.forEach(
                    n -> say("  " + n.substring(PINHOLE.length()) + ": " + fact(n).orElse("")));
        }
    }

    private void rest() {
        say("Also known:");
        for (var known : call.facts().entrySet()) {
            var told =
                    IN_WORDS.contains(known.getKey())
                            || known.getKey().startsWith(HOP)
                            || known.getKey().startsWith(PINHOLE)
                            || known.getValue().isEmpty();
            if (!told) {
                say("  " + known.getKey() + ": " + known.getValue());
            }
        }
    }

    private List<String> names(String prefix) {
        return call.facts().keySet().stream().filter(k -> k.startsWith(prefix)).toList();
    }

    private Optional<String> fact(String name) {
        return Optional.ofNullable(call.facts().get(name)).filter(v -> !v.isEmpty());
    }

    private static boolean onIpsec(String fact) {
        return fact.startsWith("IPsec ")
                || fact.contains("; received ipsec")
                || fact.contains("; forwarded ipsec");
    }

    private void say(String first, String text) {
        Advice.lines(first, text).forEach(this::say);
    }

    private void say(String text) {
        lines.add(Screen.safe(text));
    }
}
