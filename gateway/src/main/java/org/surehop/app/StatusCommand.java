package org.surehop.app;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.JournalReader;
import org.surehop.core.report.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `surehop status`: how the gateway is, from the state that it wrote last.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Shows how the gateway is: parts, calls, verdicts, reports that wait.",
            "Exit code 0: up, 1: a part is degraded or down, or the state is old, 2: no journal."
        })
final class StatusCommand implements Callable<Integer> {
    /// The gateway writes every second; older than this means that it does not run.
    private static final Duration FRESH = Duration.ofSeconds(10);

    @Mixin private JournalChoice choice = new JournalChoice();

    @Option(names = "--json", description = "the state as it stands in the journal")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        return choice.with(spec.commandLine(), this::show);
    }

    private int show(JournalReader reader) throws JournalFault {
        var out = spec.commandLine().getOut();
        var found = reader.status();
        if (found.isEmpty()) {
            out.println("no state yet: the gateway has not written any");
            return Main.FAILED;
        }
        var status = found.get();
        if (json) {
            out.println(Json.write(status));
        } else {
            print(out, status);
            reader.backlogs().forEach((sink, n) -> line(out, "waits for " + sink, n + " reports"));
        }
        return fresh(out, status) && text(status.get("state")).equals("up") ? 0 : Main.FAILED;
    }

    private void print(PrintWriter out, Map<?, ?> status) {
        if (status.get("gateway") instanceof Map<?, ?> box) {
            line(out, "gateway", text(box.get("id")) + " (" + text(box.get("name")) + ")");
            line(out, "version", text(box.get("version")));
        }
        line(out, "state", text(status.get("state")));
        line(out, "since", text(status.get("startedAt")));
        if (status.get("parts") instanceof List<?> parts) {
            for (var part : parts) {
                if (part instanceof Map<?, ?> p) {
                    var how = text(p.get("state")) + ", " + text(p.get("phrase"));
                    line(out, "  " + text(p.get("part")), how);
                }
            }
        }
        line(out, "calls", text(status.get("activeCalls")));
        line(out, "transactions", text(status.get("transactions")));
        line(out, "open flows", text(status.get("enabledFlows")));
        counts(out, "verdict ", status.get("verdicts"));
        counts(out, "reason ", status.get("reasons"));
    }

    private static void counts(PrintWriter out, String what, @Nullable Object counts) {
        if (counts instanceof Map<?, ?> map) {
            map.forEach((name, count) -> line(out, what + text(name), text(count)));
        }
    }

    private boolean fresh(PrintWriter out, Map<?, ?> status) {
        var age = Duration.between(at(status), InstantSource.system().instant());
        if (age.compareTo(FRESH) > 0 && !json) {
            out.println(
                    "This state is " + age.toSeconds() + " s old: the gateway does not run here.");
        }
        return age.compareTo(FRESH) <= 0;
    }

    private static Instant at(Map<?, ?> status) {
        return Instant.parse(text(status.get("at")));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "-" : Screen.safe(value.toString());
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf("%-28s %s%n", name, value);
    }
}
