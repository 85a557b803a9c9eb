package org.surehop.adapter.systemd;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What systemd hears of the gateway: ready, still alive, stopping (sd_notify(3)). Alive means that
/// the loop has made a turn since the last word: a gateway that hangs is silent, and systemd starts
/// it anew. Without `NOTIFY_SOCKET` in the environment there is nobody to tell.
public final class ServiceNotices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotices.class);

    /// systemd asks for a word in half of the time; a third leaves room for a busy machine.
    private static final int WORDS_PER_TIMEOUT = 3;

    private final NotifySocket socket;
    private final Optional<Duration> timeout;
    private Optional<Thread> watch = Optional.empty();

    private ServiceNotices(NotifySocket socket, Optional<Duration> timeout) {
        this.socket = socket;
        this.timeout = timeout;
    }

    /// From the environment of the process: `NOTIFY_SOCKET`, and `WATCHDOG_USEC` in microseconds.
    /// A fault in either is told in the log and means that nothing is sent.
    public static Optional<ServiceNotices> of(Map<String, String> environment) {
        var path = environment.get("NOTIFY_SOCKET");
        if (path == null) {
            return Optional.empty();
        }
        try {
            var micros = Optional.ofNullable(environment.get("WATCHDOG_USEC")).map(Long::valueOf);
            return Optional.of(
                    new ServiceNotices(
                            new NotifySocket(path),
                            micros.filter(m -> m > 0).map(m -> Duration.ofNanos(m * 1000))));
        } catch (IllegalArgumentException e) {
            LOG.warn("service-notices.off reason={}", e.getMessage());
            return Optional.empty();
        }
    }

    /// Says that the doors are open, and from now on that `beat` moves. On a thread of the kernel:
    /// a virtual one waits behind every handshake that computes, and a living gateway is killed.
    public void ready(LongSupplier beat) {
        say("READY=1");
        watch =
                timeout.map(
                        t ->
                                Thread.ofPlatform()
                                        .daemon()
                                        .name("service-watchdog")
                                        .start(() -> watch(beat, t.dividedBy(WORDS_PER_TIMEOUT))));
    }

    private void watch(LongSupplier beat, Duration pause) {
        var last = beat.getAsLong() - 1;
        try {
            while (true) {
                var now = beat.getAsLong();
                if (now != last) {
                    say("WATCHDOG=1");
                    last = now;
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void say(String word) {
        if (!socket.send(word)) {
            LOG.warn("service-notices.unheard word={}", word);
        }
    }

    /// Says that the gateway is ending.
    @Override
    public void close() {
        watch.ifPresent(Thread::interrupt);
        say("STOPPING=1");
    }
}
