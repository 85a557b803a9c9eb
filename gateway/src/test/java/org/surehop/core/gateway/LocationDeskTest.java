package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Archive;
import org.surehop.core.config.Emergency;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Injection;
import org.surehop.core.config.LocationRouting;
import org.surehop.core.config.Messages;
import org.surehop.core.config.Route;
import org.surehop.core.config.Services;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.disclosure.SignerFacts.Status;
import org.surehop.core.location.Area;
import org.surehop.core.location.GeoPoint;
import org.surehop.core.location.Place;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;
import org.surehop.sim.SimSettings;
import org.surehop.testing.Changed;

/// Calls whose way is chosen by where the caller is (SVC-2), and calls for help (EDG-63).
class LocationDeskTest {
    private static final SignerFacts ALICE = signer("sip:alice@in0.inside.example", Status.VALID);
    private static final GeoPoint STOCKHOLM = GeoPoint.parse("59.33 18.06").orElseThrow();

    private static SignerFacts signer(String name, Status status) {
        return new SignerFacts(List.of(name), "ab", status, Optional.empty());
    }

    private static GatewayConfig config(LocationRouting.OnUnusable onUnusable, String emergency) {
        var base = new SimSettings(true, false, 100, 32).config();
        var routes = new ArrayList<Route>();
        routes.add(route("out1", new Area.Circle(STOCKHOLM, 5_000)));
        routes.add(route("out2", new Area.Civic(Map.of("country", "NO"))));
        routes.addAll(base.routes());
        var services =
                new Services(
                        Messages.PASS,
                        Archive.OFF,
                        new LocationRouting(onUnusable, true),
                        new Emergency(emergency, Side.OUTSIDE, true));
        return Changed.with(Changed.with(base, "routes", routes), "services", services);
    }

    private static Route route(String to, Area area) {
        return new Route("out0.example", to, Side.OUTSIDE, Injection.NEVER, Optional.of(area));
    }

    private final Scene scene = new Scene(config(LocationRouting.OnUnusable.REJECT, ""));

    private static Request invite(String id, String... rows) {
        var body =
                new Body(
                        List.of(new Header("Content-Type", "application/pkcs7-mime")),
                        Octets.copyOf(new byte[] {1}));
        var made = Scene.request("INVITE", id).toBuilder().body(body);
        for (int i = 0; i < rows.length; i += 2) {
            made.add(rows[i], rows[i + 1]);
        }
        return made.build();
    }

    private static Request located(String id) {
        return invite(id, "Geolocation", "<cid:loc@x>", "Geolocation-Routing", "yes");
    }

    private static DisclosedPart part(String cid, SignerFacts... signers) {
        var octets = Octets.copyOf(new byte[] {'<'});
        return new DisclosedPart("application/pidf+xml", cid, octets, List.of(signers), true);
    }

