package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Topology;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Target;

class SipTransportTest {
    private final JdkTls gateway = new JdkTls("gw.example", "gw.example", "peer.example");
    private final JdkTls peer = new JdkTls("peer.example", "gw.example", "peer.example");

    @Test
    void carriesARequestAndItsResponse() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var to = right.listen("127.0.0.1", Listener.ClientCertificate.REQUIRED);
            left.send("z1", "peer.example", to);
            var came = right.await(Event.RequestReceived.class);
            assertEquals(Side.INSIDE, came.inbound().side());
            var security = (ChannelSecurity.Tls) came.inbound().security();
            assertEquals(ChannelSecurity.Authentication.MUTUAL, security.authentication());
            assertEquals(List.of("gw.example"), security.identities());
            assertEquals("TLSv1.3", security.version());
            assertEquals(64, security.fingerprint().length());

            var sent = left.await(Event.RequestSent.class);
            assertEquals("z1", sent.key().branch());
            var far = (ChannelSecurity.Tls) sent.security();
            assertEquals(List.of("peer.example"), far.identities());
            assertEquals(ChannelSecurity.Authentication.MUTUAL, far.authentication());

            var ok = Overload.answer(came.request()).toBuilder().status(new StatusCode(200));
            var via = org.surehop.core.sip.Via.tls("gw.example", 0, "z1");
            right.transport.sendResponse(
                    new Effect.SendResponse(
                            came.inbound().connection(), ok.vias(List.of(via)).build()));
            var answer = left.await(Event.ResponseReceived.class);
            assertEquals(200, answer.response().status().value());
            assertEquals(sent.connection(), answer.inbound().connection());
        }
    }

    /// RFC 3261 §18.1.2: a response whose top Via is not ours belongs to nobody here.
    @Test
    void dropsResponsesThatAreNotOurs() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            var stray =
                    new SipCodec(SipSamples.LIMITS, "x")
                            .encode(Overload.answer(TestEdge.request()));
            socket.getOutputStream().write(stray);
            Awaitility.await()
                    .until(() -> edge.transport.counters().containsKey("responses-not-ours"));
            assertTrue(edge.seen(Event.ResponseReceived.class).isEmpty());
        }
    }

    /// A stack that hands each message to any of its threads answered 40 pipelined requests of one
    /// Call-ID in the order 15, 1, 31, 17...
    @Test
    void postsPipelinedRequestsInOrder() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            var all = new ByteArrayOutputStream();
            for (int i = 1; i <= 40; i++) {
                all.write(SipSamples.options(i));
            }
            socket.getOutputStream().write(all.toByteArray());
            var came = edge.await(Event.RequestReceived.class, 40);
            for (int i = 1; i <= 40; i++) {
                assertEquals(i, came.get(i - 1).request().cseq().number());
            }
        }
    }

    @Test
    void writesRequestsOfOneHopInOrderOnOneConnection() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var to = right.listen();
            for (int i = 1; i <= 40; i++) {
                left.send("z" + i, "peer.example", to);
            }
            var sent = left.await(Event.RequestSent.class, 40);
            for (int i = 1; i <= 40; i++) {
                assertEquals("z" + i, sent.get(i - 1).key().branch());
                assertEquals(sent.getFirst().connection(), sent.get(i - 1).connection());
            }
            right.await(Event.RequestReceived.class, 40);
            assertEquals(1L, right.transport.counters().get("accepted"));
        }
    }

    /// No stock transport set TCP_NODELAY: Nagle and delayed acknowledgements cost 20 to 50 ms a
    /// message.
    @Test
    void setsTcpNoDelayOnBothSides() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            left.send("z1", "peer.example", right.listen());
            left.await(Event.RequestSent.class);
            assertEquals(List.of(true), gateway.noDelay);
            assertEquals(List.of(true), peer.noDelay);
        }
    }

    /// A stock stack handed a message for its own listening point to itself, past TLS and every
    /// check of the peer.
    @Test
    void reachesItselfOnlyThroughTls() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway)) {
            var own = edge.listen();
            edge.send("z1", "gw.example", own);
            edge.await(Event.RequestSent.class);
            var came = edge.await(Event.RequestReceived.class);
            var security = (ChannelSecurity.Tls) came.inbound().security();
            assertEquals(List.of("gw.example"), security.identities());
            assertEquals(1L, edge.transport.counters().get("accepted"));

            edge.send("z2", "somebody.example", own);
            var failed = edge.await(Event.SendFailed.class);
            assertEquals(Reason.PEER_NOT_AUTHENTICATED, failed.reason());
            assertEquals(1, edge.seen(Event.RequestReceived.class).size());
        }
    }

    @Test
    void refusesAServerOfAnotherName() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            left.send("z1", "bank.example", right.listen());
            assertEquals(
                    Reason.PEER_NOT_AUTHENTICATED, left.await(Event.SendFailed.class).reason());
            assertTrue(left.refused(Reason.WRONG_NAME));
            assertTrue(right.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    /// EDG-13: a live connection serves only domains that its peer has authenticated for, even
    /// when another domain is said to live at the same address.
    @Test
    void neverReusesAConnectionForAnotherDomain() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var to = right.listen();
            left.send("z1", "peer.example", to);
            left.await(Event.RequestSent.class);
            left.send("z2", "bank.example", to);
            var failed = left.await(Event.SendFailed.class);
            assertEquals("z2", failed.key().branch());
            assertEquals(Reason.PEER_NOT_AUTHENTICATED, failed.reason());
            left.send("z3", "PEER.example", to);
            var sent = left.await(Event.RequestSent.class, 2);
            assertEquals(sent.get(0).connection(), sent.get(1).connection());
            right.await(Event.RequestReceived.class, 2);
        }
    }

    @Test
    void showsItsCertificateOnlyWhereConfigured() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var domains = List.of("peer.example");
            left.peer = Optional.of(stranger(domains));
            left.send("z1", "peer.example", right.listen());
            var sent = (ChannelSecurity.Tls) left.await(Event.RequestSent.class).security();
            assertEquals(ChannelSecurity.Authentication.SERVER_ONLY, sent.authentication());
            var came = right.await(Event.RequestReceived.class).inbound().security();
            assertEquals(List.of(), ((ChannelSecurity.Tls) came).identities());
            assertEquals("", ((ChannelSecurity.Tls) came).fingerprint());
        }
    }

    /// Dialling takes time; what waits for it is bounded and keeps its order.
    @Test
    void boundsWhatWaitsForADial() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var deaf = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var to = (InetSocketAddress) deaf.getLocalSocketAddress();
            for (int i = 0; i <= SipSamples.LIMITS.writeQueue(); i++) {
                left.send("z" + i, "peer.example", to);
            }
            var failed = left.await(Event.SendFailed.class);
            assertEquals(Reason.CONGESTION, failed.reason());
            assertEquals("z" + SipSamples.LIMITS.writeQueue(), failed.key().branch());
            var all = left.await(Event.SendFailed.class, SipSamples.LIMITS.writeQueue() + 1);
            assertEquals(Reason.TLS_HANDSHAKE_FAILED, all.getLast().reason());
        }
    }

    @Test
    void refusesAServerOfAnUnknownAuthority() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, new JdkTls("gw.example", "gw.example"));
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            left.send("z1", "peer.example", right.listen());
            assertEquals(
                    Reason.PEER_NOT_AUTHENTICATED, left.await(Event.SendFailed.class).reason());
            assertTrue(left.refused(Reason.UNKNOWN_CA));
            assertTrue(right.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    @Test
    void sendsNothingInClearToAServerWithoutTls() throws Exception {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            left.send("z1", "peer.example", (InetSocketAddress) plain.getLocalSocketAddress());
            byte[] heard;
            try (var socket = plain.accept()) {
                socket.getOutputStream().write("SIP/2.0 200 OK\r\n\r\n".getBytes());
                heard = socket.getInputStream().readAllBytes();
            }
            assertEquals(Reason.TLS_HANDSHAKE_FAILED, left.await(Event.SendFailed.class).reason());
            var text = new String(heard, StandardCharsets.ISO_8859_1);
            assertFalse(text.contains("SIP/2.0"));
            assertFalse(text.contains("alice"));
        }
    }

    @Test
    void saysUnreachableWhenNobodyListens() throws IOException {
        InetSocketAddress nowhere;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway)) {
            edge.send("z1", "peer.example", nowhere);
            assertEquals(Reason.UNREACHABLE, edge.await(Event.SendFailed.class).reason());
        }
    }

    @Test
    void failsAFlowThatIsGoneAndDialsWhenItMay() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var to = right.listen();
            var gone = new ConnectionId(99);
            left.send("z1", new Target.Flow(gone));
            assertEquals(Reason.CONNECTION_LOST, left.await(Event.SendFailed.class).reason());
            var hop = new NextHop("peer.example", "127.0.0.1", to.getPort());
            left.send("z2", new Target.FlowElse(gone, hop));
            var sent = left.await(Event.RequestSent.class);
            left.send("z3", new Target.Flow(sent.connection()));
            left.await(Event.RequestSent.class, 2);
            assertEquals(1L, right.transport.counters().get("accepted"));
        }
    }

    @Test
    void dialsAgainAfterTheConnectionHasClosed() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var to = right.listen();
            left.send("z1", "peer.example", to);
            var first = left.await(Event.RequestSent.class).connection();
            left.transport.closeConnection(new Effect.CloseConnection(first));
            assertEquals(first, left.await(Event.ConnectionClosed.class).connection());
            right.await(Event.ConnectionClosed.class);
            left.send("z2", "peer.example", to);
            var second = left.await(Event.RequestSent.class, 2).getLast().connection();
            assertFalse(first.equals(second));
        }
    }

    @Test
    void answers503WhenTheQueueIsFullButNeverToAnAck() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            edge.full = true;
            var ack =
                    new String(SipSamples.options(1), StandardCharsets.UTF_8)
                            .replace("OPTIONS", "ACK");
            socket.getOutputStream().write(ack.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(SipSamples.options(2));
            var reader = new MessageReader(socket.getInputStream(), SipSamples.LIMITS);
            var message = assertInstanceOf(Frame.Message.class, reader.next());
            assertTrue(message.head().startLine().startsWith("SIP/2.0 503 "));
            var rows = message.head().rows();
            assertTrue(rows.stream().anyMatch(r -> r.name().equals("Retry-After")));
            assertTrue(rows.stream().anyMatch(r -> r.value().equals("2 OPTIONS")));
            assertEquals(2L, edge.transport.counters().get("refused.queue-full"));
        }
    }

    @Test
    void answersAPingWithAPong() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals('\r', socket.getInputStream().read());
            assertEquals('\n', socket.getInputStream().read());
        }
    }

    @Test
    void stampsWhereARequestCameFrom() throws IOException {
        try (var edge = new TestEdge(SipSamples.LIMITS, gateway);
                var socket = peer.connect(edge.listen(), "")) {
            var text =
                    new String(SipSamples.options(1), StandardCharsets.UTF_8)
                            .replace("client.example.com;", "client.example.com;rport;");
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            var via = edge.await(Event.RequestReceived.class).request().topVia().text();
            assertTrue(via.contains(";rport=" + socket.getLocalPort()), via);
            assertTrue(via.endsWith(";received=127.0.0.1"), via);
        }
    }

    @Test
    void speaksIpv6() throws IOException {
        try (var left = new TestEdge(SipSamples.LIMITS, gateway);
                var right = new TestEdge(SipSamples.LIMITS, peer)) {
            var to = right.listen("::1", Listener.ClientCertificate.OPTIONAL);
            left.send("z1", "peer.example", to);
            left.await(Event.RequestSent.class);
            right.await(Event.RequestReceived.class);
        }
    }

    @Test
    void namesTheListenerThatCannotListen() throws IOException {
        try (var first = new TestEdge(SipSamples.LIMITS, gateway);
                var second = new TestEdge(SipSamples.LIMITS, gateway)) {
            var taken = first.listen();
            var listener =
                    new Listener(
                            "outside",
                            "127.0.0.1",
                            taken.getPort(),
                            Side.OUTSIDE,
                            Listener.ClientCertificate.NONE);
            var failure =
                    assertThrows(
                            IOException.class, () -> second.transport.start(List.of(listener)));
            assertTrue(failure.getMessage().startsWith("listeners: outside cannot listen on"));
        }
    }

    /// A peer that shows no certificate and is shown none.
    private static Peer stranger(List<String> domains) {
        var none = Optional.<Topology>empty();
        return new Peer("p", domains, "", 0, false, false, Peer.Notify.OFF, none, Optional.empty());
    }
}
