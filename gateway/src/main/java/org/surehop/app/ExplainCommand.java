package org.surehop.app;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
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
            Story.of(story).forEach(line.getOut()::println);
        }
        events(line.getOut(), reader, chosen.getFirst().key().callId().value());
        return 0;
    }

    private static long callIds(List<CallRecord> stories) {
        return stories.stream().map(s -> s.key().callId().value()).distinct().count();
    }

    private static void events(PrintWriter out, JournalReader reader, String callId)
            throws JournalFault {
        var entries = reader.entries(new Query(0, Instant.EPOCH, "", callId, 200, true));
        out.println("Reports:");
        entries.forEach(entry -> out.println(EventsCommand.text(entry)));
    }
}
