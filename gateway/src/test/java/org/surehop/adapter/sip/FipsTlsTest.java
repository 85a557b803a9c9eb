package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;
import org.surehop.core.config.Listener;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Tls;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;

/// The transport over the FIPS provider, as the gateway joins them.
class FipsTlsTest {
    @TempDir Path directory;
    private TrialAuthority authority;
    private TrialAuthority stranger;

    @BeforeEach
    void makeAuthorities() {
        authority = TrialAuthority.named("Trial CA", InstantSource.system());
        stranger = TrialAuthority.named("Other CA", InstantSource.system());
    }

    @Test
    void carriesRequestsWithMutualAuthentication() throws Exception {
        try (var left = edge(authority, tls("gw.example"));
                var right = edge(authority, tls("peer.example"))) {
            var to = right.listen("127.0.0.1", Listener.ClientCertificate.REQUIRED);
            left.send("z1", "peer.example", to);
            var sent = left.await(Event.RequestSent.class);
            var far = (ChannelSecurity.Tls) sent.security();
            assertEquals("TLSv1.3", far.version());
            assertEquals(ChannelSecurity.Authentication.MUTUAL, far.authentication());
            assertEquals(List.of("peer.example"), far.identities());
            var came = right.await(Event.RequestReceived.class);
            var near = (ChannelSecurity.Tls) came.inbound().security();
            assertEquals(List.of("gw.example"), near.identities());
            assertEquals(ChannelSecurity.Authentication.MUTUAL, near.authentication());
        }
    }

    @Test
    void refusesAnotherNameAnotherAuthorityAndAnExpiredCertificate() throws Exception {
        var old = tls("peer.example").withValidity(Duration.ofDays(-9), Duration.ofDays(3));
        fails(authority, tls("other.example"), Reason.WRONG_NAME);
        fails(stranger, tls("peer.example"), Reason.UNKNOWN_CA);
        fails(authority, old, Reason.CERTIFICATE_EXPIRED);
    }

