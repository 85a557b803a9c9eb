package org.surehop.app;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.surehop.adapter.configfile.ConfigFile;
import org.surehop.adapter.systemd.ServiceNotices;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.core.config.GatewayConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `surehop run`: the gateway itself, until it is told to end.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the gateway until SIGTERM or SIGINT; then it ends calls and closes pinholes.",
            "Exit code 0: ended in order, 2: it cannot run here as configured."
        })
final class Run implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "the configuration, YAML")
    private Path file = Path.of("surehop.yaml");

    @Spec private CommandSpec spec;

    Run() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() throws InterruptedException {
        var err = spec.commandLine().getErr();
        return switch (ConfigFile.read(file)) {
            case ConfigFile.Outcome.Refused refused -> {
                refused.faults().forEach(err::println);
                yield Main.WRONG_INPUT;
            }
            case ConfigFile.Outcome.Loaded loaded -> run(loaded.config());
        };
    }

    private int run(GatewayConfig config) throws InterruptedException {
        var line = spec.commandLine();
        FipsProvider.install();
        var findings = DeploymentCheck.of(file, config, InstantSource.system());
        if (!findings.isEmpty()) {
            findings.forEach(f -> line.getErr().println(f.sentence()));
            return Main.WRONG_INPUT;
        }
        try {
            var appliance = Appliance.start(file.toString(), config);
            appliance.said().forEach(line.getOut()::println);
            Signals.on("HUP", () -> reload(appliance));
            var notices = ServiceNotices.of(System.getenv());
            notices.ifPresent(n -> n.ready(appliance::beat));
            untilToldToEnd();
            notices.ifPresent(ServiceNotices::close);
            appliance.stop(PATIENCE);
            return 0;
        } catch (StartFault fault) {
            line.getErr().println(fault.getMessage());
            return Main.WRONG_INPUT;
        }
    }

    private void reload(Appliance appliance) {
        var line = spec.commandLine();
        var faults = appliance.reload(file);
        faults.forEach(line.getErr()::println);
        line.getOut()
                .println(
                        faults.isEmpty()
                                ? file + ": taken"
                                : file + ": not taken, the old configuration stays in force");
    }

    private static void untilToldToEnd() throws InterruptedException {
        var told = new CountDownLatch(1);
        Signals.on("TERM", told::countDown);
        Signals.on("INT", told::countDown);
        told.await();
    }
}
