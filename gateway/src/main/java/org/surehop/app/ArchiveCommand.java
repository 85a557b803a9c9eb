package org.surehop.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.archive.ArchiveReader;
import org.surehop.adapter.archive.ArchiveReader.Entry;
import org.surehop.adapter.cms.ArchiveOpener;
import org.surehop.adapter.cms.ArchiveOpener.Opened;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `surehop archive`: the archived messages, for whoever has the archive's key.
@Command(
        name = "archive",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Reads the archive of messages.",
        subcommands = {
            ArchiveCommand.ListEntries.class,
            ArchiveCommand.Export.class,
            ArchiveCommand.Verify.class
        })
final class ArchiveCommand {
    private ArchiveCommand() {}

    /// `surehop archive list`.
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the entries; with --key also from whom to whom, and who signed.")
    static final class ListEntries implements Callable<Integer> {
        @Mixin private ArchiveChoice choice = new ArchiveChoice();
        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            return choice.with(spec.commandLine(), this::list);
        }

        private int list(ArchiveReader reader, Optional<ArchiveOpener> opener) throws IOException {
            var out = spec.commandLine().getOut();
            for (var entry : reader.entries()) {
                var line =
                        "%8d  %s  %-7s %-9s octets=%d call=%s"
                                .formatted(
                                        entry.number(),
                                        entry.at(),
                                        entry.side(),
                                        entry.outcome(),
                                        entry.octets(),
                                        entry.callId());
                if (opener.isPresent()) {
                    line += known(ArchiveChoice.opened(opener.get(), entry));
                }
                out.println(Screen.safe(line));
            }
            return 0;
        }

        private static String known(Optional<Opened> opened) {
            if (opened.isEmpty()) {
                return "  UNREADABLE with this key";
            }
            var slip = JsonText.strings(opened.get().slip());
            var signers = signers(JsonText.read(opened.get().slip()));
            return "  from=%s to=%s".formatted(slip.get("from"), slip.get("to"))
                    + (signers.isEmpty() ? "" : " signed-by=" + String.join(",", signers));
        }
    }

    /// Who signed the parts of the message, by the slip.
    private static List<String> signers(@Nullable Object slip) {
        return below(slip, "parts")
                .flatMap(part -> below(part, "signers"))
                .flatMap(signer -> below(signer, "identities"))
                .map(String::valueOf)
                .distinct()
                .toList();
    }

    private static Stream<?> below(@Nullable Object map, String key) {
        return map instanceof Map<?, ?> m && m.get(key) instanceof List<?> list
                ? list.stream()
                : Stream.empty();
    }

    /// `surehop archive export`.
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Writes entries in clear: NUMBER.json with what is known of the message, and",
                "NUMBER-PART.txt or .bin with its content; readable by their owner alone."
            })
    static final class Export implements Callable<Integer> {
        @Mixin private ArchiveChoice choice = new ArchiveChoice();

        @Option(
                names = "--to",
                required = true,
                paramLabel = "DIR",
                description = "a directory for the files; no file is written over")
        private Path to = Path.of(".");

        @Option(names = "--entry", paramLabel = "N", description = "only this one")
        private @Nullable Long entry;

        @Option(names = "--call", paramLabel = "CALL-ID", description = "only of this Call-ID")
        private @Nullable String call;

        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            return choice.with(spec.commandLine(), this::export);
        }

        private int export(ArchiveReader reader, Optional<ArchiveOpener> opener)
                throws IOException {
            var line = spec.commandLine();
            if (opener.isEmpty()) {
                line.getErr().println("--key: is missing, expected the archive's private key");
                return Main.WRONG_INPUT;
            }
            var chosen = reader.entries().stream().filter(this::chosen).toList();
            var bad = 0;
            for (var one : chosen) {
                var opened = ArchiveChoice.opened(opener.get(), one);
                if (opened.isPresent()) {
                    write(one, opened.get());
                } else {
                    line.getErr().println("entry " + one.number() + ": this key does not open it");
                    bad++;
                }
            }
            line.getOut().println((chosen.size() - bad) + " entries written to " + to);
            return bad == 0 ? 0 : Main.FAILED;
        }

        private boolean chosen(Entry one) {
            return (entry == null || entry == one.number())
                    && (call == null || call.equals(one.callId()));
        }

        private void write(Entry one, Opened opened) throws IOException {
            var name = "%012d".formatted(one.number());
            create(name + ".json", opened.slip().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            for (int i = 0; i < opened.parts().size(); i++) {
                var part = opened.parts().get(i);
                create(name + "-" + (i + 1) + suffix(part), part.octets().toArray());
            }
        }

        private static String suffix(DisclosedPart part) {
            return part.octets().isText() ? ".txt" : ".bin";
        }

        private void create(String name, byte[] octets) throws IOException {
            try (var out =
                    Files.newByteChannel(
                            to.resolve(name),
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                out.write(java.nio.ByteBuffer.wrap(octets));
            }
        }
    }

    /// `surehop archive verify`.
    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            description = {
                "Checks the chain of the indexes and the hash of each entry; with --key also that",
                "each opens and that the gateway signed it. Exit code 0: all good, 1: not."
            })
    static final class Verify implements Callable<Integer> {
        @Mixin private ArchiveChoice choice = new ArchiveChoice();
        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            return choice.with(spec.commandLine(), this::verify);
        }

        private int verify(ArchiveReader reader, Optional<ArchiveOpener> opener)
                throws IOException {
            var line = spec.commandLine();
            var faults = new ArrayList<>(reader.faults());
            var entries = reader.entries();
            if (opener.isPresent()) {
                for (var entry : entries) {
                    if (Files.exists(entry.file())) {
                        faults.addAll(fault(entry, ArchiveChoice.opened(opener.get(), entry)));
                    }
                }
            }
            faults.forEach(f -> line.getErr().println(Screen.safe(f)));
            var what = opener.isPresent() ? "chained, unchanged and signed" : "chained, unchanged";
            line.getOut()
                    .println(
                            faults.isEmpty()
                                    ? entries.size() + " entries: " + what
                                    : entries.size() + " entries: " + faults.size() + " faults");
            return faults.isEmpty() ? 0 : Main.FAILED;
        }

        private static List<String> fault(Entry entry, Optional<Opened> opened) {
            var name = "entry " + entry.number() + ": ";
            if (opened.isEmpty()) {
                return List.of(name + "this key does not open it");
            }
            var signed = opened.get().gateway().status();
            if (signed != SignerFacts.Status.VALID) {
                return List.of(name + "the gateway's signature is " + signed);
            }
            // The slip within is signed; the index beside it must say the same.
            var slip = JsonText.strings(opened.get().slip());
            return entry.callId().equals(slip.get("callId"))
                    ? List.of()
                    : List.of(name + "the index names another Call-ID");
        }
    }
}
