package org.surehop.app;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.JournalReader;
import org.surehop.adapter.journal.JournalReader.Query;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `surehop events`: the reports in the journal, oldest first.
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "Shows the reports in the journal, oldest first.")
final class EventsCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(500);

    @Mixin private JournalChoice choice = new JournalChoice();

    @Option(names = "--follow", description = "go on with what comes, until interrupted")
    private boolean follow;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "only kinds that begin so: pinhole, e2e-sec.verdict, ...")
    private String kind = "";

    @Option(
            names = "--since",
            paramLabel = "WHEN",
            description =
                    "only from this time on: 2026-03-01T12:00:00Z, or an age: 90s, 15m, 2h, 7d")
    private String since = "";

    @Option(names = "--call", paramLabel = "CALL-ID", description = "only of this call")
    private String call = "";

    @Option(names = "--json", description = "one JSON object per line")
    private boolean json;

    @Option(
            names = "--last",
            paramLabel = "N",
            description = "at most the last N (default: ${DEFAULT-VALUE})")
    private int last = 100;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        var from = from();
        return choice.with(spec.commandLine(), reader -> show(reader, from));
    }

    private int show(JournalReader reader, Instant from) throws JournalFault, InterruptedException {
        var out = spec.commandLine().getOut();
        var entries = reader.entries(new Query(0, from, kind, call, last, true));
        entries.forEach(entry -> print(out, entry));
        var seq = entries.isEmpty() ? 0 : entries.getLast().seq();
        while (follow && !out.checkError()) {
            Thread.sleep(LOOK);
            entries = reader.entries(new Query(seq, from, kind, call, 1000, false));
            entries.forEach(entry -> print(out, entry));
            seq = entries.isEmpty() ? seq : entries.getLast().seq();
        }
        return 0;
    }

    private Instant from() {
        try {
            if (since.isEmpty()) {
                return Instant.EPOCH;
            }
            if (since.matches("[0-9]{1,6}[smhd]")) {
                return InstantSource.system().instant().minus(age(since));
            }
            return Instant.parse(since);
        } catch (DateTimeParseException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--since: expected a time like 2026-03-01T12:00:00Z or an age like 15m");
        }
    }

    private static Duration age(String text) {
        var count = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(count);
            case 'm' -> Duration.ofMinutes(count);
            case 'h' -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    private void print(PrintWriter out, JournalEntry entry) {
        out.println(json ? Json.write(fields(entry)) : text(entry));
    }

    /// One entry as one line for people.
    static String text(JournalEntry entry) {
        var notice = entry.notice();
        var line =
                new StringBuilder(
                        "%8d  %s  %-8s %s"
                                .formatted(
                                        entry.seq(),
                                        notice.at(),
                                        notice.severity(),
                                        notice.kind().wireName()));
        line.append("  reason=").append(notice.reason().wireName());
        notice.call().ifPresent(c -> line.append("  call=").append(c.callId().value()));
        notice.leg().ifPresent(leg -> line.append("  leg=").append(leg));
        notice.details().forEach((n, v) -> line.append("  ").append(n).append('=').append(v));
        return Screen.safe(line.toString());
    }

    private static LinkedHashMap<String, Object> fields(JournalEntry entry) {
        var notice = entry.notice();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("seq", entry.seq());
        fields.put("bootid", entry.bootId());
        fields.put("time", notice.at().toString());
        fields.put("kind", notice.kind().wireName());
        fields.put("severity", notice.severity().name());
        fields.put("reason", notice.reason().wireName());
        notice.call()
                .ifPresent(
                        c -> {
                            fields.put("callId", c.callId().value());
                            fields.put("fromTag", c.fromTag());
                            fields.put("cseq", c.cseq());
                            fields.put("method", c.method().name());
                        });
        notice.leg().ifPresent(leg -> fields.put("leg", leg.name()));
        fields.put("details", notice.details());
        return fields;
    }
}
