package org.surehop.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.configfile.ConfigFile;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Loaded;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Refused;
import org.surehop.adapter.journal.JournalFault;
import org.surehop.adapter.journal.JournalReader;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// Which journal a command reads: named itself, or by the configuration of the gateway.
final class JournalChoice {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the configuration that names the journal (default: surehop.yaml)")
    private Path config = Path.of("surehop.yaml");

    @Option(names = "--journal", paramLabel = "FILE", description = "the journal itself")
    private @Nullable Path journal;

    /// What a command does with an open journal; gives the exit code.
    @FunctionalInterface
    interface Reading {
        int read(JournalReader reader) throws JournalFault, InterruptedException;
    }

    /// Opens, reads, closes; a journal that cannot be read is told in one sentence.
    int with(CommandLine line, Reading reading) throws InterruptedException {
        var chosen = journal;
        if (chosen == null) {
            switch (ConfigFile.read(config)) {
                case Refused refused -> {
                    refused.faults().forEach(line.getErr()::println);
                    return Main.WRONG_INPUT;
                }
                case Loaded loaded -> chosen = Path.of(loaded.config().journal().path());
            }
        }
        try (var reader = JournalReader.open(chosen)) {
            return reading.read(reader);
        } catch (JournalFault fault) {
            line.getErr().println(fault.getMessage());
            return Main.WRONG_INPUT;
        }
    }
}
