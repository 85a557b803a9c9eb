package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Listener;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;

class HostilePeerTest {
    private static final Duration SHORT = Duration.ofMillis(400);

    private final JdkTls gateway = new JdkTls("gw.example", "gw.example", "peer.example");
    private final JdkTls peer = new JdkTls("peer.example", "gw.example", "peer.example");

    /// The last of two Content-Length rows used to win: the body below would have been a BYE.
    @Test
    void answers400ToTwoLengthsAndClosesWithoutTheSmuggledRequest() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            var smuggled = new String(SipSamples.options(2), StandardCharsets.UTF_8);
            var rows = "Content-Length: " + smuggled.length() + "\nContent-Length: 0\n";
            socket.getOutputStream().write(SipSamples.options(1, rows, smuggled));
            var answer = TestEdge.rest(socket);
            assertTrue(answer.startsWith("SIP/2.0 400 Bad Request\r\n"), answer);
            var warning = "Warning: 399 gw.example \"more than one Content-Length\"\r\n";
            assertTrue(answer.contains(warning), answer);
            assertTrue(answer.contains("CSeq: 1 OPTIONS\r\n"), answer);
            edge.awaitRefusal(Reason.FRAMING);
            edge.await(Event.ConnectionClosed.class);
            assertTrue(edge.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    @Test
    void takesTheBodyOfACompactLengthAsABody() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            var hidden = new String(SipSamples.options(2), StandardCharsets.UTF_8);
            var row = "l: " + hidden.length() + "\n";
            socket.getOutputStream().write(SipSamples.options(1, row, hidden));
            socket.getOutputStream().write(SipSamples.options(3));
            var came = edge.await(Event.RequestReceived.class, 2);
            assertEquals(hidden.length(), came.get(0).request().body().octets().length());
            assertEquals(3, came.get(1).request().cseq().number());
        }
    }

    /// One message of this kind used to kill the listener until restart.
    @Test
    void answers413ToAHugeBodyAndLivesOn() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway)) {
            var to = edge.listen();
            try (var socket = peer.connect(to, "")) {
                var row = "Content-Length: 1900000000\n";
                socket.getOutputStream().write(SipSamples.options(1, row, "x".repeat(5000)));
                var answer = TestEdge.rest(socket);
                assertTrue(answer.startsWith("SIP/2.0 413 Request Entity Too Large\r\n"), answer);
            }
            edge.awaitRefusal(Reason.MESSAGE_TOO_LARGE);
            callsWell(edge, to, 7);
        }
    }

    @Test
    void answers505ToAnotherVersionAndGoesOn() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            var odd = new String(SipSamples.options(1), StandardCharsets.UTF_8);
            odd = odd.replace(" SIP/2.0\r\nVia", " SIP/3.0\r\nVia");
            socket.getOutputStream().write(odd.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(SipSamples.options(2));
            var reader = new MessageReader(socket.getInputStream(), SipSamples.LIMITS);
            var answer = assertInstanceOf(Frame.Message.class, reader.next());
            assertTrue(answer.head().startLine().startsWith("SIP/2.0 505 "));
            assertEquals(2, edge.await(Event.RequestReceived.class).request().cseq().number());
            assertTrue(edge.refused(Reason.MALFORMED));
        }
    }

    /// One octet at a time for ever: a socket timeout begins anew with each of them. The deadline
    /// for the first line does not, and meanwhile others are served.
    @Test
    void endsASlowLoris() throws Exception {
        try (var edge = new TestEdge(SipSamples.limits(SHORT), gateway)) {
            var to = edge.listen();
            var slow = drip(peer.connect(to, ""), "OPTIONS sip:b", "b");
            callsWell(edge, to, 7);
            edge.awaitRefusal(Reason.MESSAGE_TIMEOUT);
            slow.join(10_000);
            assertFalse(slow.isAlive());
        }
    }

    @Test
    void endsAHeaderThatNeverEnds() throws Exception {
        try (var edge = new TestEdge(SipSamples.limits(SHORT), gateway)) {
            var to = edge.listen();
            var start = "OPTIONS sip:b@example.com SIP/2.0\r\n";
            var slow = drip(peer.connect(to, ""), start, "X: y\r\n");
            edge.awaitRefusal(Reason.MESSAGE_TIMEOUT);
            slow.join(10_000);
            assertFalse(slow.isAlive());
            callsWell(edge, to, 7);
        }
    }

    /// RFC 4475 clerr: fewer octets than announced.
    @Test
    void endsABodyThatNeverCompletes() throws IOException {
        try (var edge = new TestEdge(SipSamples.limits(SHORT), gateway);
                var socket = peer.connect(edge.listen(), "")) {
            socket.getOutputStream().write(SipSamples.options(1, "Content-Length: 9\n", "short"));
            edge.awaitRefusal(Reason.MESSAGE_TIMEOUT);
            edge.await(Event.ConnectionClosed.class);
            assertTrue(edge.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    /// Half-open handshakes of one address take a quarter of the places; another address still
    /// gets in at once, and the deadline frees them.
    @Test
    void boundsHalfOpenHandshakesWhileOthersCall() throws IOException {
        var half = new ArrayList<Socket>();
        var handshake = Duration.ofSeconds(1);
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway, handshake)) {
            var to = edge.listen("0.0.0.0", Listener.ClientCertificate.OPTIONAL);
            var port = new InetSocketAddress("127.0.0.1", to.getPort());
            for (int i = 0; i < 15; i++) {
                var raw = new Socket();
                raw.bind(new InetSocketAddress("127.0.0.2", 0));
                raw.connect(port);
                half.add(raw);
            }
            var before = System.nanoTime();
            callsWell(edge, port, 7);
            assertTrue(System.nanoTime() - before < handshake.toNanos());
            edge.awaitRefusal(Reason.HANDSHAKE_TIMEOUT);
        } finally {
            for (var raw : half) {
                raw.close();
            }
        }
    }

    @Test
    void boundsConnectionsOfOneAddress() throws IOException {
        var open = new ArrayList<SSLSocket>();
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway)) {
            var any = edge.listen("0.0.0.0", Listener.ClientCertificate.OPTIONAL);
            var to = new InetSocketAddress("127.0.0.1", any.getPort());
            for (int i = 0; i < SipSamples.LIMITS.connectionsPerAddress(); i++) {
                open.add(peer.connect(to, "127.0.0.2"));
            }
            try (var extra = new Socket()) {
                extra.bind(new InetSocketAddress("127.0.0.2", 0));
                extra.connect(to);
                assertEquals(-1, extra.getInputStream().read());
            }
            assertTrue(edge.refused(Reason.TOO_MANY_CONNECTIONS));
            callsWell(edge, to, 7);
            open.removeFirst().close();
            edge.await(Event.ConnectionClosed.class, 2);
            peer.connect(to, "127.0.0.2").close();
        } finally {
            for (var socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void asksForACertificateWhereOneIsRequired() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway)) {
            var to = edge.listen("127.0.0.1", Listener.ClientCertificate.REQUIRED);
            try (var raw = new Socket(to.getAddress(), to.getPort());
                    var socket = peer.client(raw, "gw.example", false)) {
                socket.startHandshake();
                socket.getOutputStream().write(SipSamples.options(1));
                TestEdge.rest(socket);
            } catch (IOException e) {
                // The refusal comes as an alert, sooner or later.
            }
            edge.await(Event.EdgeRefused.class);
            assertTrue(edge.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    /// A peer that stops reading must not hold a thread or memory: the queue is bounded and a
    /// write has a deadline.
    @Test
    void endsAPeerThatDoesNotRead() throws IOException {
        var quick = withWrite(SipSamples.LIMITS, SHORT);
        try (var edge = new TestEdge(quick, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            socket.getOutputStream().write(SipSamples.options(1));
            var request = edge.await(Event.RequestReceived.class);
            var large =
                    Overload.answer(request.request()).toBuilder()
                            .add("X-Fill", "x".repeat(60_000))
                            .build();
            var id = request.inbound().connection();
            var closed = new AtomicBoolean();
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(1))
                    .until(
                            () -> {
                                edge.transport.sendResponse(new Effect.SendResponse(id, large));
                                closed.set(!edge.seen(Event.ConnectionClosed.class).isEmpty());
                                return closed.get();
                            });
            assertTrue(edge.refused(Reason.MESSAGE_TIMEOUT));
            assertTrue(edge.transport.counters().get("responses-dropped") > 0);
        }
    }

    /// A client that had shaken hands and then said nothing was kept for as long as one in use:
    /// fifteen minutes for each of a thousand of them, by default.
    @Test
    void closesAConnectionThatNeverSaysAnything() throws IOException {
        try (var edge = new TestEdge(SipSamples.limits(SHORT), gateway);
                var socket = peer.connect(edge.listen(), "")) {
            edge.await(Event.ConnectionClosed.class);
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void closesAnIdleConnectionQuietly() throws IOException {
        try (var edge = new TestEdge(withIdle(SipSamples.LIMITS, SHORT), gateway);
                var socket = peer.connect(edge.listen(), "")) {
            socket.getOutputStream().write(SipSamples.options(1));
            edge.await(Event.ConnectionClosed.class);
            assertTrue(edge.seen(Event.EdgeRefused.class).isEmpty());
            assertTrue(socket.isConnected());
        }
    }

    private void callsWell(TestEdge edge, InetSocketAddress to, int number) throws IOException {
        try (var socket = peer.connect(to, "127.0.0.1")) {
            socket.getOutputStream().write(SipSamples.options(number));
            Awaitility.await()
                    .until(
                            () -> edge.seen(Event.RequestReceived.class),
                            list ->
                                    list.stream()
                                            .anyMatch(e -> e.request().cseq().number() == number));
        }
    }

    /// Writes `start`, then `drop` every 20 ms until the peer closes.
    private static Thread drip(SSLSocket socket, String start, String drop) throws IOException {
        socket.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try (socket) {
                                while (true) {
                                    Thread.sleep(20);
                                    socket.getOutputStream()
                                            .write(drop.getBytes(StandardCharsets.US_ASCII));
                                }
                            } catch (IOException | InterruptedException e) {
                                // Ended by the far side, as it should.
                            }
                        });
    }

    private static Limits withWrite(Limits l, Duration write) {
        return with(l, write, l.idle());
    }

    private static Limits withIdle(Limits l, Duration idle) {
        return with(l, l.write(), idle);
    }

    private static Limits with(Limits l, Duration write, Duration idle) {
        return new Limits(
                l.calls(),
                l.callsPerPeer(),
                l.transactions(),
                l.queue(),
                l.connections(),
                l.connectionsPerAddress(),
                l.handshakes(),
                l.headerBytes(),
                l.headerCount(),
                l.listValues(),
                l.bodyBytes(),
                l.firstLine(),
                l.message(),
                write,
                idle,
                l.writeQueue(),
                l.subscriptions());
    }
}
