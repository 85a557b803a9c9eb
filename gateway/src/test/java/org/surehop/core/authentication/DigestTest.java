package org.surehop.core.authentication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.adapter.tls.Hashes;
import org.surehop.core.authentication.Digest.Finding;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Authentication.Algorithm;
import org.surehop.core.config.Authentication.Qop;
import org.surehop.core.config.SecretRef;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;

class DigestTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String PEER = "10.0.0.1|";
    private static final Hash HASH = new Hash(new Hashes());

    private final Digest digest = digest(List.of(Algorithm.values()), 3);

    private static Digest digest(List<Algorithm> algorithms, int maxNonces) {
        var policy =
                new Authentication(
                        "office",
                        algorithms,
                        List.of(Qop.AUTH_INT, Qop.AUTH),
                        Duration.ofMinutes(5),
                        maxNonces,
                        new SecretRef(SecretRef.Kind.FILE, ""));
        var hashes = new java.util.EnumMap<Algorithm, String>(Algorithm.class);
        for (var algorithm : Algorithm.values()) {
            hashes.put(algorithm, HASH.hex(algorithm, "alice:office:wonderland"));
        }
        var alice = new Account("alice", hashes, List.of("alice@Office.example"));
        return new Digest(policy, "gw", new DoorKeys(new Hashes(), List.of(alice), new byte[32]));
    }

    private static Request request(String body) {
        var to = SipUri.of("bob", "far.example", 0);
        return new Request(
                Method.INVITE,
                to,
                new CallId("1"),
                NameAddr.of(SipUri.of("alice", "office.example", 0)).withTag("t"),
                NameAddr.of(to),
                new CSeq(1, Method.INVITE),
                List.of(),
                OptionalInt.of(70),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new Body(List.of(), Octets.copyOf(body.getBytes(StandardCharsets.UTF_8))));
    }

    private String nonce(Instant at) {
        var row = digest.challenge(at, token(), PEER, false).getFirst();
        return DigestCredentials.parse(row).orElseThrow().value("nonce");
    }

    private int tokens;

    private String token() {
        return "%032x".formatted(++tokens);
    }

    /// What a client makes of a challenge; written from RFC 7616, apart from the code under test.
    private static String row(Algorithm algorithm, String qop, String nonce, int nc, String body) {
        return row("alice", "wonderland", algorithm, qop + " " + nonce + " " + nc, body);
    }

    private static String row(
            String user, String password, Algorithm algorithm, String use, String body) {
        var parts = use.split(" ");
        var nc = "%08x".formatted(Integer.parseInt(parts[2]));
        var a1 = HASH.hex(algorithm, user + ":office:" + password);
        var tail = parts[0].equals("auth-int") ? ":" + HASH.hex(algorithm, body) : "";
        var a2 = HASH.hex(algorithm, "INVITE:sip:bob@far.example" + tail);
        var response =
                HASH.hex(
                        algorithm,
                        a1 + ":" + parts[1] + ":" + nc + ":0a4f113b:" + parts[0] + ":" + a2);
        return ("Digest username=\"%s\", realm=\"office\", nonce=\"%s\","
                        + " uri=\"sip:bob@far.example\","
                        + " response=\"%s\", algorithm=%s, cnonce=\"0a4f113b\", qop=%s, nc=%s")
                .formatted(user, parts[1], response, algorithm.wireName(), parts[0], nc);
    }

    private Finding check(Instant at, String peer, String body, String row) {
        var shown = DigestCredentials.parse(row).orElseThrow();
        return digest.check(new Digest.Attempt(at, peer, request(body), shown));
    }

    private Finding check(String row) {
        return check(NOW, PEER, "v=0", row);
    }

    private static Finding unknown(Reason reason) {
        return new Finding.Unknown(reason);
    }

    @ParameterizedTest
    @EnumSource(Algorithm.class)
    void letsInWhoKnowsThePassword(Algorithm algorithm) {
        for (var qop : List.of("auth", "auth-int")) {
            var found = check(row(algorithm, qop, nonce(NOW), 1, "v=0"));
            assertEquals("alice", assertInstanceOf(Finding.Known.class, found).account().name());
        }
    }

    // RFC 7616 §3.9.1: Mufasa's two requests.
    @ParameterizedTest
    @CsvSource({
        "MD5, 8ca523f5e9506fed4657c9700eebdbec",
        "SHA_256, 753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    })
    void computesWhatTheStandardComputes(Algorithm algorithm, String response) {
        var a1 = HASH.hex(algorithm, "Mufasa:http-auth@example.org:Circle of Life");
        var a2 = HASH.hex(algorithm, "GET:/dir/index.html");
        var text =
                a1
                        + ":7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001"
                        + ":f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ:auth:"
                        + a2;
        assertEquals(response, HASH.hex(algorithm, text));
    }

    // RFC 4231, test case 2.
    @Test
    void keysItsHashAsTheStandardDoes() {
        var key = "Jefe".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                HASH.keyed(key, "what do ya want for nothing?"));
    }

    @Test
    void refusesTheSameCountTwice() {
        var row = row(Algorithm.SHA_256, "auth", nonce(NOW), 1, "v=0");
        assertInstanceOf(Finding.Known.class, check(row));
        assertEquals(unknown(Reason.CREDENTIALS_REPLAYED), check(row));
    }

    @Test
    void takesCountsOutOfOrderWithinTheWindow() {
        var nonce = nonce(NOW);
        for (var nc : List.of(100, 99, 37, 38, 101)) {
            var found = check(row(Algorithm.SHA_256, "auth", nonce, nc, "v=0"));
            assertInstanceOf(Finding.Known.class, found, "nc=" + nc);
        }
        for (var nc : List.of(37, 100, 36, 1)) {
            var found = check(row(Algorithm.SHA_256, "auth", nonce, nc, "v=0"));
            assertEquals(unknown(Reason.CREDENTIALS_REPLAYED), found, "nc=" + nc);
        }
    }

    @Test
    void refusesAnotherBodyUnderTheSameCredentials() {
        var row = row(Algorithm.SHA_256, "auth-int", nonce(NOW), 1, "v=0");
        assertEquals(unknown(Reason.CREDENTIALS_WRONG), check(NOW, PEER, "v=1", row));
        assertInstanceOf(Finding.Known.class, check(row));
    }

    @Test
    void refusesANonceOfAnotherPeerOrTimeOrMaker() {
        var nonce = nonce(NOW);
        var row = row(Algorithm.SHA_256, "auth", nonce, 1, "v=0");
        var stale = unknown(Reason.CREDENTIALS_STALE);
        assertEquals(stale, check(NOW, "10.0.0.2|", "v=0", row));
        assertEquals(stale, check(NOW.plusSeconds(301), PEER, "v=0", row));
        var forged = (nonce.charAt(5) == 'f' ? "0" : "f") + nonce.substring(1);
        assertEquals(stale, check(row(Algorithm.SHA_256, "auth", forged, 1, "v=0")));
        assertEquals(stale, check(row(Algorithm.SHA_256, "auth", "abc", 1, "v=0")));
        assertInstanceOf(Finding.Known.class, check(row));
    }

    @Test
    void refusesAWrongPasswordAndAnUnknownUserAlike() {
        var use = "auth " + nonce(NOW) + " 1";
        var wrong = unknown(Reason.CREDENTIALS_WRONG);
        assertEquals(wrong, check(row("alice", "x", Algorithm.SHA_256, use, "v=0")));
        assertEquals(wrong, check(row("eve", "wonderland", Algorithm.SHA_256, use, "v=0")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qop=auth | qop=auth-conf",
                "qop=auth, | ''",
                "algorithm=SHA-256 | algorithm=SHA-256-sess",
                "sip:bob@far.example | sip:bob@far.example:5061",
                "nc=00000001 | nc=1",
                "cnonce= | qop=auth, cnonce=",
                "username= | =",
                "response=\" | response=\"0"
            })
    void refusesWhatIsNotExactlyRight(String good, String bad) {
        var row = row(Algorithm.SHA_256, "auth", nonce(NOW), 1, "v=0");
        assertTrue(row.contains(good), good);
        assertInstanceOf(Finding.Unknown.class, check(row.replace(good, bad)), bad);
    }

    @Test
    void refusesMd5UnlessItIsConfigured() {
        var strict = digest(List.of(Algorithm.SHA_256), 3);
        var row = strict.challenge(NOW, token(), PEER, false).getFirst();
        var nonce = DigestCredentials.parse(row).orElseThrow().value("nonce");
        var md5 = DigestCredentials.parse(row(Algorithm.MD5, "auth", nonce, 1, "v=0"));
        var attempt = new Digest.Attempt(NOW, PEER, request("v=0"), md5.orElseThrow());
        assertEquals(unknown(Reason.CREDENTIALS_WRONG), strict.check(attempt));
    }

    @Test
    void knowsAUserByTheHashOfTheName() {
        var plain = row(Algorithm.SHA_256, "auth", nonce(NOW), 1, "v=0");
        var name = HASH.hex(Algorithm.SHA_256, "alice:office");
        var hidden =
                plain.replace("username=\"alice\"", "username=\"" + name + "\", userhash=true");
        assertInstanceOf(Finding.Known.class, check(hidden));
    }

    @Test
    void offersAllAlgorithmsInOrder() {
        var rows = digest.challenge(NOW, token(), PEER, true);
        assertEquals(3, rows.size());
        assertTrue(rows.getFirst().contains("algorithm=SHA-256, qop=\"auth-int,auth\""));
        assertTrue(rows.stream().allMatch(r -> r.contains("stale=true")));
        assertFalse(digest.challenge(NOW, token(), PEER, false).toString().contains("stale"));
    }

    @Test
    void remembersNoNonceThatNobodyUsedWell() {
        for (int i = 0; i < 1_000; i++) {
            check(row("eve", "x", Algorithm.SHA_256, "auth " + nonce(NOW) + " 1", "v=0"));
        }
        assertEquals(0, digest.size());
    }

    // At the limit the oldest nonce is given up: its user is asked again, and no replay enters.
    @Test
    void givesUpTheOldestNonceAtTheLimit() {
        var nonces = new java.util.ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            nonces.add(nonce(NOW.plusMillis(i)));
            var at = NOW.plusSeconds(1);
            var row = row(Algorithm.SHA_256, "auth", nonces.getLast(), 1, "v=0");
            assertInstanceOf(Finding.Known.class, check(at, PEER, "v=0", row));
        }
        assertEquals(3, digest.size());
        for (var nonce : nonces) {
            var again = row(Algorithm.SHA_256, "auth", nonce, 1, "v=0");
            assertEquals(
                    unknown(Reason.CREDENTIALS_REPLAYED),
                    check(NOW.plusSeconds(1), PEER, "v=0", again));
        }
        assertInstanceOf(
                Finding.Known.class,
                check(
                        NOW.plusSeconds(1),
                        PEER,
                        "v=0",
                        row(Algorithm.SHA_256, "auth", nonces.getLast(), 2, "v=0")));
    }

    @Test
    void forgetsNoncesThatAreTooOld() {
        assertInstanceOf(
                Finding.Known.class, check(row(Algorithm.SHA_256, "auth", nonce(NOW), 1, "v=0")));
        var later = NOW.plusSeconds(600);
        var row = row(Algorithm.SHA_256, "auth", nonce(later), 1, "v=0");
        assertInstanceOf(Finding.Known.class, check(later, PEER, "v=0", row));
        assertEquals(1, digest.size());
    }

    @Test
    void showsNoSecretByAccident() {
        var account = new Account("alice", Map.of(Algorithm.MD5, "ab".repeat(16)), List.of());
        assertFalse(account.toString().contains("ab") || account.toString().contains("alice"));
        var row = row(Algorithm.SHA_256, "auth", nonce(NOW), 1, "v=0");
        var shown = DigestCredentials.parse(row).orElseThrow();
        assertFalse(shown.toString().contains("alice"), shown.toString());
        assertFalse(shown.toString().contains(shown.value("response")), shown.toString());
    }

    @Test
    void holdsAUserToTheAddressesInTheFile() {
        var alice = new Account("alice", Map.of(), List.of("alice@Office.example"));
        assertTrue(alice.maySpeakAs(SipUri.of("alice", "office.example", 0)));
        assertFalse(alice.maySpeakAs(SipUri.of("Alice", "office.example", 0)));
        assertFalse(alice.maySpeakAs(SipUri.of("bob", "office.example", 0)));
        var anybody = new Account("alice", Map.of(), List.of());
        assertTrue(anybody.maySpeakAs(SipUri.of("bob", "office.example", 0)));
    }
}
