package org.surehop.adapter.simco;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Midcom;

/// The session with one middlebox of another box. It is kept open: when it ends, a new one is
/// tried, sooner at first, at most every half minute. One thread asks; replies and notifications
/// come on the session's own thread. A middlebox that does not answer in time loses its session,
/// so that what it did is found out with the next one.
final class RemoteMiddlebox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteMiddlebox.class);
    private static final int DIAL_MILLIS = 3_000;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Midcom.Remote config;
    private final SimcoTls tls;
    private final Listening listening;
    private final AtomicLong lastTransaction = new AtomicLong();
    private final Map<Long, CompletableFuture<Frame>> asked = new ConcurrentHashMap<>();
    private final Thread keeper;
    private volatile Line line = Line.NONE;
    private volatile boolean closing;

    /// Who hears of a session that has opened and of notifications, on the session's thread.
    interface Listening {
        void opened(RemoteMiddlebox remote);

        void notified(RemoteMiddlebox remote, Frame notification);
    }

    /// What is written to, if anything.
    private record Line(Consumer<byte[]> writer, boolean open) {
        static final Line NONE = new Line(_ -> {}, false);
    }

    /// The middlebox did not answer: nobody knows what it has done.
    static final class Silent extends Exception {
        private static final long serialVersionUID = 1L;

        Silent(String message) {
            super(message);
        }
    }

    RemoteMiddlebox(Midcom.Remote config, SimcoTls tls, Listening listening) {
        this.config = config;
        this.tls = tls;
        this.listening = listening;
        this.keeper = Thread.ofVirtual().name("simco-to-" + config.name()).unstarted(this::keep);
    }

    void begin() {
        keeper.start();
    }

    String name() {
        return config.name();
    }

    boolean serves(InetAddress inside) {
        return config.prefixes().stream().anyMatch(p -> p.contains(inside));
    }

    boolean isOpen() {
        return line.open();
    }

    /// Asks and waits for the reply, positive or negative.
    Frame ask(int sub, List<Attribute> attributes, Duration patience)
            throws Silent, InterruptedException {
        var transaction = lastTransaction.incrementAndGet() & 0xFFFF_FFFFL;
        var reply = new CompletableFuture<Frame>();
        asked.put(transaction, reply);
        try {
            line.writer().accept(Frame.of(Code.REQUEST, sub, transaction, attributes).octets());
            return reply.get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            hangUp();
            throw new Silent(config.name() + " does not answer");
        } finally {
            asked.remove(transaction);
        }
    }

    /// Ends the session; another one follows.
    private void hangUp() {
        // An empty write stands for the end of the socket.
        line.writer().accept(new byte[0]);
    }

    @Override
    public void close() {
        closing = true;
        hangUp();
        keeper.interrupt();
    }

    private void keep() {
        var pause = Duration.ofMillis(250);
        while (!closing) {
            var began = System.nanoTime();
            try {
                session();
            } catch (IOException | BadFrame e) {
                LOG.warn("midcom middlebox={} session ended cause={}", name(), e.getMessage());
            }
            var lasted = Duration.ofNanos(System.nanoTime() - began);
            pause = lasted.compareTo(LONGEST_PAUSE) > 0 ? Duration.ofMillis(250) : pause;
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
            var twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    private void session() throws IOException, BadFrame {
        try (var raw = new Socket()) {
            var there = InetAddress.ofLiteral(config.address());
            raw.connect(new InetSocketAddress(there, config.port()), DIAL_MILLIS);
            raw.setTcpNoDelay(true);
            raw.setKeepAlive(true);
            raw.setSoTimeout(DIAL_MILLIS);
            var secure = tls.client(raw, config.name());
            secure.startHandshake();
            proven(secure);
            var out = secure.getOutputStream();
            var in = new DataInputStream(new BufferedInputStream(secure.getInputStream()));
            establish(out, in);
            raw.setSoTimeout(0);
            line = new Line(octets -> write(out, raw, octets), true);
            LOG.info("midcom middlebox={} session opened", name());
            listening.opened(this);
            read(in);
        } finally {
            line = Line.NONE;
            var gone = new IOException("the session ended");
            asked.values().forEach(f -> f.completeExceptionally(gone));
        }
    }

    private void proven(SSLSocket secure) throws IOException {
        var chain = secure.getSession().getPeerCertificates();
        if (chain.length == 0
                || !(chain[0] instanceof X509Certificate leaf)
                || !tls.matches(leaf, config.name())) {
            throw new IOException("its certificate does not prove " + config.name());
        }
    }

    private static void establish(java.io.OutputStream out, DataInputStream in)
            throws IOException, BadFrame {
        var version = List.<Attribute>of(new Attribute.Version(Code.MAJOR, Code.MINOR));
        out.write(Frame.of(Code.REQUEST, Code.SE, 0, version).octets());
        out.flush();
        var reply = Frame.read(in, Code.MOST_PAYLOAD);
        if (reply.isEmpty() || reply.get().basic() != Code.POSITIVE) {
            throw new IOException(
                    "it refuses the session: "
                            + reply.map(f -> "0x%02x".formatted(f.sub())).orElse("closed"));
        }
    }

    private void read(DataInputStream in) throws IOException, BadFrame {
        var frame = Frame.read(in, Code.MOST_PAYLOAD);
        while (frame.isPresent()) {
            if (frame.get().basic() == Code.NOTIFICATION) {
                listening.notified(this, frame.get());
            } else {
                var waiting = asked.get(frame.get().transaction());
                if (waiting != null) {
                    waiting.complete(frame.get());
                }
            }
            frame = Frame.read(in, Code.MOST_PAYLOAD);
        }
    }

    private static void write(java.io.OutputStream out, Socket raw, byte[] octets) {
        try {
            if (octets.length == 0) {
                raw.close();
            } else {
                out.write(octets);
                out.flush();
            }
        } catch (IOException e) {
            LOG.debug("writing to a middlebox failed", e);
        }
    }
}
