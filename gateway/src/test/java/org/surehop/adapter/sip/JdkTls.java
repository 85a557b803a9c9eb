package org.surehop.adapter.sip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.surehop.core.config.Listener;
import org.surehop.core.report.Reason;

/// TLS by the JDK, with self-signed certificates that `keytool` makes once per run; every name
/// in `trusted` is trusted as its own root.
final class JdkTls implements TlsPort {
    /// Named, because another test may have put the FIPS provider in front.
    private static final String PROVIDER = "SunJSSE";
    private static final char[] PASSWORD = "test-only".toCharArray();
    private static final Map<String, KeyStore> STORES = new ConcurrentHashMap<>();

    final List<Boolean> noDelay = new ArrayList<>();
    private final SSLSocketFactory showing;
    private final SSLSocketFactory silent;

    JdkTls(String name, String... trusted) {
        try {
            showing = context(name, trusted).getSocketFactory();
            silent = context("", trusted).getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a TLS context for a test", e);
        }
    }

    @Override
    public SSLSocket client(Socket connected, String domain, boolean presentCertificate)
            throws IOException {
        synchronized (noDelay) {
            noDelay.add(connected.getTcpNoDelay());
        }
        var port = connected.getPort();
        var factory = presentCertificate ? showing : silent;
        var socket = (SSLSocket) factory.createSocket(connected, domain, port, true);
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(domain)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    @Override
    public SSLSocket server(Socket accepted, Listener.ClientCertificate wish) throws IOException {
        synchronized (noDelay) {
            noDelay.add(accepted.getTcpNoDelay());
        }
        var socket = (SSLSocket) showing.createSocket(accepted, null, true);
        socket.setUseClientMode(false);
        switch (wish) {
            case REQUIRED -> socket.setNeedClientAuth(true);
            case OPTIONAL -> socket.setWantClientAuth(true);
            case NONE -> socket.setWantClientAuth(false);
        }
        return socket;
    }

    @Override
    public List<String> identities(X509Certificate leaf) {
        try {
            return leaf.getSubjectAlternativeNames().stream()
                    .map(entry -> (String) entry.get(1))
                    .filter(name -> name.startsWith("sip:"))
                    .map(name -> name.substring(4))
                    .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    @Override
    public boolean matches(X509Certificate leaf, String domain) {
        return identities(leaf).stream().anyMatch(domain::equalsIgnoreCase);
    }

    @Override
    public Reason explain(IOException failure) {
        var unknown = String.valueOf(failure.getMessage()).contains("PKIX");
        return unknown ? Reason.UNKNOWN_CA : Reason.TLS_HANDSHAKE_FAILED;
    }

    /// A connected client that has shaken hands.
    SSLSocket connect(InetSocketAddress to, String from) throws IOException {
        var raw = new Socket();
        if (!from.isEmpty()) {
            raw.bind(new InetSocketAddress(from, 0));
        }
        raw.connect(to);
        var socket = client(raw, "gw.example", true);
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    private static SSLContext context(String name, String... trusted)
            throws GeneralSecurityException {
        var keys = KeyManagerFactory.getInstance("PKIX", PROVIDER);
        keys.init(name.isEmpty() ? null : store(name), PASSWORD);
        var anchors = empty();
        for (var one : trusted) {
            anchors.setCertificateEntry(one, store(one).getCertificate("me"));
        }
        var trust = TrustManagerFactory.getInstance("PKIX", PROVIDER);
        trust.init(anchors);
        var context = SSLContext.getInstance("TLSv1.3", PROVIDER);
        context.init(name.isEmpty() ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException {
        try {
            var store = KeyStore.getInstance("PKCS12", "SUN");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyStore store(String name) {
        return STORES.computeIfAbsent(name, JdkTls::make);
    }

    private static KeyStore load(Path file) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12", "SUN");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static KeyStore make(String name) {
        try {
            var directory = Files.createTempDirectory("surehop-keys");
            var file = directory.resolve("store.p12");
            var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
            var command =
                    List.of(
                            keytool,
                            "-genkeypair",
                            "-alias",
                            "me",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "san=uri:sip:" + name + ",dns:" + name,
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            new String(PASSWORD));
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
            var store = load(file);
            Files.delete(file);
            Files.delete(directory);
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("making a certificate for a test", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
