package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.core.config.Demands;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.sim.SimSettings;

/// Whole calls with signed copies of their messages (SM-7), and with labels that somebody must
/// have written (REQ-CONF-3).
class TunnelDeskTest {
    private static final String ALICE = "sip:alice@in0.inside.example";
    private static final String LABEL = "gw.example.com;cid=\"a@b\"";
    private static final Body SEALED =
            new Body(
                    List.of(new Header("Content-Type", "multipart/mixed; boundary=x")),
                    Octets.copyOf(new byte[] {1}));

    private Scene scene = scene(Demands.Identities.REFUSE, false);

    private static Scene scene(Demands.Identities tunnels, boolean authenticated) {
        var config = new SimSettings(true, false, 1_000, 32).config();
        var demands =
                new Demands(
                        Demands.SrtpKeys.REPORT,
                        100,
                        100,
                        Demands.MustRead.SDP,
                        Demands.Identities.REPORT,
                        tunnels,
                        authenticated,
                        List.of());
        return new Scene(with(config, demands));
    }

    private static GatewayConfig with(GatewayConfig c, Demands demands) {
        var d = c.disclosure();
        var disclosure =
                new Disclosure(
                        d.profile(),
                        d.clearSdp(),
                        d.requireSignature(),
                        d.hideInspectPolicy(),
                        d.emitCode(),
                        d.warnCode(),
                        d.maxMimeDepth(),
                        d.maxMimeParts(),
                        d.maxRecipients(),
                        d.workers(),
                        demands);
        return new GatewayConfig(
                c.gateway(),
                c.listeners(),
                c.tls(),
                c.smime(),
                c.peers(),
                c.routes(),
                c.assurance(),
                c.path(),
                c.notifies(),
                disclosure,
                c.services(),
                c.pinholes(),
                c.timers(),
                c.limits(),
                c.journal(),
                c.snmp(),
                c.mqtt(),
                c.authentication());
    }

    private static SignerFacts by(String name) {
        return new SignerFacts(List.of(name), "ab", SignerFacts.Status.VALID, Optional.empty());
    }

    private static DisclosedPart part(String type, String text, SignerFacts... signers) {
        var octets = Octets.copyOf(text.getBytes(StandardCharsets.UTF_8));
        return new DisclosedPart(type, "", octets, List.of(signers), false);
    }

    private static BodyFacts facts(DisclosedPart... more) {
        var all = new java.util.ArrayList<>(List.of(more));
        all.add(part("application/sdp", "v=0\r\no=- 1 1 IN IP4 10.1.1.1\r\ns=-\r\nt=0 0\r\n"));
        return new BodyFacts(all, Set.of());
    }

    private static DisclosedPart copy(Request request, String callId) {
        var text =
                "INVITE sip:bob@out0.example SIP/2.0\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\n"
                        + "CSeq: 1 INVITE\r\nRequire: e2e-sec\r\nMax-Forwards: 9\r\n";
        var from = request.from().text();
        var rows = text.formatted(from, request.to().text(), callId);
        return part("message/sip", rows, by(ALICE));
    }

    private static DisclosedPart copy(Response answer, String callId) {
        var text = "SIP/2.0 200 OK\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n";
        var rows = text.formatted(answer.from().text(), answer.to().text(), callId);
        return part("message/sip", rows, by("sip:bob@out0.example"));
    }

    private static Request invite(String callId) {
        return Scene.request("INVITE", callId).toBuilder().body(SEALED).build();
    }

    private List<Effect.OpenBody> asked(int before) {
        return scene.effects.subList(before, scene.effects.size()).stream()
                .filter(Effect.OpenBody.class::isInstance)
                .map(Effect.OpenBody.class::cast)
                .toList();
    }

    private void opened(Effect.OpenBody open, BodyFacts facts) {
        scene.take(new Event.BodyOpened(Instant.EPOCH, open.task(), facts));
    }

    private void calls(Request invite, BodyFacts facts) {
        var before = scene.effects.size();
        scene.fromCaller(invite);
        opened(asked(before).getFirst(), facts);
    }

    private List<Reason> told() {
        return scene.notices(NoticeKind.IDENTITY_MISMATCH).stream().map(n -> n.reason()).toList();
    }

    // ---- copies of messages

    @Test
    void letsACopyPassThatFits() {
        var invite = invite("one");
        calls(invite, facts(copy(invite, "one")));
        scene.atCallee("INVITE");
        assertEquals(List.of(), told());
    }

