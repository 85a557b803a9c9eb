package org.surehop.adapter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bouncycastle.crypto.CryptoServicesRegistrar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.surehop.core.config.Listener.ClientCertificate;
import org.surehop.core.report.Reason;

/// What TLS will not do (EDG-20, EDG-21), told by a client that writes its hello by hand.
class ProtocolFloorTest {
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int ECDHE_ECDSA_AES128_GCM = 0xc02b;
    private static final int ECDHE_ECDSA_AES128_CBC = 0xc009;
    private static final int RSA_AES128_GCM = 0x009c;
    private static final int ECDH_ANON_AES128_CBC = 0xc018;
    private static final int DH_ANON_AES128_GCM = 0x00a6;
    private static final int NULL_SHA256 = 0x003b;

    private static TrialAuthority authority;
    @TempDir Path directory;

    @BeforeAll
    static void oneAuthority() {
        authority = TrialAuthority.named("Trial CA", InstantSource.system());
    }

    @Test
    void speaksTls12WithAnEphemeralAeadSuite() throws Exception {
        assertEquals(HANDSHAKE, firstRecord(0x0303, ECDHE_ECDSA_AES128_GCM));
    }

    @Test
    void refusesTls11AndOlder() throws Exception {
        for (var version : new int[] {0x0302, 0x0301, 0x0300}) {
            assertNotEquals(HANDSHAKE, firstRecord(version, ECDHE_ECDSA_AES128_GCM));
        }
    }

    /// The stock library offered RSA key transport, CBC and DH_anon unless told otherwise.
    @Test
    void refusesSuitesWithoutNameOrForwardSecrecyOrAead() throws Exception {
        for (var suite :
                new int[] {
                    ECDHE_ECDSA_AES128_CBC,
                    RSA_AES128_GCM,
                    ECDH_ANON_AES128_CBC,
                    DH_ANON_AES128_GCM,
                    NULL_SHA256
                }) {
            assertEquals(ALERT, firstRecord(0x0303, suite), Integer.toHexString(suite));
        }
    }

    @Test
    void refusesAClientWithoutExtendedMasterSecret() throws Exception {
        assertEquals(ALERT, firstRecord(server(), hello(0x0303, ECDHE_ECDSA_AES128_GCM, false)));
    }

    @Test
    void runsInApprovedOnlyModeAndQuietly() {
        FipsProvider.install();
        FipsProvider.install();
        assertTrue(CryptoServicesRegistrar.isInApprovedOnlyMode());
        assertEquals(FipsProvider.CRYPTO, Security.getProviders()[0].getName());
        // A user agent in the same JVM may have silenced it altogether.
        var noise = Logger.getLogger("org.bouncycastle.jsse").getLevel();
        assertTrue(noise.intValue() >= Level.WARNING.intValue(), noise::getName);
    }

    @Test
    void callsASilentPeerATimeout() throws Exception {
        var us = server();
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var plain = new Socket(listener.getInetAddress(), listener.getLocalPort());
            plain.setSoTimeout(200);
            try (var tls = us.client(plain, "example.com", true)) {
                var failure = assertThrows(IOException.class, tls::startHandshake);
                assertEquals(Reason.HANDSHAKE_TIMEOUT, us.explain(failure));
            }
        }
    }

    @Test
    void explainsAPeerThatSpeaksNoTls() throws Exception {
        var us = server();
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var plain = new Socket(listener.getInetAddress(), listener.getLocalPort());
            var far = listener.accept();
            far.getOutputStream().write("SIP/2.0 400 Bad Request\r\n\r\n".getBytes());
            try (var tls = us.client(plain, "example.com", true)) {
                var failure = assertThrows(IOException.class, tls::startHandshake);
                assertEquals(Reason.TLS_HANDSHAKE_FAILED, us.explain(failure));
            }
        }
    }

    @Test
    void swapsTheCertificateAndKeepsTheOldOneWhenTheNewIsBroken() throws Exception {
        var here = directory.resolve("swap");
        var us = TrialPeer.of(here, authority, TrialCertificate.tls("example.com"), authority);
        var before = us.certificate();
        Files.delete(here.resolve("peer.pem"));
        assertThrows(
                CredentialException.class, () -> us.reload(TrialPeer.section(here, "TLSv1.2")));
        assertEquals(before, us.certificate());
        Files.delete(here.resolve("peer.key"));
        authority.issue(TrialCertificate.tls("example.com"), here, "peer");
        us.reload(TrialPeer.section(here, "TLSv1.3"));
        assertNotEquals(before, us.certificate());
        assertEquals(ALERT, firstRecord(us, hello(0x0303, ECDHE_ECDSA_AES128_GCM, true)));
        var them =
                TrialPeer.of(
                        directory.resolve("them"),
                        authority,
                        TrialCertificate.tls("a.org"),
                        authority);
        var both = Handshake.between(them, "example.com", true, us, ClientCertificate.REQUIRED);
        assertEquals("TLSv1.3", both.version());
    }

    private TlsSockets server() throws Exception {
        return TrialPeer.of(
                Files.createTempDirectory(directory, "server"),
                authority,
                TrialCertificate.tls("example.com"),
                authority);
    }

    private int firstRecord(int version, int suite) throws Exception {
        return firstRecord(server(), hello(version, suite, true));
    }

    /// The type of the first record that comes back, or -1.
    private static int firstRecord(TlsSockets us, byte[] hello) throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var plain = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            var done = new CompletableFuture<Void>();
            Thread.ofVirtual().start(() -> serve(listener, us, done));
            plain.setSoTimeout(10_000);
            plain.getOutputStream().write(hello);
            var type = plain.getInputStream().read();
            plain.shutdownOutput();
            done.get();
            return type;
        }
    }

    private static void serve(ServerSocket listener, TlsSockets us, CompletableFuture<Void> done) {
        try (var tls = us.server(listener.accept(), ClientCertificate.REQUIRED)) {
            tls.startHandshake();
        } catch (IOException e) {
            // Whatever it is: the far side looks at what it was sent.
        } finally {
            done.complete(null);
        }
    }

    /// A ClientHello with one suite, P-256, ECDSA with SHA-256 and a signalling value (RFC
    /// 5746).
    private static byte[] hello(int version, int suite, boolean extendedMasterSecret)
            throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        out.writeShort(version);
        out.write(new byte[32]);
        out.writeByte(0);
        out.writeShort(4);
        out.writeShort(suite);
        out.writeShort(0x00ff);
        out.writeShort(0x0100);
        var extensions = new ByteArrayOutputStream();
        var ext = new DataOutputStream(extensions);
        ext.write(new byte[] {0, 10, 0, 4, 0, 2, 0, 23});
        ext.write(new byte[] {0, 11, 0, 2, 1, 0});
        ext.write(new byte[] {0, 13, 0, 4, 0, 2, 4, 3});
        if (extendedMasterSecret) {
            ext.write(new byte[] {0, 23, 0, 0});
        }
        out.writeShort(extensions.size());
        out.write(extensions.toByteArray());
        var record = new ByteArrayOutputStream();
        var framed = new DataOutputStream(record);
        framed.writeByte(HANDSHAKE);
        framed.writeShort(Math.min(version, 0x0301));
        framed.writeShort(body.size() + 4);
        framed.writeInt((1 << 24) | body.size());
        framed.write(body.toByteArray());
        return record.toByteArray();
    }
}
