package org.surehop.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.Security;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.surehop.adapter.archive.ArchiveFault;
import org.surehop.adapter.archive.ArchiveReader;
import org.surehop.adapter.archive.ArchiveReader.Entry;
import org.surehop.adapter.cms.ArchiveOpener;
import org.surehop.adapter.cms.ArchiveOpener.Opened;
import org.surehop.adapter.cms.KeyMaterialFault;
import org.surehop.adapter.configfile.ConfigFile;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Loaded;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Refused;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.core.config.GatewayConfig;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// Which archive a command reads and with which key: named by the configuration of the gateway,
/// or each by itself, on a machine that is no gateway.
final class ArchiveChoice {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the gateway's configuration (default: surehop.yaml)")
    private Path config = Path.of("surehop.yaml");

    @Option(
            names = "--archive",
            paramLabel = "DIR",
            description = "the archive itself, or a copy; then no configuration is read")
    private @Nullable Path archive;

    @Option(names = "--key", paramLabel = "FILE", description = "the archive's private key, PEM")
    private @Nullable Path key;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "its certificate (default: the one in the configuration)")
    private @Nullable Path certificate;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "the CAs of the gateway that signed (default: smime.trust)")
    private @Nullable Path trust;

    /// What a command does with an open archive; gives the exit code.
    @FunctionalInterface
    interface Reading {
        int read(ArchiveReader reader, Optional<ArchiveOpener> opener) throws IOException;
    }

    /// Opens and reads; what cannot be read is told in one sentence.
    int with(CommandLine line, Reading reading) throws IOException {
        Optional<GatewayConfig> gateway = Optional.empty();
        if (archive == null) {
            switch (ConfigFile.read(config)) {
                case Refused refused -> {
                    refused.faults().forEach(line.getErr()::println);
                    return Main.WRONG_INPUT;
                }
                case Loaded loaded -> gateway = Optional.of(loaded.config());
            }
        }
        try {
            var place = or(archive, gateway.map(g -> g.services().archive().path()));
            return reading.read(ArchiveReader.open(place), opener(gateway));
        } catch (ArchiveFault | KeyMaterialFault fault) {
            line.getErr().println(fault.getMessage());
            return Main.WRONG_INPUT;
        }
    }

    private Optional<ArchiveOpener> opener(Optional<GatewayConfig> gateway)
            throws KeyMaterialFault {
        if (key == null) {
            return Optional.empty();
        }
        FipsProvider.install();
        return Optional.of(
                ArchiveOpener.load(
                        or(certificate, gateway.map(g -> g.services().archive().certificate())),
                        key,
                        or(trust, gateway.map(g -> g.smime().trust())),
                        Security.getProvider(FipsProvider.CRYPTO)));
    }

    private static Path or(@Nullable Path given, Optional<String> configured) {
        return given == null ? Path.of(configured.orElse("")) : given;
    }

    /// An entry in clear; empty when this key does not open it or it is no entry.
    static Optional<Opened> opened(ArchiveOpener opener, Entry entry) throws IOException {
        return opener.open(entry.sealed(), Instant.parse(entry.at()));
    }
}
