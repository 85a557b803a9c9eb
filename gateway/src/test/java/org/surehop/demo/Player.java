package org.surehop.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// One process of the play. Its output is read line by line as it comes, and kept; whoever waits
/// for a line waits for that line and for nothing else.
final class Player implements AutoCloseable {
    private static final int KEPT = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Those that run: whoever ends this process by a signal ends them too.
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy), "curtain"));
    }

    private final String name;
    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final List<String> lines = new ArrayList<>();
    private boolean finished;

    private Player(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /// Starts the command with output and errors in one stream.
    static Player start(String name, List<String> command, Map<String, String> environment)
            throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var player = new Player(name, builder.start());
        RUNNING.add(player.process);
        var _ = player.process.onExit().thenAccept(RUNNING::remove);
        Thread.ofVirtual().name("hears-" + name).start(player::hear);
        return player;
    }

    /// Runs the command to its end and returns its output; any exit code but `expected` is a
    /// failure that shows the output.
    static List<String> run(
            String name, List<String> command, int expected, Map<String, String> environment)
            throws IOException, InterruptedException {
        try (var player = start(name, command, environment)) {
            var code = player.exitCode(Duration.ofSeconds(60));
            if (code.isEmpty() || code.get() != expected) {
                throw new Failure(
                        name + " ended with " + code.map(String::valueOf).orElse("nothing at all"),
                        player.lines());
            }
            return player.lines();
        }
    }

    /// The first line that fits, waiting for it if need be.
    Optional<String> await(Predicate<String> fits, Duration atMost) throws InterruptedException {
        var left = atMost.toNanos();
        var next = 0;
        lock.lockInterruptibly();
        try {
            while (true) {
                for (; next < lines.size(); next++) {
                    if (fits.test(lines.get(next))) {
                        return Optional.of(lines.get(next));
                    }
                }
                if (finished || left <= 0) {
                    return Optional.empty();
                }
                left = news.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The same, but its absence ends the demonstration.
    String expect(String what, Predicate<String> fits, Duration atMost)
            throws InterruptedException {
        return await(fits, atMost)
                .orElseThrow(() -> new Failure(name + " did not get as far as: " + what, lines()));
    }

    /// Types a line into its standard input.
    void type(String line) throws IOException {
        var input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    Optional<Integer> exitCode(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            return Optional.empty();
        }
        // The output may end a little after the process.
        await(_ -> false, PATIENCE);
        return Optional.of(process.exitValue());
    }

    List<String> lines() {
        lock.lock();
        try {
            return List.copyOf(lines);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        end();
    }

    /// Asks it to end, waits, and makes it end; no harm when it has ended.
    void end() {
        process.destroy();
        try {
            if (process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    private void hear() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException gone) {
            // The process was ended while a line was read: what came before is kept.
        } finally {
            lock.lock();
            try {
                finished = true;
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void add(String line) {
        lock.lock();
        try {
            if (lines.size() < KEPT) {
                lines.add(line);
            }
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The play cannot go on; `lines` are the last words of the one who failed.
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient List<String> lines;

        Failure(String message, List<String> lines) {
            super(message);
            this.lines = lines;
        }

        List<String> lines() {
            return lines;
        }
    }
}
