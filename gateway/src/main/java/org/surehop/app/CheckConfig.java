package org.surehop.app;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.surehop.adapter.configfile.ConfigFile;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Loaded;
import org.surehop.adapter.configfile.ConfigFile.Outcome.Refused;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `surehop check-config`: says every fault of a configuration file before anything runs.
@Command(
        name = "check-config",
        mixinStandardHelpOptions = true,
        description = {
            "Checks a configuration file: form and meaning always, and the files that it names.",
            "A named file that does not exist is a note, with --deploy a fault.",
            "Exit code 0: good, 2: at least one fault."
        })
final class CheckConfig implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "the configuration, YAML")
    private Path file = Path.of("surehop.yaml");

    @Option(
            names = "--deploy",
            description = "also demand that all named files exist here, as `run` does")
    private boolean deploy;

    @Spec private CommandSpec spec;

    CheckConfig() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        return switch (ConfigFile.read(file)) {
            case Refused refused -> {
                refused.faults().forEach(spec.commandLine().getErr()::println);
                yield Main.WRONG_INPUT;
            }
            case Loaded loaded -> deployment(loaded);
        };
    }

    private int deployment(Loaded loaded) {
        var line = spec.commandLine();
        var findings = DeploymentCheck.of(file, loaded.config(), InstantSource.system());
        int faults = 0;
        for (var finding : findings) {
            if (finding.absent() && !deploy) {
                line.getOut().println("note: " + finding.sentence());
            } else {
                line.getErr().println(finding.sentence());
                faults++;
            }
        }
        if (faults > 0) {
            return Main.WRONG_INPUT;
        }
        line.getOut().println(verdict(findings.size()));
        return 0;
    }

    private String verdict(int missing) {
        if (deploy) {
            return file + ": good, and everything that it names is here";
        }
        return missing == 0
                ? file + ": good"
                : file
                        + ": good in form and meaning; "
                        + missing
                        + (missing == 1 ? " thing" : " things")
                        + " that it names must exist before it runs here (--deploy demands them)";
    }
}
