package org.surehop.adapter.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.surehop.core.config.Listener.ClientCertificate;
import org.surehop.core.config.Tls;
import org.surehop.core.report.Reason;

/// TLS for SIP, on sockets that somebody else connected or accepted. Safe for any thread. The
/// certificate, key and trust in use are one immutable value that [#reload] replaces at once:
/// handshakes that began earlier and connections that stand are not touched.
public final class TlsSockets {
    /// EDG-20: AEAD with ephemeral elliptic curves, nothing else.
    static final List<String> SUITES =
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    private static final List<String> GROUPS = List.of("secp256r1", "secp384r1", "secp521r1");

    private final InstantSource clock;
    private final List<X509Certificate> besides;
    private volatile Contexts contexts;

    private TlsSockets(Contexts contexts, List<X509Certificate> besides, InstantSource clock) {
        this.contexts = contexts;
        this.besides = besides;
        this.clock = clock;
    }

    /// Reads the files that `tls` names; a [CredentialException] says what is wrong with which.
    public static TlsSockets open(Tls tls) throws CredentialException {
        return open(tls, List.of());
    }

    /// The same with CAs in memory that are trusted besides, also after a [#reload].
    public static TlsSockets open(Tls tls, List<X509Certificate> besides)
            throws CredentialException {
        var clock = InstantSource.system();
        FipsProvider.install();
        return new TlsSockets(Contexts.of(tls, besides, clock), besides, clock);
    }

    static TlsSockets open(Tls tls, InstantSource clock) throws CredentialException {
        FipsProvider.install();
        return new TlsSockets(Contexts.of(tls, List.of(), clock), List.of(), clock);
    }

    /// For one end of a trial call: shows `own`, which lies in no file, and takes `other` alone.
    public static TlsSockets pinned(Credentials own, X509Certificate other)
            throws CredentialException {
        FipsProvider.install();
        var contexts = Contexts.of(own, new PinnedTrust(other), List.of("TLSv1.3", "TLSv1.2"));
        return new TlsSockets(contexts, List.of(), InstantSource.system());
    }

    /// Reads the files again. When that fails everything stays as it was.
    public void reload(Tls tls) throws CredentialException {
        contexts = Contexts.of(tls, besides, clock);
    }

    /// The client side over a connected socket, before its handshake: asks for `domain` by SNI
    /// and accepts only a certificate that carries it. Closing the result closes `connected`.
    public SSLSocket client(Socket connected, String domain, boolean presentCertificate)
            throws IOException {
        if (domain.isBlank()) {
            throw new IOException("a TLS connection needs the domain that it is for");
        }
        var current = contexts;
        var context = presentCertificate ? current.named() : current.nameless();
        var asked = SipIdentity.canonical(domain);
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(connected, asked, connected.getPort(), true);
        socket.setUseClientMode(true);
        var parameters = parameters(current.versions());
        if (!asked.matches("\\[.*]|[0-9.]+")) {
            parameters.setServerNames(List.of(new SNIHostName(asked)));
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    /// The server side over an accepted socket, before its handshake. Closing the result closes
    /// `accepted`.
    public SSLSocket server(Socket accepted, ClientCertificate wish) throws IOException {
        var current = contexts;
        var socket =
                (SSLSocket)
                        current.named()
                                .getSocketFactory()
                                .createSocket(
                                        accepted,
                                        accepted.getInetAddress().getHostAddress(),
                                        accepted.getPort(),
                                        true);
        socket.setUseClientMode(false);
        var parameters = parameters(current.versions());
        parameters.setUseCipherSuitesOrder(true);
        switch (wish) {
            case REQUIRED -> parameters.setNeedClientAuth(true);
            case OPTIONAL -> parameters.setWantClientAuth(true);
            case NONE -> parameters.setNeedClientAuth(false);
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    /// The SIP domains that a leaf speaks for, in lower case (RFC 5922 §7.1).
    public List<String> identities(X509Certificate leaf) {
        return SipIdentity.of(leaf);
    }

    /// True when the leaf speaks for exactly this domain.
    public boolean matches(X509Certificate leaf, String domain) {
        return SipIdentity.matches(leaf, domain);
    }

    /// The same with one protocol version only: for trials of each.
    TlsSockets only(String version) {
        var c = contexts;
        return new TlsSockets(
                new Contexts(c.credentials(), c.named(), c.nameless(), List.of(version)),
                besides,
                clock);
    }

    /// What a failed handshake (or the first read after it, where TLS 1.3 tells a client that
    /// its certificate was refused) means in the words of reports.
    public Reason explain(IOException failure) {
        return HandshakeFailure.reason(failure);
    }

    /// The certificate that we show: for expiry alarms and status.
    public X509Certificate certificate() {
        return contexts.credentials().leaf();
    }

    static SSLParameters parameters(List<String> versions) {
        var parameters =
                new SSLParameters(SUITES.toArray(String[]::new), versions.toArray(String[]::new));
        parameters.setNamedGroups(GROUPS.toArray(String[]::new));
        return parameters;
    }

    /// Everything that changes together.
    private record Contexts(
            Credentials credentials, SSLContext named, SSLContext nameless, List<String> versions) {
        static Contexts of(Tls tls, List<X509Certificate> besides, InstantSource clock)
                throws CredentialException {
            var credentials = Credentials.load(tls.certificate(), tls.key());
            var anchors =
                    Stream.concat(Credentials.trust(tls.trust()).stream(), besides.stream())
                            .toList();
            var versions =
                    tls.minimumVersion().equals("TLSv1.3")
                            ? List.of("TLSv1.3")
                            : List.of("TLSv1.3", "TLSv1.2");
            return of(credentials, new PeerTrust(anchors, clock), versions);
        }

        static Contexts of(Credentials credentials, TrustManager trust, List<String> versions)
                throws CredentialException {
            return new Contexts(
                    credentials,
                    context(keyManagers(credentials), trust),
                    context(null, trust),
                    versions);
        }
    }

    static SSLContext context(KeyManager @Nullable [] keys, TrustManager trust) {
        try {
            var context = SSLContext.getInstance("TLS", FipsProvider.TLS);
            context.init(keys, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("making a TLS context with the FIPS provider", e);
        }
    }

    static KeyManager[] keyManagers(Credentials credentials) throws CredentialException {
        try {
            // A throw-away password: the store lives in memory only.
            var password = "in-memory-only".toCharArray();
            var store = KeyStore.getInstance("BCFKS", FipsProvider.CRYPTO);
            store.load(null, null);
            store.setKeyEntry(
                    "surehop",
                    credentials.key(),
                    password,
                    credentials.chain().toArray(X509Certificate[]::new));
            var factory = KeyManagerFactory.getInstance("PKIX", FipsProvider.TLS);
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new CredentialException(
                    credentials + ": cannot be used for TLS, expected an EC or RSA key", e);
        }
    }
}
