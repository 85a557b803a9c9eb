package org.surehop.app;

import java.io.PrintWriter;
import java.util.List;
import org.surehop.app.ua.AnswerCommand;
import org.surehop.app.ua.ProbeCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The command `surehop`. Exit codes: 0 ok, 1 failed, 2 wrong usage or configuration.
@Command(
        name = "surehop",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "SIP edge security gateway.")
public final class Main {
    /// Something did not work.
    public static final int FAILED = 1;

    /// The command line or the configuration is wrong.
    public static final int WRONG_INPUT = 2;

    /// One line each.
    private static final List<Class<?>> COMMANDS =
            List.of(
                    Run.class,
                    CheckConfig.class,
                    Pki.class,
                    ProbeCommand.class,
                    AnswerCommand.class,
                    StatusCommand.class,
                    HealthCommand.class,
                    SetupCommand.class,
                    EventsCommand.class,
                    ExplainCommand.class,
                    FirewallCommand.class,
                    ArchiveCommand.class);

    private Main() {}

    public static void main(String[] arguments) {
        var out = new PrintWriter(System.out, true);
        var err = new PrintWriter(System.err, true);
        System.exit(run(out, err, arguments));
    }

    /// Runs one command and gives its exit code.
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        var line = new CommandLine(new Main());
        COMMANDS.forEach(line::addSubcommand);
        line.setOut(out).setErr(err);
        line.setExecutionExceptionHandler(Main::oneSentence);
        if (arguments.length == 0) {
            line.usage(err);
            return WRONG_INPUT;
        }
        return line.execute(arguments);
    }

    private static int oneSentence(
            Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        var said = failure.getMessage();
        line.getErr().println("surehop: " + (said == null ? failure.toString() : said));
        return FAILED;
    }

    /// The version that the build wrote into the jar.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"surehop " + (version == null ? "(not packaged)" : version)};
        }
    }
}
