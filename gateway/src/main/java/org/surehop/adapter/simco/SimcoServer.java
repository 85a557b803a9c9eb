package org.surehop.adapter.simco;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Midcom;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.pinhole.middlebox.MiddleboxAction;
import org.surehop.core.report.Reason;

/// The door for agents (RFC 4540): accepts, lets TLS prove who it is, reads requests and posts
/// them; the loop says what to answer. A message that cannot be read is answered so and changes
/// nothing; after one whose end nobody knows (BFM) the connection closes.
public final class SimcoServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SimcoServer.class);
    /// The longest request there is has less than 100 octets.
    private static final int MOST_REQUEST = 1024;

    /// RFC 4540 §6: for the rest of a message that has begun.
    private static final int MOST_SECONDS = 60;

    private final Midcom config;
    private final Duration patience;
    private final SimcoTls tls;
    private final EventSink sink;
    private final InstantSource clock;
    private final ServerSocket door;
    private final Map<Long, AgentConnection> connections = new ConcurrentHashMap<>();
    private final AtomicLong lastSession = new AtomicLong();

    private SimcoServer(Setting setting, EventSink sink, InstantSource clock, ServerSocket door) {
        this.config = setting.config();
        this.patience = setting.handshake();
        this.tls = setting.tls();
        this.sink = sink;
        this.clock = clock;
        this.door = door;
    }

    /// What the server works with; `handshake` is the longest that TLS may take.
    public record Setting(Midcom config, Duration handshake, SimcoTls tls) {}

    /// Opens the door; nobody is let in before [#begin].
    public static SimcoServer open(Setting setting, EventSink sink, InstantSource clock)
            throws IOException {
        var at = setting.config();
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(at.address()), at.port()));
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "midcom.address: cannot listen on %s port %d (%s), expected a free port"
                            .formatted(at.address(), at.port(), e.getMessage()),
                    e);
        }
        return new SimcoServer(setting, sink, clock, socket);
    }

    /// Where it listens.
    public int port() {
        return door.getLocalPort();
    }

    public void begin() {
        Thread.ofVirtual().name("simco-accept").start(this::accept);
    }

    /// Called on the loop thread; never blocks. For a session that is gone nothing is done.
    public void tell(Effect.TellAgent effect) {
        var connection = connections.get(effect.what().session());
        if (connection == null) {
            return;
        }
        switch (effect.what()) {
            case MiddleboxAction.Reply(_, var transaction, var answer) ->
                    connection.answer(transaction, answer);
            case MiddleboxAction.Notify(_, var notification) -> connection.notify(notification);
            case MiddleboxAction.End _ -> connection.finish();
        }
    }

    @Override
    public void close() {
        shut(door);
        connections.values().forEach(AgentConnection::cut);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                admit(door.accept());
            } catch (IOException e) {
                if (!door.isClosed()) {
                    LOG.warn("simco accept failed cause={}", e.getMessage());
                    Thread.yield();
                }
            }
        }
    }

    private void admit(Socket raw) {
        // Twice as many as may have a session: those that still shake hands count, too.
        if (connections.size() >= 2 * config.maxSessions()) {
            refused(Reason.TOO_MANY_CONNECTIONS, raw, "midcom");
            shut(raw);
            return;
        }
        var session = lastSession.incrementAndGet();
        var connection = new AgentConnection(session, raw);
        connections.put(session, connection);
        Thread.ofVirtual().name("simco-" + session).start(() -> welcome(connection, raw));
    }

    private void welcome(AgentConnection connection, Socket raw) {
        try {
            raw.setTcpNoDelay(true);
            raw.setKeepAlive(true);
            raw.setSoTimeout((int) patience.toMillis());
            var secure = tls.server(raw);
            secure.startHandshake();
            var names = names(secure);
            raw.setSoTimeout(0);
            connection.begin(secure.getOutputStream());
            if (post(new Event.AgentConnected(clock.instant(), connection.session(), names))) {
                read(connection, secure);
            }
        } catch (IOException e) {
            LOG.info("simco session={} ended cause={}", connection.session(), e.getMessage());
            if (!connection.begun()) {
                refused(Reason.TLS_HANDSHAKE_FAILED, raw, "midcom: no TLS with a certificate");
            }
        } finally {
            connections.remove(connection.session());
            connection.cut();
            post(new Event.AgentDisconnected(clock.instant(), connection.session()));
        }
    }

    private List<String> names(SSLSocket secure) throws IOException {
        var chain = secure.getSession().getPeerCertificates();
        return chain.length > 0 && chain[0] instanceof X509Certificate leaf
                ? tls.identities(leaf)
                : List.of();
    }

    private void read(AgentConnection connection, SSLSocket secure) throws IOException {
        var in = new BufferedInputStream(secure.getInputStream());
        try {
            var frame = next(in, secure);
            while (frame.isPresent() && serve(connection, frame.get())) {
                frame = next(in, secure);
            }
        } catch (BadFrame bad) {
            malformed(connection, bad);
            connection.badlyFormed();
            connection.finish();
            connection.drained();
        }
    }

    /// An agent may be silent as long as it likes, but not within a message.
    private static Optional<Frame> next(BufferedInputStream in, SSLSocket secure)
            throws IOException, BadFrame {
        secure.setSoTimeout(0);
        in.mark(1);
        if (in.read() < 0) {
            return Optional.empty();
        }
        in.reset();
        secure.setSoTimeout(MOST_SECONDS * 1000);
        return Frame.read(new DataInputStream(in), MOST_REQUEST);
    }

    private boolean serve(AgentConnection connection, Frame frame) {
        if (frame.basic() != Code.REQUEST) {
            return refuse(connection, Code.WRONG_BASIC_TYPE, frame.transaction());
        }
        try {
            var request = RequestReader.read(frame);
            if (request.isEmpty()) {
                return refuse(connection, other(frame.sub()), frame.transaction());
            }
            if (!connection.expect(frame.transaction(), frame.sub())) {
                return refuse(connection, Code.NO_RESOURCES, frame.transaction());
            }
            var event =
                    new Event.AgentRequested(
                            clock.instant(),
                            connection.session(),
                            frame.transaction(),
                            request.get());
            if (sink.post(event)) {
                return true;
            }
            connection.forget(frame.transaction());
            return refuse(connection, Code.NO_RESOURCES, frame.transaction());
        } catch (BadFrame bad) {
            malformed(connection, bad);
            return refuse(connection, bad.number(), frame.transaction());
        }
    }

    /// Without a session there is one try (RFC 4540 §6).
    private static boolean refuse(AgentConnection connection, int number, long transaction) {
        connection.refuse(number, transaction);
        if (!connection.established()) {
            connection.finish();
            connection.drained();
        }
        return connection.established();
    }

    /// A challenge was never sent, and of the optional transactions none is served.
    private static int other(int sub) {
        return switch (sub) {
            case Code.SA -> Code.NOT_APPLICABLE;
            case Code.PDR -> Code.NOT_SUPPORTED;
            default -> Code.WRONG_SUB_TYPE;
        };
    }

    private void malformed(AgentConnection connection, BadFrame bad) {
        var event =
                new Event.EdgeRefused(
                        clock.instant(),
                        Reason.MALFORMED,
                        connection.peer(),
                        "midcom: " + bad.kind().name());
        post(event);
    }

    private void refused(Reason reason, Socket raw, String detail) {
        var peer = raw.getInetAddress() == null ? "" : raw.getInetAddress().getHostAddress();
        post(new Event.EdgeRefused(clock.instant(), reason, peer, detail));
    }

    /// The loop must hear that a session is there or gone: tries for a while.
    private boolean post(Event event) {
        for (int i = 0; i < 1000; i++) {
            if (sink.post(event)) {
                return true;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
        LOG.error("event lost kind={}", event.getClass().getSimpleName());
        return false;
    }

    private static void shut(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            LOG.debug("closing failed", e);
        }
    }
}
