package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.surehop.adapter.tls.Hashes;
import org.surehop.core.authentication.Account;
import org.surehop.core.authentication.DoorKeys;
import org.surehop.core.config.Authentication;
import org.surehop.core.config.Authentication.Algorithm;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Peer;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// Digest at the door: who must show credentials, and what becomes of them.
class DoorkeeperTest {
    private static final String REALM = "gw.example.com";
    private static final Pattern NONCE = Pattern.compile("nonce=\"([^\"]+)\"");

    private final Scene scene = new Scene(config(), keys());
    private int requests;

    private static GatewayConfig config() {
        var c = new SimSettings(true, false, 1_000, 32).config();
        var peers = c.peers().stream().map(p -> p.name().equals("in0") ? asked(p) : p).toList();
        return new GatewayConfig(
                c.gateway(),
                c.listeners(),
                c.tls(),
                c.smime(),
                peers,
                c.routes(),
                c.assurance(),
                c.path(),
                c.notifies(),
                c.disclosure(),
                c.services(),
                c.pinholes(),
                c.timers(),
                c.limits(),
                c.journal(),
                c.snmp(),
                c.mqtt(),
                c.authentication());
    }

    private static Peer asked(Peer p) {
        return new Peer(
                p.name(),
                p.domains(),
                p.address(),
                p.port(),
                true,
                true,
                p.notifyMode(),
                p.topology(),
                p.ipsec(),
                Authentication.Wish.DIGEST);
    }

    private static String hash(String text) {
        var octets = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return java.util.HexFormat.of().formatHex(new Hashes().hash(Algorithm.SHA_256, octets));
    }

    private static DoorKeys keys() {
        var ha1 = hash("alice:" + REALM + ":secret");
        var alice =
                new Account(
                        "alice",
                        Map.of(Algorithm.SHA_256, ha1),
                        List.of("alice@in0.inside.example"));
        return new DoorKeys(new Hashes(), List.of(alice), new byte[32]);
    }

    private static String nonce(Response challenge, String header) {
        var match = NONCE.matcher(challenge.header(header).orElseThrow());
        assertTrue(match.find());
        return match.group(1);
    }

    private Request again(Request request) {
        var cseq = new CSeq(request.cseq().number() + 1, request.method());
        var via = Via.tls("ua.in0.inside.example", 0, "z9hG4bKagain" + ++requests);
        return request.toBuilder().cseq(cseq).vias(List.of(via)).build();
    }

    private static String credentials(Request request, String nonce, int nc, String qop) {
        var uri = request.uri().text();
        var count = "%08x".formatted(nc);
        var tail = qop.equals("auth-int") ? ":" + hash(text(request.body())) : "";
        var response =
                hash(
                        hash("alice:" + REALM + ":secret")
                                + ":%s:%s:cafe:%s:".formatted(nonce, count, qop)
                                + hash(request.method().name() + ":" + uri + tail));
        return ("Digest username=\"alice\", realm=\"%s\", nonce=\"%s\", uri=\"%s\","
                        + " response=\"%s\", algorithm=SHA-256, cnonce=\"cafe\", nc=%s, qop=%s")
                .formatted(REALM, nonce, uri, response, count, qop);
    }

