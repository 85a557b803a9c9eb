package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.config.IpsecLink;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Prefix;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;

/// POL-80: a declared link counts as secure while it is in force, and never a moment longer.
class IpsecLinkTest {
    private static final Listener DOOR =
            new Listener(
                    "link",
                    "127.0.0.1",
                    0,
                    Side.OUTSIDE,
                    Listener.Transport.IPSEC,
                    Listener.ClientCertificate.NONE);

    private volatile IpsecPort.Finding now = new IpsecPort.Finding.OnLink("gcm");

    @Test
    void sendsAnAssuredRequestOnADeclaredLink() throws Exception {
        try (var far = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var edge = edge("127.0.0.0/8")) {
            send(edge, far.getLocalPort(), "z9hG4bK-1");
            var sent = edge.await(Event.RequestSent.class);
            assertEquals(
                    new ChannelSecurity.Ipsec("branch", "gcm", List.of("branch.example")),
                    sent.security());
            try (var came = far.accept()) {
                edge.transport.close();
                var text = new String(came.getInputStream().readAllBytes());
                assertTrue(text.contains("Via: SIP/2.0/TCP "), text);
            }
        }
    }

    @Test
    void dialsNobodyOffTheLink() throws Exception {
        now = new IpsecPort.Finding.OffLink("no security association");
        try (var far = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var edge = edge("127.0.0.0/8")) {
            send(edge, far.getLocalPort(), "z9hG4bK-1");
            var failed = edge.await(Event.SendFailed.class);
            assertEquals(Reason.NO_TLS_TARGET, failed.reason());
            assertEquals("ipsec: no security association", failed.detail());
            assertNobodyCame(far);
        }
    }

    @Test
    void dialsNobodyOutsideTheDeclaredRange() throws Exception {
        try (var far = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var edge = edge("10.0.0.0/8")) {
            send(edge, far.getLocalPort(), "z9hG4bK-1");
            var failed = edge.await(Event.SendFailed.class);
            assertEquals(Reason.NO_TLS_TARGET, failed.reason());
            assertEquals("ipsec: 127.0.0.1 is outside the declared range", failed.detail());
            assertNobodyCame(far);
        }
    }

    @Test
    void writesNothingOnALinkThatHasGone() throws Exception {
        try (var far = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var edge = edge("127.0.0.0/8")) {
            send(edge, far.getLocalPort(), "z9hG4bK-1");
            edge.await(Event.RequestSent.class);
            now = new IpsecPort.Finding.OffLink("no policy demands ESP");
            try (var came = far.accept()) {
                // The last look still holds good for so long.
                agedLook();
                send(edge, far.getLocalPort(), "z9hG4bK-2");
                var failed = edge.await(Event.SendFailed.class);
                assertEquals("z9hG4bK-2", failed.key().branch());
                assertEquals(Reason.NO_TLS_TARGET, failed.reason());
                assertEquals("ipsec: no policy demands ESP", failed.detail());
                var text = new String(came.getInputStream().readAllBytes());
                assertEquals(1, text.split("OPTIONS sip:", -1).length - 1, text);
                edge.awaitRefusal(Reason.CONNECTION_LOST);
            }
        }
    }

    @Test
    void hearsAPeerOnItsLinkAsSecureAndAllOthersAsInClear() throws Exception {
        assertEquals(
                new ChannelSecurity.Ipsec("branch", "gcm", List.of("branch.example")),
                heard("127.0.0.0/8"));
        assertInstanceOf(ChannelSecurity.Clear.class, heard("10.0.0.0/8"));
        now = new IpsecPort.Finding.OffLink("no policy demands ESP");
        assertInstanceOf(ChannelSecurity.Clear.class, heard("127.0.0.0/8"));
    }

    @Test
    void cutsOffWhoSpeaksOnALinkThatHasGone() throws Exception {
        try (var edge = edge("127.0.0.0/8")) {
            edge.transport.start(List.of(DOOR));
            var port = edge.transport.addresses().getFirst().getPort();
            try (var caller = new Socket("127.0.0.1", port)) {
                caller.setSoTimeout(10_000);
                caller.getOutputStream().write(SipSamples.options(1));
                edge.await(Event.RequestReceived.class);
                now = new IpsecPort.Finding.OffLink("no policy demands ESP");
                agedLook();
                caller.getOutputStream().write(SipSamples.options(2));
                assertEquals(-1, caller.getInputStream().read());
                assertEquals(1, edge.seen(Event.RequestReceived.class).size());
                edge.awaitRefusal(Reason.CONNECTION_LOST);
            }
        }
    }

    private ChannelSecurity heard(String range) throws Exception {
        try (var edge = edge(range)) {
            edge.transport.start(List.of(DOOR));
            var port = edge.transport.addresses().getFirst().getPort();
            try (var caller = new Socket("127.0.0.1", port)) {
                caller.getOutputStream().write(SipSamples.options(1));
                return edge.await(Event.RequestReceived.class).inbound().security();
            }
        }
    }

    /// Lets the last look at the link grow too old.
    private static void agedLook() {
        Awaitility.await().pollDelay(IpsecChannel.FRESH.plusMillis(50)).until(() -> true);
    }

    private static void assertNobodyCame(ServerSocket far) throws IOException {
        far.setSoTimeout(200);
        try (var came = far.accept()) {
            throw new AssertionError("somebody dialled " + came);
        } catch (java.net.SocketTimeoutException e) {
            // As it should be.
        }
    }

    private static void send(TestEdge edge, int port, String branch) {
        var request = TestEdge.request();
        edge.transport.sendRequest(
                new Effect.SendRequest(
                        new TransactionKey(branch, request.method()),
                        new Target.Locate(new NextHop("branch.example", "127.0.0.1", port)),
                        E2eSec.demand(request, "e2e-sec")));
    }

    private TestEdge edge(String range) {
        var link = new IpsecLink(List.of(Prefix.parse(range)), "lo0", true);
        var peer =
                new Peer(
                        "branch",
                        List.of("branch.example"),
                        "127.0.0.1",
                        0,
                        true,
                        true,
                        Peer.Notify.LEARNED,
                        Optional.empty(),
                        Optional.of(link));
        return new TestEdge(
                SipSamples.LIMITS,
                new JdkTls("gw.example", "gw.example"),
                Duration.ofSeconds(3),
                new Links(List.of(peer), (_, _, _) -> now));
    }
}