    @ParameterizedTest
    @EnumSource(Demands.Identities.class)
    void doesWithACopyOfAnotherMessageWhatPolicySays(Demands.Identities policy) {
        scene = scene(policy, false);
        var invite = invite("one");
        calls(invite, facts(copy(invite, "other")));
        switch (policy) {
            case IGNORE -> assertEquals(List.of(), told());
            case REPORT, REFUSE -> {
                assertEquals(List.of(Reason.TUNNEL_MISMATCH), told());
                var notice = scene.notices(NoticeKind.IDENTITY_MISMATCH).getFirst();
                assertEquals("Call-ID", notice.details().get("headers"));
            }
        }
        if (policy == Demands.Identities.REFUSE) {
            var refused = scene.callerGets(403);
            assertTrue(refused.header("Warning").orElse("").contains("tunnel-mismatch"));
            assertTrue(scene.silentToCallee());
        } else {
            scene.atCallee("INVITE");
        }
    }

    @Test
    void endsTheCallWhoseAnswerSomebodyHasChanged() {
        var invite = invite("one");
        calls(invite, facts(copy(invite, "one")));
        var seen = scene.atCallee("INVITE");
        var before = scene.effects.size();
        var answer = Scene.answer(seen, 200, "bob").toBuilder().body(SEALED).build();
        scene.calleeAnswers(answer);
        opened(asked(before).getFirst(), facts(copy(answer, "other")));
        scene.callerGets(403);
        scene.atCallee("ACK");
        scene.atCallee("BYE");
        assertEquals(List.of(Reason.TUNNEL_MISMATCH), told());
    }

    // ---- labels

    private Request labelled(String callId) {
        return invite(callId).toBuilder().add("Proxy-Inspect-Body", LABEL).build();
    }

    private static ChannelSecurity.Tls unknownUser() {
        return new ChannelSecurity.Tls(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                ChannelSecurity.Authentication.SERVER_ONLY,
                List.of(),
                "");
    }

    private static DisclosedPart fragment(String callId, String label) {
        var text = "From: <%s>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nProxy-Inspect-Body: %s\r\n";
        return part("message/sipfrag", text.formatted(ALICE, callId, label), by(ALICE));
    }

    @Test
    void aLabelOfSomebodyUnknownChoosesNothingWherePolicySaysSo() {
        scene = scene(Demands.Identities.REFUSE, true);
        scene.ingress = unknownUser();
        scene.fromCaller(labelled("one"));
        var first = asked(0).getFirst();
        assertEquals(List.of("a@b"), first.contentIds());
        opened(first, facts());
        assertTrue(scene.silentToCallee());
        var second = asked(0).getLast();
        assertEquals(List.of(), second.contentIds());
        opened(second, facts());
        scene.atCallee("INVITE");
        assertEquals(List.of(Reason.LABEL_UNAUTHENTICATED), told());
    }

    @Test
    void aLabelOfSomebodyWhoIsKnownCounts() {
        scene = scene(Demands.Identities.REFUSE, true);
        calls(labelled("one"), facts());
        scene.atCallee("INVITE");
        assertEquals(List.of(), told());
    }

    @Test
    void aLabelThatItsSenderSignedCounts() {
        scene = scene(Demands.Identities.REFUSE, true);
        scene.ingress = unknownUser();
        calls(labelled("one"), facts(fragment("one", "gw.example.com;cid=a@b")));
        scene.atCallee("INVITE");
        assertEquals(1, asked(0).size());
        assertEquals(List.of(), told());
    }

    @Test
    void aLabelThatWasSignedForAnotherMessageDoesNot() {
        scene = scene(Demands.Identities.REFUSE, true);
        scene.ingress = unknownUser();
        calls(labelled("one"), facts(fragment("two", LABEL)));
        assertEquals(List.of(Reason.LABEL_UNAUTHENTICATED), told());
        assertEquals(2, asked(0).size());
    }

    @Test
    void byDefaultALabelCountsFromEverybody() {
        scene.ingress = unknownUser();
        calls(labelled("one"), facts());
        scene.atCallee("INVITE");
        assertEquals(1, asked(0).size());
    }

    // A request that came over a hop in clear before its last one may have been changed there.
    @Test
    void aHopInClearBeforeAKnownPeerMakesTheLabelUnknown() {
        scene = scene(Demands.Identities.REFUSE, true);
        var vias = new java.util.ArrayList<>(labelled("one").vias());
        vias.add(
                new org.surehop.core.sip.Via(
                        "SIP/2.0/TCP old.example;branch=z9hG4bK0",
                        "TCP",
                        "old.example",
                        0,
                        "z9hG4bK0"));
        scene.fromCaller(
                labelled("one").toBuilder()
                        .require(List.of())
                        .proxyRequire(List.of())
                        .vias(vias)
                        .build());
        opened(asked(0).getFirst(), facts());
        assertEquals(List.of(Reason.LABEL_UNAUTHENTICATED), told());
    }
}
