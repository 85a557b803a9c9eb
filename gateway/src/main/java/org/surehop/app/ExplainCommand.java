package org.surehop.app;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.JournalReader;
import org.surehop.adapter.journal.JournalReader.Query;
import org.surehop.core.report.CallRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `surehop explain`: the story of one call, in words and as a ladder.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells the story of a call: messages, evidence per hop, verdict, pinholes.")
final class ExplainCommand implements Callable<Integer> {
    private static final int MOST = 20;
    private static final String HOP = "hop:";
    private static final String PINHOLE = "pinhole:";
    private static final Set<String> IN_WORDS = Set.of("verdict", "verdict-reason", "ended");

    @Mixin private JournalChoice choice = new JournalChoice();

    @Parameters(paramLabel = "CALL", description = "the Call-ID, or how it begins")
    private String call = "";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        return choice.with(spec.commandLine(), this::show);
    }

    private int show(JournalReader reader) throws JournalFault {
        var line = spec.commandLine();
        var stories = reader.stories(call, MOST);
        var exact = stories.stream().filter(s -> s.key().callId().value().equals(call)).toList();
        var chosen = exact.isEmpty() ? stories : exact;
        if (chosen.isEmpty()) {
            line.getErr().println("no call in the journal begins with " + Screen.safe(call));
            return Main.FAILED;
        }
        if (callIds(chosen) > 1) {
            line.getErr().println("several calls begin so; the latest first:");
            chosen.stream()
                    .map(s -> s.key().callId().value())
                    .distinct()
                    .forEach(id -> line.getErr().println("  " + Screen.safe(id)));
            return Main.FAILED;
        }
        for (var story : chosen) {
            tell(line.getOut(), story);
        }
        events(line.getOut(), reader, chosen.getFirst().key().callId().value());
        return 0;
    }

    private static long callIds(List<CallRecord> stories) {
        return stories.stream().map(s -> s.key().callId().value()).distinct().count();
    }

    private static void tell(PrintWriter out, CallRecord story) {
        var key = story.key();
        out.println("Call " + Screen.safe(key.callId().value()));
        out.println(
                "     "
                        + Screen.safe(key.method().name() + ", From tag " + key.fromTag())
                        + ", CSeq "
                        + key.cseq());
        out.println("     began " + story.began() + ", " + (story.ended() ? "ended" : "goes on"));
        out.println();
        Ladder.draw(story.ladder()).forEach(out::println);
        out.println();
        verdict(out, story);
        facts(out, story, HOP, "Evidence, as each hop asserted it:");
        facts(out, story, PINHOLE, "Pinholes:");
        rest(out, story);
    }

    private static void verdict(PrintWriter out, CallRecord story) {
        var facts = story.facts();
        var verdict = facts.get("verdict");
        out.println(
                "Verdict (asserted by hops): "
                        + (verdict == null ? "none yet" : Screen.safe(Words.verdict(verdict))));
        said(out, "  because ", facts.get("verdict-reason"));
        said(out, "Ended:   ", facts.get("ended"));
    }

    private static void said(PrintWriter out, String what, @Nullable String reason) {
        if (reason != null) {
            out.println(what + Screen.safe(Words.reason(reason)));
        }
    }

    private static void facts(PrintWriter out, CallRecord story, String prefix, String title) {
        var some = story.facts().keySet().stream().filter(k -> k.startsWith(prefix)).toList();
        if (some.isEmpty()) {
            return;
        }
        out.println(title);
        for (var name : some) {
            var value = story.facts().getOrDefault(name, "");
            out.println("  " + Screen.safe(name.substring(prefix.length()) + ": " + value));
        }
    }

    private static void rest(PrintWriter out, CallRecord story) {
        out.println("Also known:");
        story.facts()
                .forEach(
                        (name, value) -> {
                            var told =
                                    IN_WORDS.contains(name)
                                            || name.startsWith(HOP)
                                            || name.startsWith(PINHOLE)
                                            || value.isEmpty();
                            if (!told) {
                                out.println("  " + Screen.safe(name + ": " + value));
                            }
                        });
    }

    private static void events(PrintWriter out, JournalReader reader, String callId)
            throws JournalFault {
        var entries = reader.entries(new Query(0, Instant.EPOCH, "", callId, 200, true));
        out.println("Reports:");
        entries.forEach(entry -> out.println(EventsCommand.text(entry)));
    }
}
