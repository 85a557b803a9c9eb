package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Topology;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// What a realm learns of the elements on the other side, by its topology policy (POL-83).
class VeilTest {
    private static final Hop PS3 = Hop.of("ps3.hidden.example", 0);
    private static final Hop BARE = Hop.of("10.9.8.7", 5070);
    private static final Hop PS5 = Hop.of("ps5.foreign.example", 0);
    private static final Hop SELF = Hop.of("gw.example.com", 0);
    private static final List<String> SECRETS =
            List.of("hidden", "10.9.8.7", "fd09::7", "LeakWare", "TLS_AES_128");

    private static Scene scene(Topology topology, String... own) {
        var hops = new HopPolicy(topology, List.of(own), false);
        var scene = new Scene(new SimSettings(true, false, 20_000, 32).config(hops));
        scene.egress =
                new ChannelSecurity.Tls(
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        ChannelSecurity.Authentication.MUTUAL,
                        List.of("edge.hidden.example", "out0.example"),
                        "ab".repeat(32));
        return scene;
    }

    // ---- Hop-Record and NOTIFY ----

    @Test
    void fullNamesEveryHopAndWhatItAsserts() {
        var scene = scene(Topology.FULL);
        var told = answered(scene, "f", "yes");
        assertEquals(
                "gw.example.com, ps3.hidden.example, 10.9.8.7:5070, ps5.foreign.example",
                told.record());
        assertEquals(List.of(SELF, PS3, BARE, PS5), told.hops());
        assertTrue(told.own().complied());
        assertEquals(HopAssertion.Role.B2BUA, told.own().role());
        assertEquals("edge.hidden.example", told.own().forwarded().peer());
    }

    /// Figure 1 of the draft with this gateway at the edge of the middle domain (T2).
    @Test
    void domainShowsUsForOurOwnAndLeavesOthersTheirNames() {
        var scene = scene(Topology.DOMAIN, "hidden.example");
        var told = answered(scene, "d", "yes");
        assertEquals("gw.example.com, ps5.foreign.example", told.record());
        assertEquals(List.of(SELF, PS5), told.hops());
        assertEquals(HopAssertion.Role.AGGREGATE, told.own().role());
        assertTrue(told.own().complied());
        nothingLeaks(scene);
    }

    @Test
    void domainWithoutAListHidesAllBeyond() {
        assertEquals("gw.example.com", answered(scene(Topology.DOMAIN), "e", "yes").record());
    }

    @Test
    void selfShowsNobodyButUs() {
        var scene = scene(Topology.SELF);
        var told = answered(scene, "s", "yes");
        assertEquals("gw.example.com", told.record());
        assertEquals(List.of(SELF), told.hops());
        assertTrue(told.own().complied());
        nothingLeaks(scene);
    }

    @Test
    void noneListsNoPathAndRelaysNobody() {
        var scene = scene(Topology.NONE);
        var told = answered(scene, "n", "yes");
        assertEquals("absent", told.record());
        assertEquals(List.of(SELF), told.hops());
        nothingLeaks(scene);
    }

    /// A realm that cannot see who was silent must see that somebody was.
    @ParameterizedTest
    @ValueSource(strings = {"silent", "no"})
    void aHiddenHopThatDidNotAttestMakesOurOneNotifyANo(String hidden) {
        for (var topology : List.of(Topology.DOMAIN, Topology.SELF, Topology.NONE)) {
            var scene = scene(topology, "hidden.example");
            var told = answered(scene, "h" + topology, hidden);
            assertFalse(told.own().complied());
            assertEquals(
                    hidden.equals("no") ? "negative-assertion" : "silent-hop", told.own().cause());
            nothingLeaks(scene);
        }
    }

    @Test
    void aHopOfOthersThatWasSilentIsLeftForTheRealmToSee() {
        var scene = scene(Topology.DOMAIN, "hidden.example");
        var told = answered(scene, "o", "ps5 silent");
        assertTrue(told.own().complied());
        assertEquals("gw.example.com, ps5.foreign.example", told.record());
        assertEquals(List.of(SELF), told.hops());
    }

