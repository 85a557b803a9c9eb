package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.HopAssertion;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Topology;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Request;
import org.surehop.sim.SimSettings;

/// Elements that go by several names: `same-as` of a report (POL-65) and B2BUAs that the operator
/// knows (POL-84).
class HopNamesTest {
    private static final Hop IN = Hop.of("in.sbc.example", 0);
    private static final Hop OUT = Hop.of("out.sbc.example", 0);

    private static Scene scene(List<List<Hop>> b2buas) {
        var hops = new HopPolicy(Topology.FULL, List.of(), false, b2buas);
        return new Scene(new SimSettings(true, false, 20_000, 32).config(hops));
    }

    /// Anybody may write that he is somebody else: only a certificate with both names makes it so.
    @Test
    void anotherNameCountsIfTheSignerHasBoth() {
        assertEquals("ASSURED", said(scene(List.of()), Set.of(OUT), signed(IN, OUT)));
        assertEquals("MISMATCH", said(scene(List.of()), Set.of(OUT), signed(IN)));
        assertEquals("MISMATCH", said(scene(List.of()), Set.of(OUT), Optional.empty()));
    }

    @Test
    void aKnownB2buaSpeaksForTheNameThatIsListed() {
        assertEquals("ASSURED", said(scene(List.of(List.of(IN, OUT))), Set.of(), Optional.empty()));
    }

    /// What goes upstream names the hop as the list does, or it would be silent there.
    @Test
    void itsAssertionGoesOnUnderTheListedName() {
        var scene = scene(List.of(List.of(IN, OUT)));
        said(scene, Set.of(), Optional.empty());
        var told =
                scene.effects.stream()
                        .filter(Effect.MakeHopReport.class::isInstance)
                        .map(e -> ((Effect.MakeHopReport) e).report())
                        .findFirst()
                        .orElseThrow();
        assertEquals(
                List.of(Hop.of("gw.example.com", 0), OUT),
                told.hops().stream().map(HopAssertion::hop).toList());
    }

    @Test
    void aSilentOneIsToldByTheNameThatTheOperatorKnows() {
        var scene = scene(List.of(List.of(IN, OUT)));
        scene.fromCaller(Scene.request("MESSAGE", "silent"));
        scene.answers(scene.atCallee("MESSAGE"), 200, b -> b.add("Hop-Record", OUT.toString()));
        scene.pass(Duration.ofSeconds(40));
        var details = verdict(scene);
        assertEquals("MISMATCH", details.get("verdict"));
        assertEquals(OUT.toString(), details.get("silent"));
        assertEquals(IN.toString(), details.get("known-b2bua"));
    }

    private static String said(Scene scene, Set<Hop> sameAs, Optional<SignerFacts> signer) {
        scene.fromCaller(Scene.request("MESSAGE", "m"));
        var seen = scene.atCallee("MESSAGE");
        assertEquals(200, scene.notified(seen, report(seen, sameAs), signer));
        scene.answers(seen, 200, b -> b.add("Hop-Record", OUT.toString()));
        scene.pass(Duration.ofSeconds(40));
        return verdict(scene).getOrDefault("verdict", "");
    }

    private static Map<String, String> verdict(Scene scene) {
        return scene.notices(NoticeKind.VERDICT).getFirst().details();
    }

    private static Optional<SignerFacts> signed(Hop... names) {
        return Optional.of(
                new SignerFacts(
                        List.of(names).stream().map(n -> "sip:" + n.host()).toList(),
                        "cd".repeat(32),
                        SignerFacts.Status.VALID,
                        Optional.empty()));
    }

    private static HopReport report(Request request, Set<Hop> sameAs) {
        var tls = new HopAssertion.Channel("tls", "TLSv1.3", "", "", "mutual");
        var role = HopAssertion.Role.B2BUA;
        return new HopReport(
                request.method(),
                request.cseq().number(),
                request.callId(),
                request.from().uri().text(),
                request.from().tag(),
                request.to().uri().text(),
                Instant.EPOCH,
                List.of(new HopAssertion(IN, role, true, "", tls, tls, sameAs)),
                Optional.empty());
    }
}
