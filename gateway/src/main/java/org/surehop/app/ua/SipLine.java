package org.surehop.app.ua;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.surehop.adapter.sip.Locator;
import org.surehop.adapter.sip.SipTransport;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.app.SipTls;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Listener;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;

/// How a user agent speaks SIP: the gateway's own transport, with one thread that reads its events
/// in order. Sending never blocks.
final class SipLine implements AutoCloseable {
    /// Nothing of ours ever has a connection in clear to be kept from.
    private static final String EVERY_REQUEST_IS_TLS = "e2e-sec";

    private static final int QUEUE = 1024;

    /// A user agent is one party: generous for a call, small for a flood.
    private static final Limits LIMITS =
            new Limits(
                    100,
                    100,
                    1000,
                    QUEUE,
                    64,
                    64,
                    8,
                    16 * 1024,
                    128,
                    64,
                    64 * 1024,
                    Duration.ofSeconds(32),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(15),
                    64,
                    100);

    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(QUEUE);
    private final SipTransport transport;

    private SipLine(UaIdentity self, TlsSockets tls, Duration handshake) {
        var settings =
                new SipTransport.Settings(
                        LIMITS,
                        handshake,
                        self.host(),
                        EVERY_REQUEST_IS_TLS,
                        via -> Hop.of(via.host(), via.port()).equals(self.hop()),
                        _ -> Optional.empty(),
                        _ -> Side.OUTSIDE,
                        hop -> hop);
        transport =
                new SipTransport(
                        settings,
                        SipTransport.Protection.byTls(new SipTls(tls)),
                        Locator.ofSystem(self.random()),
                        events::offer,
                        InstantSource.system());
    }

    /// A line that only dials.
    static SipLine dialling(UaIdentity self, TlsSockets tls, Duration handshake) {
        return new SipLine(self, tls, handshake);
    }

    /// A line that also listens; a TLS client must show a certificate.
    static SipLine listening(
            UaIdentity self, TlsSockets tls, Duration handshake, InetSocketAddress at)
            throws IOException {
        var line = new SipLine(self, tls, handshake);
        var listener =
                new Listener(
                        "answer",
                        at.getAddress().getHostAddress(),
                        at.getPort(),
                        Side.OUTSIDE,
                        Listener.ClientCertificate.REQUIRED);
        try {
            line.transport.start(List.of(listener));
            return line;
        } catch (IOException e) {
            line.close();
            throw e;
        }
    }

    /// Where it listens.
    InetSocketAddress address() {
        return transport.addresses().getFirst();
    }

    void send(Request request, Target target) {
        var key = new TransactionKey(request.topVia().branch(), request.method());
        transport.sendRequest(new Effect.SendRequest(key, target, request));
    }

    void respond(ConnectionId connection, Response response) {
        transport.sendResponse(new Effect.SendResponse(connection, response));
    }

    /// The next event, waiting for it if need be.
    Optional<Event> next(Duration atMost) throws InterruptedException {
        return Optional.ofNullable(events.poll(atMost.toNanos(), TimeUnit.NANOSECONDS));
    }

    /// Asks whoever reads the events to come to an end.
    void stop() {
        var _ = events.offer(new Event.StopRequested(InstantSource.system().instant()));
    }

    @Override
    public void close() {
        transport.close();
    }
}
