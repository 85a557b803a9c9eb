package org.surehop.adapter.ipsec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The program `ip` of iproute2, from one of the places where systems keep it, never from PATH.
/// What takes longer than five seconds or tells more than 4 MiB has failed. Any thread; the caller
/// waits.
public final class IpProgram {
    private static final List<Path> PLACES =
            List.of(
                    Path.of("/usr/sbin/ip"),
                    Path.of("/sbin/ip"),
                    Path.of("/usr/bin/ip"),
                    Path.of("/bin/ip"));
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_OCTETS = 4 << 20;

    private final Path program;
    private final Duration patience;

    IpProgram(Path program, Duration patience) {
        this.program = program;
        this.patience = patience;
    }

    /// Empty where iproute2 is not installed.
    public static Optional<IpProgram> find() {
        return PLACES.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .map(place -> new IpProgram(place, PATIENCE));
    }

    /// What it prints. The exception says in one phrase why there is nothing.
    String ask(List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        var process = builder.start();
        var ends = CompletableFuture.delayedExecutor(patience.toNanos(), TimeUnit.NANOSECONDS);
        ends.execute(process::destroyForcibly);
        try (var in = process.getInputStream()) {
            process.getOutputStream().close();
            var octets = in.readNBytes(MOST_OCTETS + 1);
            if (octets.length > MOST_OCTETS) {
                throw new IOException("ip told more than can be read");
            }
            if (process.waitFor() != 0) {
                throw new IOException("ip " + arguments.get(1) + " failed");
            }
            return new String(octets, StandardCharsets.UTF_8);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ip ran", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
