package org.surehop.app.ua;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.surehop.adapter.cms.KeyPairing;
import org.surehop.adapter.cms.SignatureMaker;
import org.surehop.adapter.cms.SmimeKeys;
import org.surehop.adapter.tls.CredentialException;
import org.surehop.adapter.tls.FipsProvider;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.adapter.tls.TrialAuthority;
import org.surehop.adapter.tls.TrialCertificate;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.SecretRef;
import org.surehop.core.config.Tls;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;

/// One party of a test call: its keys of the trial CA, its line on loopback, its S/MIME.
final class UaParty implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static final Logger TLS_LOG = Logger.getLogger("org.bouncycastle.jsse");

    private final String user;
    private final UaIdentity self;
    private final SmimeKeys keys;
    private final SipLine line;

    private UaParty(String user, UaIdentity self, SmimeKeys keys, SipLine line) {
        this.user = user;
        this.self = self;
        this.keys = keys;
        this.line = line;
    }

    /// A party that listens on a free port, `user@domain`, with keys that the authority issues into
    /// the directory.
    static UaParty of(TrialAuthority authority, java.nio.file.Path directory, String user)
            throws IOException, CredentialException {
        var domain = user.substring(user.indexOf('@') + 1);
        var place = directory.resolve(user);
        authority.issue(TrialCertificate.tls(domain), place, "tls");
        var smime = authority.issue(TrialCertificate.smime(user), place, "smime");
        FipsProvider.install();
        TLS_LOG.setLevel(Level.OFF);
        var provider = Security.getProvider(FipsProvider.CRYPTO);
        var pair = new KeyPairing(smime.key(), smime.leaf(), provider);
        var keys = new SmimeKeys(pair, pair, List.of(authority.certificate()), provider);
        var tls =
                TlsSockets.open(
                        new Tls(
                                place.resolve("tls.pem").toString(),
                                new SecretRef(
                                        SecretRef.Kind.FILE, place.resolve("tls.key").toString()),
                                directory.resolve(TrialAuthority.CERTIFICATE_FILE).toString(),
                                "TLSv1.2",
                                UaKeys.HANDSHAKE));
        var at = new InetSocketAddress(LOOPBACK, freePort());
        var aor = SipUri.of(user.substring(0, user.indexOf('@')), domain, 0);
        var self = new UaIdentity(aor, LOOPBACK, at.getPort(), new SecureRandom());
        return new UaParty(user, self, keys, SipLine.listening(self, tls, UaKeys.HANDSHAKE, at));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    UaIdentity self() {
        return self;
    }

    SipLine line() {
        return line;
    }

    SipUri aor() {
        return self.aor();
    }

    X509Certificate certificate() {
        return keys.signer().certificate();
    }

    Envelopes envelopes(Envelopes.Shape shape) {
        return new Envelopes(keys, shape, "application/e2e-sec-info+xml", self.aor().host());
    }

    /// How others reach it.
    NextHop hop() {
        return new NextHop(self.aor().host(), "127.0.0.1", self.port());
    }

    /// The next request of that method; whatever else comes before it is skipped.
    Event.RequestReceived awaitRequest(String method) {
        while (next() instanceof Event event) {
            if (event instanceof Event.RequestReceived received
                    && received.request().method().name().equals(method)) {
                return received;
            }
        }
        return fail(user + " got no " + method);
    }

    /// The next final response to that method.
    Response awaitFinal(String method) {
        while (next() instanceof Event event) {
            if (event instanceof Event.ResponseReceived(_, _, var response)
                    && !response.status().provisional()
                    && response.cseq().method().name().equals(method)) {
                return response;
            }
        }
        return fail(user + " got no answer to " + method);
    }

    private Event next() {
        try {
            var event = line.next(PATIENCE);
            assertTrue(event.isPresent(), user + " waited in vain");
            return event.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    void respond(Event.RequestReceived received, Response response) {
        line.respond(received.inbound().connection(), response);
    }

    /// A signed report that this party complied, about the request, under the host name `hop`.
    Body report(Request about, String hop, String result) {
        var xml =
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <e2e-sec-info xmlns="https://surehop.org/ns/e2e-sec-info" version="1">\
                <request method="INVITE" cseq="%d" call-id="%s" from="%s" from-tag="%s" to="%s"\
                 to-tag=""/><hop id="%s" role="proxy" result="%s" time="%s" cause="policy-floor">\
                <received security="tls" version="TLSv1.3" cipher="X" peer="a" peer-auth="mutual"/>\
                <forwarded security="tls" version="TLSv1.3" cipher="X" peer="b"\
                 peer-auth="mutual"/></hop></e2e-sec-info>
                """
                        .formatted(
                                about.cseq().number(),
                                about.callId().value(),
                                about.from().uri().text(),
                                about.from().tag(),
                                about.to().uri().text(),
                                hop,
                                result,
                                Instant.now());
        var plain =
                new Body(
                        List.of(
                                new Header("Content-Type", "application/e2e-sec-info+xml"),
                                new Header("Content-Transfer-Encoding", "binary")),
                        Octets.copyOf(xml.strip().getBytes(StandardCharsets.UTF_8)));
        return new SignatureMaker(keys.signer(), keys.provider()).opaque(plain);
    }

    static Assurance assurance(Duration grace) {
        return new Assurance(
                "e2e-sec",
                420,
                List.of(),
                grace,
                grace.plusSeconds(64),
                8,
                false,
                "application/e2e-sec-info+xml",
                Assurance.OnMismatch.REPORT);
    }

    /// A new authority with its files in the directory.
    static TrialAuthority authority(java.nio.file.Path directory) {
        try {
            return TrialAuthority.create(directory, "Test CA", InstantSource.system());
        } catch (IOException e) {
            throw new UncheckedIOException("making a test authority", e);
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
