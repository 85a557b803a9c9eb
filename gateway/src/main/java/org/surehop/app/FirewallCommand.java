package org.surehop.app;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.adapter.configfile.ConfigFile;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Loaded;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Refused;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.JournalReader;
import org.surehop.adapter.journal.JournalReader.Query;
import org.surehop.adapter.nftables.FirewallUnavailable;
import org.surehop.adapter.nftables.OpenFlow;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.report.CallRecord;
import org.surehop.core.report.JournalEntry;
import org.surehop.core.report.Json;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sdp.Flow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `surehop firewall`: what is open now, from the kernel, and why, from the journal. The kernel is
/// asked itself, so that it is told, too, what a gateway left behind that runs no more.
@Command(
        name = "firewall",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Shows which pinholes are open, whose they are, and why. Needs CAP_NET_ADMIN.",
            "Exit code 0: told, 1: nothing is open (explain), 2: the kernel cannot be asked."
        })
final class FirewallCommand {
    private static final int MOST = 50_000;

    /// The gateway writes its state every second.
    private static final Duration FRESH = Duration.ofSeconds(10);

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "the configuration of the gateway (default: surehop.yaml)")
    private Path file = Path.of("surehop.yaml");

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "one JSON object for each flow")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    /// A flow of the kernel and the report of its opening, if the journal still has it.
    private record Rule(OpenFlow open, Optional<JournalEntry> opening) {
        String callId() {
            return opening.flatMap(e -> e.notice().call()).map(c -> c.callId().value()).orElse("");
        }
    }

    /// What a subcommand does with the rules; gives the exit code.
    @FunctionalInterface
    private interface Telling {
        int tell(JournalReader journal, List<Rule> rules) throws JournalFault;
    }

    @Command(name = "list", description = "Every open flow: owner, call, time left, what passed.")
    int list() {
        return with(
                (_, rules) -> {
                    rules.forEach(this::print);
                    if (!json) {
                        spec.commandLine().getOut().println(rules.size() + " flows are open");
                    }
                    return 0;
                });
    }

    @Command(
            name = "explain",
            description = "Why an address and port is open or closed, or what a call has open.")
    int explain(
            @Parameters(paramLabel = "ADDRESS|CALL", description = "an address, or a Call-ID")
                    String what,
            @Parameters(paramLabel = "PORT", arity = "0..1", defaultValue = "0") int port) {
        return with(
                (journal, rules) -> {
                    var found = rules.stream().filter(r -> concerns(r, what, port)).toList();
                    for (var rule : found) {
                        print(rule);
                        basis(journal, rule.callId());
                    }
                    if (found.isEmpty()) {
                        closed(journal, what, port);
                    }
                    return found.isEmpty() ? Main.FAILED : 0;
                });
    }

    private int with(Telling telling) {
        var err = spec.commandLine().getErr();
        switch (ConfigFile.read(file)) {
            case Refused refused -> {
                refused.faults().forEach(err::println);
                return Main.WRONG_INPUT;
            }
            case Loaded loaded -> {
                if (loaded.config().pinholes().driver() != Pinholes.Driver.NFTABLES) {
                    err.println("pinholes.driver: is not nftables, so there is nothing to show");
                    return Main.WRONG_INPUT;
                }
                return with(loaded.config(), telling);
            }
        }
    }

    private int with(GatewayConfig config, Telling telling) {
        try (var journal = JournalReader.open(Path.of(config.journal().path()))) {
            var rules = new ArrayList<Rule>();
            var openings = openings(journal);
            for (var open : OpenFlow.list(config.pinholes())) {
                var opening = Optional.ofNullable(openings.get(open.flow().toString()));
                rules.add(new Rule(open, opening));
            }
            alive(journal);
            return telling.tell(journal, rules);
        } catch (JournalFault | FirewallUnavailable e) {
            spec.commandLine().getErr().println(e.getMessage());
            return Main.WRONG_INPUT;
        }
    }

    /// The latest opening of each flow; what was closed since is not in the kernel.
    private static Map<String, JournalEntry> openings(JournalReader journal) throws JournalFault {
        var kind = NoticeKind.PINHOLE_OPEN.wireName();
        var latest = new HashMap<String, JournalEntry>();
        for (var entry : journal.entries(new Query(0, Instant.EPOCH, kind, "", MOST, true))) {
            latest.put(entry.notice().details().getOrDefault("flow", ""), entry);
        }
        return latest;
    }

    private void alive(JournalReader journal) throws JournalFault {
        var at = journal.status().map(s -> Instant.parse(String.valueOf(s.get("at"))));
        var now = InstantSource.system().instant();
        if (!json && at.filter(t -> t.plus(FRESH).isAfter(now)).isEmpty()) {
            spec.commandLine()
                    .getOut()
                    .println(
                            "The gateway does not run here: what follows is what it left, and ends"
                                    + " by itself.");
        }
    }

    private static boolean concerns(Rule rule, String what, int port) {
        return what.equals(rule.callId()) || touches(rule.open().flow(), what, port);
    }

    private static boolean touches(Flow flow, String what, int port) {
        try {
            return flow.touches(InetAddress.ofLiteral(what), port);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void print(Rule rule) {
        var open = rule.open();
        var call = rule.callId();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(fields(rule)));
            return;
        }
        out.println(
                Screen.safe(
                        "%s  %s  ends in %d s  %d packets, %d octets  %s"
                                .formatted(
                                        open.flow(),
                                        open.owner().isEmpty() ? "no owner" : open.owner(),
                                        open.remains().toSeconds(),
                                        open.packets(),
                                        open.bytes(),
                                        call.isEmpty()
                                                ? "the journal knows no call for it"
                                                : "call " + call)));
    }

    private static Map<String, Object> fields(Rule rule) {
        var open = rule.open();
        var flow = open.flow();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("transport", flow.transport().name().toLowerCase(java.util.Locale.ROOT));
        fields.put("source", flow.fromAnyone() ? "any" : flow.source().getHostAddress());
        fields.put("sourcePort", flow.sourcePort());
        fields.put("destination", flow.destination().getHostAddress());
        fields.put("port", flow.port());
        fields.put("owner", open.owner());
        fields.put("endsInSeconds", open.remains().toSeconds());
        fields.put("packets", open.packets());
        fields.put("bytes", open.bytes());
        fields.put("callId", rule.callId());
        rule.opening().ifPresent(e -> fields.put("openedAt", e.notice().at().toString()));
        rule.opening().ifPresent(e -> fields.put("details", e.notice().details()));
        return fields;
    }

    /// How the gateway came to read what opened it: the facts of the call's story.
    private void basis(JournalReader journal, String callId) throws JournalFault {
        if (json || callId.isEmpty()) {
            return;
        }
        journal.stories(callId, 1).stream()
                .map(CallRecord::facts)
                .map(f -> f.getOrDefault("disclosure", "not in the journal yet"))
                .forEach(b -> said("  because both descriptions were read: " + b));
    }

    /// Nothing open fits: when it was, and else what that means for a packet.
    private void closed(JournalReader journal, String what, int port) throws JournalFault {
        var kind = "pinhole.";
        var text = what + (port == 0 ? "" : " port " + port);
        var last =
                journal.entries(new Query(0, Instant.EPOCH, kind, "", MOST, true)).stream()
                        .filter(e -> names(e, what, port))
                        .reduce((_, later) -> later);
        said("nothing is open for " + text + ": media there is dropped");
        last.ifPresentOrElse(
                e -> said("the last that was told of it: " + EventsCommand.text(e)),
                () -> said("no call in the journal has asked for it"));
    }

    private static boolean names(JournalEntry entry, String what, int port) {
        return entry.notice().call().filter(c -> c.callId().value().equals(what)).isPresent()
                || Flow.told(entry.notice().details().getOrDefault("flow", ""))
                        .filter(f -> touches(f, what, port))
                        .isPresent();
    }

    private void said(String line) {
        spec.commandLine().getOut().println(Screen.safe(line));
    }
}
