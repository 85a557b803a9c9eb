package org.surehop.adapter.systemd;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The other end is a socket of Python's: nothing of ours reads what ours sends.
final class ServiceNoticesTest {
    private static final String LISTENER =
            """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            name = sys.argv[1]
            s.bind('\\0' + name[1:] if name[0] == '@' else name)
            print('bound', flush=True)
            while True:
                print(s.recv(4096).decode(), flush=True)
            """;

    @TempDir private Path directory;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Test
    void saysReadyThenThatItLivesAsLongAsTheLoopTurns() throws IOException {
        var beat = new AtomicLong();
        var path = directory.resolve("notify").toString();
        var listener = listen(path);
        try (var notices = open(path, "300000")) {
            notices.ready(beat::incrementAndGet);
            await().until(() -> heard.stream().filter("WATCHDOG=1"::equals).count() >= 3);
            assertEquals("READY=1", heard.get(1));
        }
        await().until(() -> heard.getLast().equals("STOPPING=1"));
        listener.destroy();
    }

    /// The word was sent from a virtual thread, which gets no turn while others compute: handshakes
    /// in a flood kept every carrier, and systemd would have killed a gateway whose loop went on.
    @Test
    void saysThatItLivesWhileEveryCarrierComputes() throws IOException {
        var beat = new AtomicLong();
        var computing = new AtomicBoolean(true);
        var path = directory.resolve("busy").toString();
        var listener = listen(path);
        for (var n = 0; n < 4 * Runtime.getRuntime().availableProcessors(); n++) {
            Thread.ofVirtual()
                    .start(
                            () -> {
                                while (computing.get()) {
                                    Thread.onSpinWait();
                                }
                            });
        }
        try (var notices = open(path, "300000")) {
            notices.ready(beat::incrementAndGet);
            await().until(() -> heard.stream().filter("WATCHDOG=1"::equals).count() >= 3);
        } finally {
            computing.set(false);
        }
        listener.destroy();
    }

    @Test
    void isSilentWhenTheLoopHangs() throws IOException {
        var asked = new AtomicLong();
        var path = "@surehop-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        var listener = listen(path);
        try (var notices = open(path, "30000")) {
            notices.ready(
                    () -> {
                        asked.incrementAndGet();
                        return 7;
                    });
            await().until(() -> asked.get() > 10);
        }
        await().until(() -> heard.getLast().equals("STOPPING=1"));
        assertEquals(1, heard.stream().filter("WATCHDOG=1"::equals).count(), heard.toString());
        listener.destroy();
    }

    @Test
    void tellsNobodyWhenNobodyAsks() {
        assertTrue(ServiceNotices.of(Map.of()).isEmpty());
        assertTrue(ServiceNotices.of(Map.of("NOTIFY_SOCKET", "")).isEmpty());
        assertTrue(ServiceNotices.of(Map.of("NOTIFY_SOCKET", "x".repeat(108))).isEmpty());
        assertTrue(
                ServiceNotices.of(Map.of("NOTIFY_SOCKET", "/s", "WATCHDOG_USEC", "soon"))
                        .isEmpty());
    }

    @Test
    void goesOnWhenTheSocketIsGone() {
        var path = directory.resolve("nobody").toString();
        try (var notices = open(path, "30000")) {
            notices.ready(() -> 1);
            assertFalse(new NotifySocket(path).send("READY=1"));
        }
    }

    private static ServiceNotices open(String path, String micros) {
        return ServiceNotices.of(Map.of("NOTIFY_SOCKET", path, "WATCHDOG_USEC", micros))
                .orElseThrow();
    }

    private Process listen(String path) throws IOException {
        var process =
                new ProcessBuilder("python3", "-c", LISTENER, path)
                        .redirectErrorStream(true)
                        .start();
        Thread.ofPlatform().daemon().start(() -> read(process.inputReader(StandardCharsets.UTF_8)));
        await().until(() -> heard.contains("bound"));
        return process;
    }

    private void read(BufferedReader lines) {
        lines.lines().forEach(heard::add);
    }
}
