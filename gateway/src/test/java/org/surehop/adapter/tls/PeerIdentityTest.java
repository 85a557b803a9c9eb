package org.surehop.adapter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.surehop.adapter.tls.TrialCertificate.Key;
import org.surehop.adapter.tls.TrialCertificate.Use;
import org.surehop.core.config.Listener.ClientCertificate;
import org.surehop.core.report.Reason;

/// Who is believed to be whom: the identity matrix of EDG-10 to EDG-12, in real handshakes, as
/// server and as client, over TLS 1.2 and 1.3.
class PeerIdentityTest {
    private static final String ASKED = "Example.COM";
    private static final TrialCertificate OURS = TrialCertificate.tls("gw.example.net");
    private static final TrialCertificate THEIRS = TrialCertificate.tls("example.com");

    private static TrialAuthority authority;
    private static TrialAuthority stranger;

    @TempDir Path directory;

    @BeforeAll
    static void twoAuthorities() {
        authority = TrialAuthority.named("Trial CA", InstantSource.system());
        stranger = TrialAuthority.named("Another CA", InstantSource.system());
    }

    static Stream<Arguments> servers() {
        return Stream.of(
                row("right URI", THEIRS, Reason.NONE),
                row("URI in capitals", names(List.of("SIP:EXAMPLE.COM")), Reason.NONE),
                row(
                        "one of several URIs",
                        names(List.of("sip:a.org", "sip:example.com")),
                        Reason.NONE),
                row("DNS name, no URI", names(List.of(), "example.com"), Reason.NONE),
                row("CN only", names(List.of()), Reason.NONE),
                row("RSA 2048", THEIRS.withKey(Key.RSA_2048), Reason.NONE),
                row("RSA 3072", THEIRS.withKey(Key.RSA_3072), Reason.NONE),
                row(
                        "wrong URI",
                        names(List.of("sip:example.org"), "example.com"),
                        Reason.WRONG_NAME),
                row(
                        "URI of a user",
                        names(List.of("sip:al@example.com"), "example.com"),
                        Reason.WRONG_NAME),
                row("URI of a subdomain", names(List.of("sip:a.example.com")), Reason.WRONG_NAME),
                row("sips URI alone", names(List.of("sips:example.com")), Reason.WRONG_NAME),
                row(
                        "sips URI and DNS name",
                        names(List.of("sips:example.com"), "example.com"),
                        Reason.NONE),
                row(
                        "wildcard DNS name",
                        names(List.of(), "*.example.com", "*.com"),
                        Reason.WRONG_NAME),
                row("wrong DNS name, right CN", names(List.of(), "example.org"), Reason.WRONG_NAME),
                row(
                        "wrong CN",
                        TrialCertificate.tls("example.org").withNames(List.of(), List.of()),
                        Reason.WRONG_NAME),
                row("expired", valid(-48, 24), Reason.CERTIFICATE_EXPIRED),
                row("not yet valid", valid(24, 48), Reason.CERTIFICATE_EXPIRED),
                row(
                        "for code signing",
                        THEIRS.withUse(Use.CODE_SIGNING),
                        Reason.PEER_NOT_AUTHENTICATED),
                row("for mail", THEIRS.withUse(Use.SMIME), Reason.PEER_NOT_AUTHENTICATED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("servers")
    void judgesTheServerThatItDials(String name, TrialCertificate theirs, Reason expected)
            throws Exception {
        var us = peer("us", authority, OURS);
        var them = peer("them", authority, theirs);
        var both = Handshake.between(us, ASKED, true, them, ClientCertificate.NONE);
        assertEquals(of(expected), both.client());
    }

    static Stream<Arguments> clients() {
        return Stream.of("TLSv1.2", "TLSv1.3")
                .flatMap(
                        version ->
                                Stream.of(
                                        client(version, THEIRS, Reason.NONE),
                                        client(version, valid(-48, 24), Reason.CERTIFICATE_EXPIRED),
                                        client(version, valid(24, 48), Reason.CERTIFICATE_EXPIRED),
                                        client(
                                                version,
                                                THEIRS.withUse(Use.CODE_SIGNING),
                                                Reason.PEER_NOT_AUTHENTICATED)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("clients")
    void judgesTheClientThatCalls(String version, TrialCertificate theirs, Reason expected)
            throws Exception {
        var us = peer("us", authority, OURS);
        var them = peer("them", authority, theirs).only(version);
        var both = Handshake.between(them, "gw.example.net", true, us, ClientCertificate.REQUIRED);
        assertEquals(of(expected), both.server());
        if (expected == Reason.NONE) {
            assertEquals(version, both.version());
            assertTrue(TlsSockets.SUITES.contains(both.suite()));
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void saysThatTheClientShowedNoCertificate(String version) throws Exception {
        var us = peer("us", authority, OURS);
        var them = peer("them", authority, THEIRS).only(version);
        var both = Handshake.between(them, "gw.example.net", false, us, ClientCertificate.REQUIRED);
        assertEquals(Optional.of(Reason.NO_CERTIFICATE), both.server());
    }

    @Test
    void acceptsNoCertificateWhenItIsOptional() throws Exception {
        var us = peer("us", authority, OURS);
        var them = peer("them", authority, THEIRS);
        var both = Handshake.between(them, "gw.example.net", false, us, ClientCertificate.OPTIONAL);
        assertEquals(Optional.empty(), both.server());
        assertEquals(Optional.empty(), both.client());
    }

    /// The library that spoke SIP before had a setting that installed a trust manager for all.
    @Test
    void trustsNobodyByDefault() throws Exception {
        var us = peer("us", authority, OURS);
        var them = TrialPeer.of(directory.resolve("them"), stranger, THEIRS, authority);
        for (var wish : List.of(ClientCertificate.REQUIRED, ClientCertificate.OPTIONAL)) {
            var in = Handshake.between(them, "gw.example.net", true, us, wish);
            assertEquals(Optional.of(Reason.UNKNOWN_CA), in.server());
        }
        var out = Handshake.between(us, ASKED, true, them, ClientCertificate.NONE);
        assertEquals(Optional.of(Reason.UNKNOWN_CA), out.client());
    }

    @Test
    void refusesACertificateThatSignedItself() throws Exception {
        var us = peer("us", authority, OURS);
        var self = TrialAuthority.named("example.com", InstantSource.system());
        var trust = new PeerTrust(List.of(authority.certificate()), InstantSource.system());
        var refused =
                assertThrows(PeerRefused.class, () -> trust.judge(List.of(self.certificate())));
        assertEquals(Reason.UNKNOWN_CA, refused.reason());
        assertEquals(List.of("example.com"), us.identities(self.certificate()));
    }

    /// A name in a CA certificate names nobody: the stock transport walked the whole chain.
    @Test
    void readsNamesFromTheLeafOnly() throws Exception {
        var named = TrialAuthority.named("example.com", InstantSource.system());
        var us = TrialPeer.of(directory.resolve("us"), authority, OURS, named);
        var them =
                TrialPeer.of(
                        directory.resolve("them"), named, TrialCertificate.tls("evil.org"), named);
        var both = Handshake.between(us, ASKED, true, them, ClientCertificate.NONE);
        assertEquals(Optional.of(Reason.WRONG_NAME), both.client());
    }

    /// Made by openssl for a hundred years, since the module refuses to make them (EDG-22).
    @Test
    void refusesWeakLinks() throws Exception {
        var trust = new PeerTrust(fixture("weak-ca.pem"), InstantSource.system());
        trust.judge(fixture("strong.pem"));
        for (var weak : List.of("sha1.pem", "rsa1024.pem")) {
            var chain = fixture(weak);
            assertThrows(PeerRefused.class, () -> trust.judge(chain), weak);
        }
    }

    private static List<X509Certificate> fixture(String name) throws Exception {
        var file = PeerIdentityTest.class.getResource(name);
        return Pem.certificates(Path.of(file.toURI()).toString());
    }

    @Test
    void refusesTheAnchorItselfAsAPeer() {
        var trust = new PeerTrust(List.of(authority.certificate()), InstantSource.system());
        assertThrows(PeerRefused.class, () -> trust.judge(List.of(authority.certificate())));
    }

    private TlsSockets peer(String name, TrialAuthority issuer, TrialCertificate wish)
            throws Exception {
        return TrialPeer.of(directory.resolve(name), issuer, wish, authority);
    }

    private static TrialCertificate names(List<String> uris, String... hosts) {
        return THEIRS.withNames(uris, List.of(hosts));
    }

    private static TrialCertificate valid(int fromHours, int hours) {
        return THEIRS.withValidity(Duration.ofHours(fromHours), Duration.ofHours(hours));
    }

    private static Arguments row(String name, TrialCertificate theirs, Reason expected) {
        return Arguments.of(name, theirs, expected);
    }

    private static Arguments client(String version, TrialCertificate theirs, Reason expected) {
        return Arguments.of(version, theirs, expected);
    }

    private static Optional<Reason> of(Reason reason) {
        return reason == Reason.NONE ? Optional.empty() : Optional.of(reason);
    }
}