    private static String text(Body body) {
        return new String(body.octets().toArray(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private Request with(Request request, String name, String... rows) {
        var out = again(request).toBuilder();
        for (var row : rows) {
            out.add(name, row);
        }
        return out.build();
    }

    /// The request with right credentials, for the challenge that it got.
    private Request answered(Request request, Response challenge, String qop) {
        var row = credentials(request, nonce(challenge, "Proxy-Authenticate"), 1, qop);
        return with(request, "Proxy-Authorization", row);
    }

    @Test
    void asksAndThenLetsInWithoutTheCredentials() {
        var invite = Scene.request("INVITE", "asked");
        scene.fromCaller(invite);
        var challenge = scene.callerGets(407);
        assertEquals(2, challenge.headers("Proxy-Authenticate").size());
        assertTrue(scene.silentToCallee());
        var other = "Digest username=\"x\", realm=\"elsewhere\", nonce=\"1\", response=\"2\"";
        var row = credentials(invite, nonce(challenge, "Proxy-Authenticate"), 1, "auth-int");
        scene.fromCaller(with(invite, "Proxy-Authorization", other, row));
        var seen = scene.atCallee("INVITE");
        assertEquals(List.of(other), seen.headers("Proxy-Authorization"));
        Scene.demands(seen);
        assertTrue(scene.notices(NoticeKind.CREDENTIALS_REFUSED).isEmpty());
    }

    @Test
    void leavesAuthorizationOfOthersAlone() {
        var message = Scene.request("MESSAGE", "registrar");
        scene.fromCaller(message);
        var good = answered(message, scene.callerGets(407), "auth");
        var theirs = "Digest username=\"alice\", realm=\"" + REALM + "\", nonce=\"9\"";
        scene.fromCaller(good.toBuilder().add("Authorization", theirs).build());
        var seen = scene.atCallee("MESSAGE");
        assertEquals(List.of(theirs), seen.headers("Authorization"));
        assertEquals(List.of(), seen.headers("Proxy-Authorization"));
    }

    @Test
    void tellsOfAReplayOnceAndLetsNothingIn() {
        var invite = Scene.request("INVITE", "replayed");
        scene.fromCaller(invite);
        var good = answered(invite, scene.callerGets(407), "auth");
        scene.fromCaller(good);
        scene.atCallee("INVITE");
        scene.forget();
        for (int i = 0; i < 50; i++) {
            scene.fromCaller(again(good));
            var again = scene.callerGets(407);
            assertTrue(again.header("Proxy-Authenticate").orElseThrow().contains("stale=true"));
        }
        assertTrue(scene.silentToCallee());
        var told = scene.notices(NoticeKind.CREDENTIALS_REFUSED);
        assertEquals(1, told.size());
        assertEquals(Reason.CREDENTIALS_REPLAYED, told.getFirst().reason());
        var counters = scene.gateway.snapshot(Instant.EPOCH).counters();
        assertEquals(50L, counters.get("auth.credentials-replayed"));
        scene.pass(Duration.ofSeconds(20));
        scene.fromCaller(again(good));
        assertEquals(2, scene.notices(NoticeKind.CREDENTIALS_REFUSED).size());
    }

    @Test
    void looksIntoNoBodyBeforeTheCredentials() {
        var sealed =
                new Body(
                        List.of(new Header("Content-Type", "application/pkcs7-mime")),
                        Octets.copyOf(new byte[] {0x30, 0}));
        var invite = Scene.request("INVITE", "sealed").toBuilder().body(sealed).build();
        scene.fromCaller(invite);
        var good = answered(invite, scene.callerGets(407), "auth-int");
        var swapped =
                good.toBuilder()
                        .body(new Body(sealed.headers(), Octets.copyOf(new byte[] {0x30, 1, 0})))
                        .build();
        scene.fromCaller(swapped);
        scene.callerGets(407);
        assertFalse(scene.effects.stream().anyMatch(Effect.OpenBody.class::isInstance));
        scene.fromCaller(again(good));
        assertTrue(scene.effects.stream().anyMatch(Effect.OpenBody.class::isInstance));
    }

    @Test
    void holdsAUserToTheOwnAddress() {
        var message = Scene.request("MESSAGE", "disguised");
        scene.fromCaller(message);
        var good = answered(message, scene.callerGets(407), "auth");
        var from = message.from();
        var carol = SipUri.of("carol", "in0.inside.example", 0);
        var disguise = org.surehop.core.sip.NameAddr.of(carol).withTag(from.tag());
        scene.fromCaller(good.toBuilder().from(disguise).build());
        scene.callerGets(403);
        assertTrue(scene.silentToCallee());
        assertEquals(
                Set.of(Reason.IDENTITY_MISMATCH),
                Set.of(scene.notices(NoticeKind.CREDENTIALS_REFUSED).getFirst().reason()));
    }

    @Test
    void isTheServerOfWhatIsAskedOfItself() {
        var self = SipUri.of("", REALM, 0);
        var options = Scene.plain("OPTIONS", "self").toBuilder().uri(self).build();
        scene.fromCaller(options);
        var challenge = scene.callerGets(401);
        var row = credentials(options, nonce(challenge, "WWW-Authenticate"), 1, "auth");
        scene.fromCaller(with(options, "Authorization", row));
        scene.callerGets(200);
    }

    // The user name of an authenticated caller reached the callee in the ACK.
    @Test
    void theCredentialsOfAnAckEndHereToo() {
        var invite = Scene.request("INVITE", "acked");
        scene.fromCaller(invite);
        var good = answered(invite, scene.callerGets(407), "auth");
        scene.fromCaller(good);
        scene.answers(scene.atCallee("INVITE"), 200, b -> b);
        var ok = scene.callerGets(200);
        var mine = good.header("Proxy-Authorization").orElseThrow();
        var theirs = "Digest realm=\"elsewhere\", nonce=\"1\"";
        scene.fromCaller(
                Scene.next(good, ok, "ACK", good.cseq().number()).toBuilder()
                        .add("Proxy-Authorization", mine)
                        .add("Proxy-Authorization", theirs)
                        .build());
        assertEquals(List.of(theirs), scene.atCallee("ACK").headers("Proxy-Authorization"));
    }

    @Test
    void asksNobodyElse() {
        scene.ingress = Scene.tls("in1.inside.example");
        scene.fromCaller(Scene.request("MESSAGE", "free"));
        scene.atCallee("MESSAGE");
    }

    // A refused request stayed whole for half a minute, with its body: 10,000 of them were
    // hundreds of megabytes.
    @Test
    void nothingStaysOfAChallengedRequest() {
        scene.fromCaller(Scene.request("MESSAGE", "gone"));
        scene.callerGets(407);
        scene.pass(Duration.ofSeconds(33));
        scene.nothingIsRemembered();
    }
}