    private void fails(TrialAuthority issuer, TrialCertificate wish, Reason reason)
            throws Exception {
        try (var left = edge(authority, tls("gw.example"));
                var right = edge(issuer, wish)) {
            left.send("z1", "peer.example", right.listen());
            var failed = left.await(Event.SendFailed.class);
            assertEquals(Reason.PEER_NOT_AUTHENTICATED, failed.reason());
            left.awaitRefusal(reason);
            assertTrue(right.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    /// A stock stack whose client authentication was off installed a trust manager that trusts
    /// everybody, so that a certificate of any origin was taken as an identity.
    @Test
    void takesNoClientCertificateOfAnUnknownAuthority() throws Exception {
        try (var gateway = edge(authority, tls("gw.example"));
                var eve = edge(stranger, tls("peer.example"), authority)) {
            var to = gateway.listen("127.0.0.1", Listener.ClientCertificate.OPTIONAL);
            eve.send("z1", "gw.example", to);
            gateway.awaitRefusal(Reason.UNKNOWN_CA);
            assertTrue(gateway.seen(Event.RequestReceived.class).isEmpty());
        }
    }

    /// The default suites of the stock stack held DH_anon: encryption with nobody in particular.
    @Test
    void refusesAnonymousSuites() throws Exception {
        try (var gateway = edge(authority, tls("gw.example"))) {
            var to = gateway.listen();
            try (var raw = new Socket(to.getAddress(), to.getPort())) {
                raw.setSoTimeout(5000);
                raw.getOutputStream().write(anonymousClientHello());
                var in = new DataInputStream(raw.getInputStream());
                assertEquals(21, in.readUnsignedByte(), "an alert");
                in.readFully(new byte[4]);
                assertEquals(2, in.readUnsignedByte(), "a fatal one");
                assertEquals(40, in.readUnsignedByte(), "handshake_failure");
            }
            gateway.awaitRefusal(Reason.TLS_HANDSHAKE_FAILED);
        }
    }

    @Test
    void closesAfterAFramingFaultSoThatTheAnswerArrives() throws Exception {
        try (var gateway = edge(authority, tls("gw.example"))) {
            var to = gateway.listen();
            var client = port(authority, tls("peer.example"), authority);
            try (var socket = client.client(connected(to), "gw.example", true)) {
                socket.startHandshake();
                var rows = "Content-Length: 0\nl: 0\n";
                socket.getOutputStream().write(SipSamples.options(1, rows, "x".repeat(9000)));
                var reader = new MessageReader(socket.getInputStream(), SipSamples.LIMITS);
                var answer = (Frame.Message) reader.next();
                assertTrue(answer.head().startLine().startsWith("SIP/2.0 400 "));
            }
            gateway.await(Event.ConnectionClosed.class);
        }
    }

    private static Socket connected(InetSocketAddress to) throws IOException {
        return new Socket(to.getAddress(), to.getPort());
    }

    private static TrialCertificate tls(String domain) {
        return TrialCertificate.tls(domain);
    }

    private TestEdge edge(TrialAuthority issuer, TrialCertificate wish) throws Exception {
        return edge(issuer, wish, issuer);
    }

    private TestEdge edge(TrialAuthority issuer, TrialCertificate wish, TrialAuthority trusted)
            throws Exception {
        return new TestEdge(SipSamples.LIMITS, port(issuer, wish, trusted), Duration.ofSeconds(5));
    }

    private TlsPort port(TrialAuthority issuer, TrialCertificate wish, TrialAuthority trusted)
            throws Exception {
        var home = Files.createTempDirectory(directory, "tls");
        issuer.issue(wish, home, "me");
        var trust = home.resolve("trust.pem");
        var encoded = Base64.getMimeEncoder().encodeToString(trusted.certificate().getEncoded());
        Files.writeString(
                trust,
                "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n",
                StandardCharsets.US_ASCII);
        var key = new SecretRef(SecretRef.Kind.FILE, home.resolve("me.key").toString());
        var certificate = home.resolve("me.pem").toString();
        return new Joined(
                TlsSockets.open(
                        new Tls(
                                certificate,
                                key,
                                trust.toString(),
                                "TLSv1.2",
                                Duration.ofSeconds(5))));
    }

    private static byte[] anonymousClientHello() throws IOException {
        var hello = new ByteArrayOutputStream();
        var out = new DataOutputStream(hello);
        out.writeShort(0x0303);
        out.write(new byte[32]);
        out.writeByte(0);
        // DH_anon and ECDH_anon with AES, and the renegotiation signal.
        var suites = new int[] {0x00a6, 0x00a7, 0x0034, 0x003a, 0xc018, 0xc019, 0x00ff};
        out.writeShort(suites.length * 2);
        for (var suite : suites) {
            out.writeShort(suite);
        }
        out.writeShort(0x0100);
        var extensions = new int[] {10, 4, 2, 23, 13, 4, 2, 0x0403, 23, 0};
        out.writeShort(extensions.length * 2);
        for (var word : extensions) {
            out.writeShort(word);
        }
        var record = new ByteArrayOutputStream();
        var wrap = new DataOutputStream(record);
        wrap.writeByte(22);
        wrap.writeShort(0x0301);
        wrap.writeShort(hello.size() + 4);
        wrap.writeInt((1 << 24) | hello.size());
        hello.writeTo(wrap);
        return record.toByteArray();
    }

    /// What `app` does: the two rooms do not know each other.
    private record Joined(TlsSockets sockets) implements TlsPort {
        @Override
        public SSLSocket client(Socket connected, String domain, boolean presentCertificate)
                throws IOException {
            return sockets.client(connected, domain, presentCertificate);
        }

        @Override
        public SSLSocket server(Socket accepted, Listener.ClientCertificate wish)
                throws IOException {
            return sockets.server(accepted, wish);
        }

        @Override
        public List<String> identities(X509Certificate leaf) {
            return sockets.identities(leaf);
        }

        @Override
        public boolean matches(X509Certificate leaf, String domain) {
            return sockets.matches(leaf, domain);
        }

        @Override
        public Reason explain(IOException failure) {
            return sockets.explain(failure);
        }
    }
}