    private static <E extends Effect> List<E> all(Scene scene, Class<E> type) {
        return scene.effects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static void opened(Scene scene, DisclosedPart... parts) {
        var task = all(scene, Effect.OpenBody.class).getLast().task();
        scene.take(
                new Event.BodyOpened(Instant.EPOCH, task, new BodyFacts(List.of(parts), Set.of())));
    }

    private static void at(Scene scene, Place place) {
        var task = all(scene, Effect.ReadLocation.class).getLast().task();
        scene.take(new Event.LocationRead(Instant.EPOCH, task, Optional.of(place)));
    }

    private static String domain(Scene scene) {
        var target = all(scene, Effect.SendRequest.class).getLast().target();
        return target instanceof Target.Locate(var hop) ? hop.domain() : target.toString();
    }

    private static Place point(GeoPoint point) {
        return new Place(Optional.of(point), Map.of(), Optional.empty());
    }

    @Test
    void leadsWhereTheAreaSays() {
        scene.fromCaller(located("l1"));
        opened(scene, part("loc@x", ALICE));
        assertTrue(scene.silentToCallee(), "not before the place is known");
        at(scene, point(STOCKHOLM));
        assertEquals("out1.example", domain(scene));
        var told = scene.notices(NoticeKind.LOCATION_ROUTED).getFirst();
        assertEquals(Map.of("to", "out1"), told.details());
        scene.answers(scene.atCallee("INVITE"), 486, b -> b);

        var civic = new Scene(config(LocationRouting.OnUnusable.REJECT, ""));
        civic.fromCaller(located("l2"));
        opened(civic, part("", ALICE));
        at(civic, new Place(Optional.empty(), Map.of("country", "no"), Optional.empty()));
        assertEquals("out2.example", domain(civic));
    }

    @Test
    void elsewhereTakesTheCommonRoute() {
        scene.fromCaller(located("l3"));
        opened(scene, part("loc@x", ALICE));
        at(scene, point(new GeoPoint(0, 0)));
        assertEquals("out0.example", domain(scene));
        assertEquals(0, scene.notices(NoticeKind.LOCATION_ROUTED).size());
    }

    @Test
    void nobodyLooksWhereRoutingIsNotAllowed() {
        for (var rows :
                List.of(
                        new String[] {"Geolocation", "<cid:loc@x>"},
                        new String[] {"Geolocation", "<cid:loc@x>", "Geolocation-Routing", "no"})) {
            var quiet = new Scene(config(LocationRouting.OnUnusable.REJECT, ""));
            quiet.fromCaller(invite("l4", rows));
            opened(quiet, part("loc@x", ALICE));
            assertEquals(List.of(), all(quiet, Effect.ReadLocation.class));
            assertEquals("out0.example", domain(quiet));
        }
    }

    @Test
    void aPlaceInDoubtIs424OrTheCommonRoute() {
        var doubtful =
                List.of(
                        part("loc@x"),
                        part("loc@x", signer("sip:eve@in0.inside.example", Status.VALID)),
                        part("loc@x", signer("sip:alice@in0.inside.example", Status.UNTRUSTED)),
                        part("other@x", ALICE));
        for (var part : doubtful) {
            var strict = new Scene(config(LocationRouting.OnUnusable.REJECT, ""));
            strict.fromCaller(located("l5"));
            opened(strict, part);
            var answer = strict.callerGets(424);
            assertEquals(
                    "100 ;code=\"Cannot Process Location\"",
                    answer.header("Geolocation-Error").orElseThrow());
            assertTrue(strict.silentToCallee());
            assertEquals(1, strict.notices(NoticeKind.LOCATION_UNUSED).size());

            var lenient = new Scene(config(LocationRouting.OnUnusable.DEFAULT_ROUTE, ""));
            lenient.fromCaller(located("l6"));
            opened(lenient, part);
            assertEquals("out0.example", domain(lenient));
            assertEquals(1, lenient.notices(NoticeKind.LOCATION_UNUSED).size());
        }
    }

    @Test
    void aPlaceWhoseTimeIsOverIsNotUsed() {
        scene.fromCaller(located("l7"));
        opened(scene, part("loc@x", ALICE));
        at(scene, new Place(Optional.of(STOCKHOLM), Map.of(), Optional.of(Instant.EPOCH)));
        scene.callerGets(424);
    }

    @Test
    void aReferenceIsNotFollowed() {
        scene.fromCaller(
                invite(
                        "l8",
                        "Geolocation",
                        "<https://lis.example/1>",
                        "Geolocation-Routing",
                        "yes"));
        opened(scene, part("loc@x", ALICE));
        var error = scene.callerGets(424).header("Geolocation-Error").orElseThrow();
        assertEquals("300 ;code=\"Dereference Failure\"", error);
    }

    @Test
    void noBodyNoPlace() {
        scene.fromCaller(located("l9").toBuilder().body(Body.NONE).build());
        scene.callerGets(424);
    }

    private static Request help(String id) {
        var sos = new SipUri("urn:service:sos.police", "urn", "", "", 0, "");
        return located(id).toBuilder().uri(sos).build();
    }

    @Test
    void aCallForHelpPassesUnreadAndInClearAndIsTold() {
        var helping = new Scene(config(LocationRouting.OnUnusable.REJECT, "out1"));
        helping.ingress = new ChannelSecurity.Clear();
        helping.fromCaller(
                help("s1").toBuilder().require(List.of()).proxyRequire(List.of()).build());
        assertEquals(List.of(), all(helping, Effect.OpenBody.class));
        assertEquals("out1.example", domain(helping));
        assertEquals("urn:service:sos.police", helping.atCallee("INVITE").uri().text());
        assertEquals(1, helping.notices(NoticeKind.EMERGENCY_BYPASS).size());
    }

    @Test
    void nobodyTakesACallForHelpUnlessConfigured() {
        scene.fromCaller(help("s2"));
        scene.callerGets(416);
    }

    @Test
    void aDestinationMayBeRefused() {
        var base = config(LocationRouting.OnUnusable.REJECT, "");
        var routes = List.of(new Route("out0.example", "refuse", Side.OUTSIDE));
        var hotspot = new Scene(Changed.with(base, "routes", routes));
        hotspot.fromCaller(Scene.request("INVITE", "d1"));
        var warning = hotspot.callerGets(403).header("Warning").orElseThrow();
        assertTrue(warning.contains("destination-refused"), warning);
    }
}
