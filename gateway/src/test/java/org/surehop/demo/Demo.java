package org.surehop.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// What `gateway/bin/demo` runs once everything is built and the stage is set. Exit code 0 only if
/// everything that was printed was observed.
public final class Demo {
    private Demo() {}

    /// `WORK HOME` on loopback, or `WORK HOME PREFIX CALLER INSIDE OUTSIDE CALLEE` in namespaces.
    public static void main(String[] arguments) throws Exception {
        var stage =
                arguments.length == 7
                        ? new Stage(
                                arguments[2],
                                arguments[3],
                                arguments[4],
                                arguments[5],
                                arguments[6])
                        : Stage.LOOPBACK;
        System.exit(run(Path.of(arguments[0]), Path.of(arguments[1]), stage) ? 0 : 1);
    }

    private static boolean run(Path work, Path home, Stage stage) throws Exception {
        var out = System.out;
        var began = Instant.now();
        Account.opening(stage, out);
        var play =
                new Play(
                        work,
                        home,
                        stage,
                        step -> out.printf("  %5.1f s  %s%n", seconds(began), step));
        try {
            var seen = play.run();
            var good = new Account(play.mib(), seen, out).print();
            out.printf(
                    "%n  %s, after %.0f s.%n", good ? "All seen" : "NOT ALL SEEN", seconds(began));
            return good;
        } catch (Player.Failure failure) {
            out.println();
            out.println("  The demonstration ended early: " + failure.getMessage());
            var lines = failure.lines();
            lines.subList(Math.max(0, lines.size() - 40), lines.size())
                    .forEach(l -> out.println("    | " + l));
            return false;
        }
    }

    private static double seconds(Instant began) {
        return Duration.between(began, Instant.now()).toMillis() / 1000.0;
    }
}
