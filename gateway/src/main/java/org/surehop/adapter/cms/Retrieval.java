package org.surehop.adapter.cms;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks responders and distribution points, by HTTP alone (RFC 6960 §A.1, RFC 5280 §4.2.1.13): what
/// comes is signed. One question has one time limit for all of it and one for size; redirections
/// are not followed; whoever did not answer is left alone for a while. Blocks a worker, never the
/// loop.
final class Retrieval {
    private static final Duration PENALTY = Duration.ofSeconds(30);
    private static final int MAX_SILENT = 256;

    private final Duration timeout;
    private final Map<String, Instant> silent = new LinkedHashMap<>();

    Retrieval(Duration timeout) {
        this.timeout = timeout;
    }

    /// A POST when there is something to send, else a GET; empty when nothing of use came.
    Optional<byte[]> ask(String url, byte @Nullable [] question, int maxOctets, Instant now) {
        if (!allowed(url, now)) {
            return Optional.empty();
        }
        try {
            return Optional.of(inTime(url, question, maxOctets));
        } catch (IOException | RuntimeException _) {
            punish(url, now);
            return Optional.empty();
        }
    }

    private synchronized boolean allowed(String url, Instant now) {
        var until = silent.get(url);
        if (until != null && until.isAfter(now)) {
            return false;
        }
        silent.remove(url);
        return url.length() <= 512 && url.regionMatches(true, 0, "http://", 0, 7);
    }

    /// One silent responder must not cost every body its time limit.
    private synchronized void punish(String url, Instant now) {
        if (silent.size() >= MAX_SILENT) {
            silent.remove(silent.keySet().iterator().next());
        }
        silent.put(url, now.plus(PENALTY));
    }

    /// Whatever the other side does, and however slowly, the time limit is kept.
    private byte[] inTime(String url, byte @Nullable [] question, int maxOctets)
            throws IOException {
        var task = new FutureTask<>(() -> exchange(url, question, maxOctets));
        Thread.ofVirtual().name("retrieval").start(task);
        try {
            return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped");
        } catch (ExecutionException | TimeoutException _) {
            throw new IOException("no answer of use");
        } finally {
            task.cancel(true);
        }
    }

    private byte[] exchange(String url, byte @Nullable [] question, int maxOctets)
            throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) timeout.toMillis());
        connection.setReadTimeout((int) timeout.toMillis());
        try {
            if (question != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/ocsp-request");
                connection.setFixedLengthStreamingMode(question.length);
                try (var out = connection.getOutputStream()) {
                    out.write(question);
                }
            }
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("no answer of use");
            }
            try (var in = connection.getInputStream()) {
                var found = in.readNBytes(maxOctets + 1);
                if (found.length > maxOctets) {
                    throw new IOException("an answer larger than allowed");
                }
                return found;
            }
        } finally {
            connection.disconnect();
        }
    }
}