    @Test
    void withoutAListFromBeyondThereIsNoneAndNoYes() {
        var scene = scene(Topology.SELF);
        scene.fromCaller(Scene.request("INVITE", "u"));
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b);
        assertEquals(Optional.empty(), scene.callerGets(200).header("Hop-Record"));
        scene.pass(Duration.ofSeconds(33));
        assertFalse(ownReport(scene).hops().getFirst().complied());
    }

    /// POL-74: a proxy-like hop adds its Via and lets the callee list all; a B2BUA such as this
    /// one begins a new set and merges. The caller hears of the same hops.
    @Test
    void bothWaysOfViasGiveTheSameSetUnderFull() {
        var scene = scene(Topology.FULL);
        var request =
                Scene.request("INVITE", "v").toBuilder()
                        .vias(
                                List.of(
                                        Via.tls("ps2.in0.inside.example", 0, "z9hG4bKv2"),
                                        Via.tls("ps1.in0.inside.example", 0, "z9hG4bKv1"),
                                        Via.tls("ua.in0.inside.example", 0, "z9hG4bKv0")))
                        .build();
        scene.fromCaller(request);
        var seen = scene.atCallee("INVITE");
        assertEquals(1, seen.vias().size());
        // Fresh: the callee's side knows of what comes after us only.
        scene.answers(seen, 200, b -> b.add("Hop-Record", PS3.toString()));
        var fresh = scene.callerGets(200).header("Hop-Record").orElse("");
        // Stacked: the callee would have seen PS3's Via on top of ours and all before it.
        var stacked =
                HopRecord.of(
                        List.of(
                                Via.tls(PS3.host(), 0, "z9hG4bKv4"),
                                Via.tls(SELF.host(), 0, "z9hG4bKv3"),
                                request.vias().get(0),
                                request.vias().get(1),
                                request.vias().get(2)));
        assertEquals(Optional.of(stacked), HopRecord.parse(List.of(fresh)));
    }

    // ---- leaks ----

    @ParameterizedTest
    @ValueSource(
            ints = {180, 183, 200, 202, 300, 302, 401, 407, 420, 485, 486, 488, 496, 503, 580, 600})
    void noAnswerNamesWhatIsHidden(int status) {
        for (var topology : List.of(Topology.DOMAIN, Topology.SELF, Topology.NONE)) {
            var scene = scene(topology, "hidden.example");
            scene.fromCaller(Scene.request("INVITE", "l" + status));
            var seen = scene.atCallee("INVITE");
            scene.calleeAnswers(
                    TalkativeSide.talkative(Scene.answer(seen, status, "t").toBuilder(), status));
            nothingLeaks(scene);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DOMAIN", "SELF", "NONE"})
    void noRequestOfTheOtherSideNamesWhatIsHidden(Topology topology) {
        var scene = scene(topology, "hidden.example");
        var invite = Scene.request("INVITE", "r");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, b -> b.add("Hop-Record", PS3.toString()));
        scene.fromCaller(Scene.next(invite, scene.callerGets(200), "ACK", 1));
        for (var method : List.of("UPDATE", "INFO", "MESSAGE", "NOTIFY", "REFER", "BYE")) {
            var number = 10 + method.length() * 10L + method.charAt(0);
            var plain = Scene.back(seen, method, number, "bob");
            scene.fromCallee(
                    plain.toBuilder()
                            .vias(
                                    List.of(
                                            Via.tls("ps3.hidden.example", 0, "z9hG4bKh" + method),
                                            plain.topVia()))
                            .recordRoutes(List.of(TalkativeSide.at("ps3.hidden.example")))
                            .contact(Optional.of(TalkativeSide.at("10.9.8.7")))
                            .others(TalkativeSide.rows())
                            .build());
            scene.atCaller(method);
        }
        nothingLeaks(scene);
    }

    @Test
    void whatMattersToTheCallStays() {
        var scene = scene(Topology.SELF);
        scene.fromCaller(Scene.request("INVITE", "k"));
        var seen = scene.atCallee("INVITE");
        var body =
                new Body(
                        List.of(new Header("Content-Type", "text/plain")),
                        Octets.copyOf("c=IN IP4 10.9.8.7".getBytes(StandardCharsets.UTF_8)));
        scene.calleeAnswers(
                Scene.answer(seen, 183, "t").toBuilder()
                        .others(TalkativeSide.rows())
                        .add("RSeq", "7")
                        .require(List.of("100rel"))
                        .body(body)
                        .build());
        var got = scene.callerGets(183);
        assertEquals(Optional.of("7"), got.header("RSeq"));
        assertEquals(List.of("100rel"), got.require());
        assertEquals(Optional.of("\"Bob\" <sip:bob@out0.example>"), got.header(TalkativeSide.PAI));
        assertEquals(Optional.of("SIP;cause=486"), got.header("Reason"));
        assertEquals(Optional.of("60"), got.header("Retry-After"));
        assertEquals(
                List.of(
                        "399 gw.example.com \"e2e-sec: no-tls-target\","
                                + " 370 gw.example.com \"withheld\""),
                got.headers("Warning"));
        // Bodies belong to the two ends: what they say of addresses is theirs.
        assertEquals(body, got.body());
    }

    @Test
    void aRedirectionToAHiddenPlaceIsNone() {
        var scene = scene(Topology.SELF);
        scene.fromCaller(Scene.request("INVITE", "c"));
        var seen = scene.atCallee("INVITE");
        scene.calleeAnswers(
                Scene.answer(seen, 302, "t").toBuilder()
                        .contact(Optional.of(TalkativeSide.at("10.9.8.7")))
                        .build());
        var got = scene.callerGets(480);
        assertEquals("Temporarily Unavailable", got.reason());
        assertEquals(Optional.empty(), got.contact());
    }

    @Test
    void aRedirectionWithinWhatTheCallerKnowsGoesOn() {
        var scene = scene(Topology.SELF);
        scene.fromCaller(Scene.request("INVITE", "w"));
        var seen = scene.atCallee("INVITE");
        scene.calleeAnswers(
                Scene.answer(seen, 302, "t").toBuilder()
                        .contact(Optional.of(TalkativeSide.at("out0.example")))
                        .build());
        assertEquals("out0.example", scene.callerGets(302).contact().orElseThrow().uri().host());
    }

    @Test
    void theRefusingPeerIsNamedUnderFullOnly() {
        assertEquals("e2e-sec: next-hop-rejected edge.hidden.example", refused(Topology.FULL));
        assertEquals("e2e-sec: next-hop-rejected", refused(Topology.SELF));
    }

    private static String refused(Topology topology) {
        var scene = scene(topology);
        scene.fromCaller(Scene.request("INVITE", "x"));
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 420, b -> b.add("Unsupported", "e2e-sec"));
        var got = scene.callerGets(420);
        assertEquals(Optional.of("e2e-sec"), got.header("Unsupported"));
        return got.headers("Warning").getLast().replaceAll("399 gw.example.com \"(.*)\"", "$1");
    }

    private static void nothingLeaks(Scene scene) {
        for (var effect : scene.effects) {
            var sent =
                    switch (effect) {
                        case Effect.SendResponse(var connection, var response, _)
                                when connection.equals(Scene.CALLER) ->
                                response.toString();
                        case Effect.SendRequest(_, var target, var request)
                                when target.toString().contains(Scene.CALLER.toString()) ->
                                request.toString();
                        case Effect.MakeHopReport(_, var report) -> report.toString();
                        default -> "";
                    };
            for (var secret : SECRETS) {
                assertFalse(sent.contains(secret), secret + " leaks in " + sent);
            }
        }
    }

    // ---- a call whose callee names all hops ----

    private record Told(String record, List<HopAssertion> assertions) {
        HopAssertion own() {
            return assertions.getFirst();
        }

        List<Hop> hops() {
            return assertions.stream().map(HopAssertion::hop).toList();
        }
    }

    private static Told answered(Scene scene, String callId, String hidden) {
        scene.fromCaller(Scene.request("INVITE", callId));
        var seen = scene.atCallee("INVITE");
        if (!hidden.equals("silent")) {
            scene.notified(seen, report(seen, PS3, !hidden.equals("no")), Optional.empty());
        }
        scene.notified(seen, report(seen, BARE, true), Optional.empty());
        if (!hidden.equals("ps5 silent")) {
            scene.notified(seen, report(seen, PS5, true), Optional.empty());
        }
        scene.answers(
                seen,
                200,
                b ->
                        b.others(TalkativeSide.rows())
                                .add("Hop-Record", PS3 + ", " + BARE + ", " + PS5));
        var record = scene.callerGets(200).header("Hop-Record").orElse("absent");
        scene.pass(Duration.ofSeconds(33));
        return new Told(record, ownReport(scene).hops());
    }

    private static HopReport ownReport(Scene scene) {
        return scene.effects.stream()
                .filter(Effect.MakeHopReport.class::isInstance)
                .map(e -> ((Effect.MakeHopReport) e).report())
                .findFirst()
                .orElseThrow();
    }

    private static HopReport report(Request request, Hop hop, boolean complied) {
        var tls =
                new HopAssertion.Channel(
                        "tls", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "ps2.hidden.example", "mutual");
        var cause = complied ? "" : "policy-floor";
        return new HopReport(
                request.method(),
                request.cseq().number(),
                request.callId(),
                request.from().uri().text(),
                request.from().tag(),
                request.to().uri().text(),
                Instant.EPOCH,
                List.of(new HopAssertion(hop, HopAssertion.Role.PROXY, complied, cause, tls, tls)),
                Optional.empty());
    }
}
