package org.surehop.app;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.surehop.adapter.configfile.ConfigFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `surehop health`: has the running gateway show that it works.
@Command(
        name = "health",
        mixinStandardHelpOptions = true,
        description = {
            "Has the running gateway show that it works: a call through it over TLS from this",
            "machine to itself, its journal, its SNMP agent, its firewall table. Asks nothing",
            "outside of this machine. Needs upkeep.socket in the configuration.",
            "Exit code 0: healthy, 1: ill or not running, 2: wrong usage."
        })
final class HealthCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "the configuration of the gateway (default: surehop.yaml)")
    private Path config = Path.of("surehop.yaml");

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "how long to wait for its answer; default ${DEFAULT-VALUE}")
    private int timeout;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        return switch (ConfigFile.read(config)) {
            case ConfigFile.Outcome.Refused refused -> {
                refused.faults().forEach(err::println);
                yield Main.WRONG_INPUT;
            }
            case ConfigFile.Outcome.Loaded loaded -> {
                var upkeep = loaded.config().upkeep();
                if (!upkeep.asked()) {
                    err.println(config + ": upkeep.socket: is missing, expected the path of one");
                    yield Main.WRONG_INPUT;
                }
                yield ask(Path.of(upkeep.socket()));
            }
        };
    }

    private int ask(Path socket) throws InterruptedException {
        var line = spec.commandLine();
        try {
            var lines =
                    CompletableFuture.supplyAsync(() -> read(socket))
                            .get(timeout, TimeUnit.SECONDS);
            lines.forEach(text -> line.getOut().println(Screen.safe(text)));
            if (lines.isEmpty()) {
                line.getErr().println("surehop: the gateway at " + socket + " says nothing");
                return Main.FAILED;
            }
            return lines.getLast().equals(HealthDoor.HEALTHY) ? 0 : Main.FAILED;
        } catch (TimeoutException e) {
            line.getErr().println("surehop: no answer within " + timeout + " s at " + socket);
        } catch (ExecutionException e) {
            line.getErr().println("surehop: no gateway answers at " + socket);
        }
        return Main.FAILED;
    }

    private static List<String> read(Path socket) {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                var in = Channels.newInputStream(channel)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException("asking at " + socket, e);
        }
    }
}
