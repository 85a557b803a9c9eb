package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.config.HopPolicy;
import org.surehop.core.config.Topology;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.ResponseBuilder;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// Legs that keep the Contact, with the gateway in the path by Record-Route (D10, EDG-62).
class TransparentTest {
    private static final NameAddr BEFORE = place("sip:edge.in0.inside.example;lr");
    private static final NameAddr BEYOND = place("sip:p3.out0.example;lr");
    private static final NameAddr STRICT = place("sip:old.out0.example");
    private static final Via EDGE = Via.tls("edge.in0.inside.example", 0, "z9hG4bKedge");

    private final Scene scene = new Scene(settings().config());

    private static SimSettings settings() {
        return new SimSettings(true, false, 1_000, 32).transparent();
    }

    private static NameAddr place(String uri) {
        var text = uri.substring("sip:".length()).replace(";lr", "");
        return NameAddr.of(new SipUri(uri, "sip", "", text, 0, ""));
    }

    /// Through a proxy of the caller's side, which record-routes.
    private static Request through(Request request) {
        return request.toBuilder()
                .vias(List.of(EDGE, request.topVia()))
                .recordRoutes(List.of(BEFORE))
                .add("Subject", "lunch")
                .build();
    }

    /// As a callee behind a proxy that record-routes would.
    private static UnaryOperator<ResponseBuilder> routed(Request seen, NameAddr... beyond) {
        var all = new java.util.ArrayList<>(List.of(beyond));
        all.addAll(seen.recordRoutes());
        return b -> b.recordRoutes(all);
    }

    private Response talk(Request invite, NameAddr... beyond) {
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, routed(seen, beyond));
        return scene.callerGets(200);
    }

    /// The caller's next request by its route set; the proxy before us has taken itself off.
    private static Request next(Request invite, Response answer, String method, long cseq) {
        var routes =
                answer.recordRoutes().reversed().stream().filter(r -> !r.equals(BEFORE)).toList();
        return Scene.next(invite, answer, method, cseq).toBuilder()
                .recordRoutes(List.of())
                .routes(routes)
                .build();
    }

    private static Request back(Request seen, String method, long cseq) {
        return Scene.back(seen, method, cseq, "bob").toBuilder()
                .recordRoutes(List.of())
                .routes(seen.recordRoutes())
                .build();
    }

    // ---- onward and back ----

    @Test
    void onlyWhatAProxyMayChangeIsChanged() {
        var invite = through(Scene.request("INVITE", "a"));
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        var ours = seen.recordRoutes().getFirst();
        assertEquals("gw.example.com", ours.uri().host());
        assertTrue(ours.text().endsWith(";lr>"), ours.text());
        assertEquals("gw.example.com", seen.topVia().host());
        assertEquals(
                invite.toBuilder()
                        .vias(List.of(seen.topVia(), EDGE, invite.vias().getLast()))
                        .recordRoutes(List.of(ours, BEFORE))
                        .maxForwards(OptionalInt.of(69))
                        .supported(List.of(Scene.TAG))
                        .build(),
                seen);
    }

    @Test
    void theAnswerKeepsItsContactAndEachSideSeesItsOwnToken() {
        var invite = through(Scene.request("INVITE", "b"));
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, routed(seen, BEYOND));
        var answer = scene.callerGets(200);
        assertEquals("ua.out0.example", answer.contact().orElseThrow().uri().host());
        assertEquals(invite.vias(), answer.vias());
        var routes = answer.recordRoutes();
        assertEquals(List.of(BEYOND, BEFORE), List.of(routes.getFirst(), routes.getLast()));
        assertEquals(3, routes.size());
        assertEquals("gw.example.com", routes.get(1).uri().host());
        assertNotEquals(seen.recordRoutes().getFirst(), routes.get(1), "a token for each side");
    }

    @Test
    void theSetOfHopsIsTheSameHoweverViasAreHandled() {
        for (var settings : List.of(settings(), new SimSettings(true, false, 1_000, 32))) {
            var scene = new Scene(settings.config());
            scene.fromCaller(through(Scene.request("INVITE", "v")));
            var seen = scene.atCallee("INVITE");
            var above = new java.util.ArrayList<>(List.of(Via.tls("p3.out0.example", 0, "z")));
            above.addAll(seen.vias());
            var listed = org.surehop.core.assurance.HopRecord.of(above).render();
            scene.answers(seen, 200, b -> b.add("Hop-Record", listed));
            assertEquals(
                    Optional.of("edge.in0.inside.example, gw.example.com, p3.out0.example"),
                    scene.callerGets(200).header("Hop-Record"));
        }
    }

    @Test
    void aCancelHasOurViaAlone() {
        var invite = through(Scene.request("INVITE", "c"));
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 180, UnaryOperator.identity());
        scene.callerGets(180);
        scene.fromCaller(
                Crossing.cancel(invite).toBuilder().vias(List.of(invite.topVia())).build());
        var cancel = scene.atCallee("CANCEL");
        assertEquals(List.of(seen.topVia()), cancel.vias());
    }

    @Test
    void anotherTargetSeesTheCallersViasToo() {
        scene.targets = 2;
        scene.fromCaller(through(Scene.request("INVITE", "d")));
        var first = scene.atCallee("INVITE");
        scene.answers(first, 503, UnaryOperator.identity());
        scene.atCallee("ACK");
        var second = scene.atCallee("INVITE");
        assertEquals(3, second.vias().size());
        assertNotEquals(first.topVia(), second.topVia());
        assertEquals(first.recordRoutes(), second.recordRoutes());
    }

    @Test
    void aRegistrationIsNotRecordRouted() {
        var register = Scene.request("REGISTER", "e");
        scene.fromCaller(register);
        var seen = scene.atCallee("REGISTER");
        assertEquals(List.of(), seen.recordRoutes());
        assertEquals(register.contact(), seen.contact());
    }

    // ---- in the dialog ----

    @Test
    void requestsGoOnByTheRestOfTheirRoute() {
        var invite = through(Scene.request("INVITE", "f"));
        var answer = talk(invite, BEYOND);
        for (var method : List.of("ACK", "UPDATE", "INFO", "REFER", "BYE")) {
            var number = method.equals("ACK") ? 1 : method.charAt(0);
            var next = next(invite, answer, method, number);
            scene.fromCaller(next);
            var seen = scene.atCallee(method);
            assertEquals(List.of(BEYOND), seen.routes());
            assertEquals(next.uri(), seen.uri());
            assertEquals(next.contact(), seen.contact());
            assertEquals(2, seen.vias().size());
            var stays = List.of("UPDATE", "REFER").contains(method);
            assertEquals(stays ? 1 : 0, seen.recordRoutes().size(), method);
        }
    }

    /// RFC 3261 §12.2.1.1: what the gateway says itself goes where the far side is now.
    @Test
    void aTargetRefreshCrossesAndIsKept() {
        var invite = through(Scene.plain("INVITE", "g"));
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        scene.answers(seen, 200, routed(seen, BEYOND));
        var answer = scene.callerGets(200);
        scene.fromCaller(next(invite, answer, "ACK", 1));
        scene.atCallee("ACK");
        var moved = NameAddr.of(SipUri.of("bob", "moved.out0.example", 0));
        var again = back(seen, "INVITE", 7).toBuilder().contact(Optional.of(moved)).build();
        scene.fromCallee(again);
        var heard = scene.atCaller("INVITE");
        assertEquals(Optional.of(moved), heard.contact());
        assertEquals(List.of(BEFORE), heard.routes());
        assertEquals(seen.contact().orElseThrow().uri(), heard.uri());
        scene.callerAnswers(
                Scene.answer(heard, 200, "").toBuilder()
                        .contact(Optional.of(NameAddr.of(SipUri.of("alice", "b.example", 0))))
                        .recordRoutes(heard.recordRoutes())
                        .build());
        assertEquals("b.example", scene.calleeGets(200).contact().orElseThrow().uri().host());
        scene.fromCallee(back(seen, "ACK", 7));
        scene.atCaller("ACK");
        scene.pass(Duration.ofMinutes(21));
        var toCallee = scene.atCallee("BYE");
        assertEquals(moved.uri(), toCallee.uri());
        assertEquals(List.of(BEYOND), toCallee.routes());
        var toCaller = scene.atCaller("BYE");
        assertEquals("b.example", toCaller.uri().host());
        assertEquals(List.of(BEFORE), toCaller.routes());
    }

    @Test
    void withoutOurRouteCallIdAndTagsSayWhoseItIs() {
        var invite = Scene.request("INVITE", "h");
        var answer = talk(invite);
        scene.fromCaller(next(invite, answer, "ACK", 1).toBuilder().routes(List.of()).build());
        scene.atCallee("ACK");
        var info = next(invite, answer, "INFO", 5).toBuilder().routes(List.of()).build();
        var stranger = new Scene(settings().config());
        stranger.ingress = Scene.tls("in1.inside.example");
        scene.take(
                new Event.RequestReceived(Instant.EPOCH, on(new ConnectionId(9), stranger), info));
        assertTrue(scene.silentToCallee(), "tags are known to everybody on the path");
        scene.fromCaller(info);
        assertEquals(info.uri(), scene.atCallee("INFO").uri());
    }

    private static org.surehop.core.sip.Inbound on(ConnectionId connection, Scene other) {
        var inbound = other.inbound(Scene.CALLER);
        return new org.surehop.core.sip.Inbound(
                connection, inbound.security(), inbound.remote(), inbound.side());
    }

    /// RFC 3261 §16.12.1.2: a strict router has put our place into the Request-URI and the Contact
    /// to the end of the Route; and one may come after us.
    @Test
    void strictRoutersOnBothSidesAreServed() {
        var invite = Scene.request("INVITE", "i");
        var answer = talk(invite, STRICT);
        var plain = next(invite, answer, "INFO", 5);
        var ours = plain.routes().getFirst().uri();
        var contact = NameAddr.of(plain.uri());
        scene.fromCaller(plain.toBuilder().uri(ours).routes(List.of(STRICT, contact)).build());
        var seen = scene.atCallee("INFO");
        assertEquals(STRICT.uri(), seen.uri());
        assertEquals(List.of(contact), seen.routes());
    }

    @Test
    void forksHaveContactsOfTheirOwn() {
        var invite = Scene.request("INVITE", "j");
        scene.fromCaller(invite);
        var seen = scene.atCallee("INVITE");
        for (var fork : List.of("one", "two")) {
            scene.calleeAnswers(
                    Scene.answer(seen, 180, fork).toBuilder()
                            .recordRoutes(seen.recordRoutes())
                            .contact(Optional.of(NameAddr.of(SipUri.of(fork, "f.example", 0))))
                            .build());
            var ringing = scene.callerGets(180);
            assertEquals(fork, ringing.contact().orElseThrow().uri().user());
            scene.fromCaller(next(invite, ringing, "PRACK", fork.length() + fork.charAt(0)));
            assertEquals(fork, scene.atCallee("PRACK").uri().user());
        }
    }

    @Test
    void aSubscriptionStaysInThePathOfItsNotifies() {
        var subscribe = Scene.plain("SUBSCRIBE", "k").toBuilder().add("Event", "presence").build();
        scene.fromCaller(subscribe);
        var seen = scene.atCallee("SUBSCRIBE");
        // It may overtake the 2xx, and then it makes the dialog (RFC 6665 §4.3).
        scene.fromCallee(
                back(seen, "NOTIFY", 1).toBuilder()
                        .add("Event", "presence")
                        .add("Subscription-State", "terminated")
                        .build());
        var notify = scene.atCaller("NOTIFY");
        assertEquals(seen.contact().orElseThrow().uri(), notify.uri());
        assertEquals(1, notify.recordRoutes().size());
        scene.callerAnswers(Scene.bare(notify, 200));
        scene.answers(seen, 200, b -> b.add("Expires", "0"));
        scene.callerGets(200);
        scene.pass(Duration.ofHours(1));
        scene.nothingIsRemembered();
    }

    @Test
    void nothingIsRememberedOfAnEndedCall() {
        var invite = Scene.request("INVITE", "l");
        var answer = talk(invite);
        scene.fromCaller(next(invite, answer, "ACK", 1));
        scene.fromCaller(next(invite, answer, "BYE", 2));
        scene.atCallee("ACK");
        scene.answers(scene.atCallee("BYE"), 200, UnaryOperator.identity());
        scene.pass(Duration.ofMinutes(3));
        scene.nothingIsRemembered();
    }

    // ---- what is signed ----

    @ParameterizedTest
    @ValueSource(strings = {"message/sip", "message/sipfrag"})
    void aSignedCopyCrossesAndNothingIsAddedBesideIt(String kind) {
        var message =
                Scene.plain("MESSAGE", "m").toBuilder()
                        .contact(Optional.of(NameAddr.of(SipUri.of("a", "c.example", 0))))
                        .proxyRequire(List.of(Scene.TAG))
                        .body(signed(kind))
                        .build();
        scene.fromCaller(message);
        var seen = scene.atCallee("MESSAGE");
        assertEquals(List.of(), seen.require());
        assertEquals(message.proxyRequire(), seen.proxyRequire());
        assertEquals(List.of(), seen.supported());
        assertEquals(message.contact(), seen.contact());
        scene.answers(seen, 200, b -> b.add("Hop-Record", ""));
        assertEquals(List.of(), scene.callerGets(200).supported());
        assertEquals(1, scene.notices(NoticeKind.VERDICT).size(), "it counts as both all the same");
    }

    @Test
    void anAnchoredLegStillRefusesIt() {
        var anchored = new Scene(new SimSettings(true, false, 1_000, 32).config());
        anchored.fromCaller(
                Scene.request("INVITE", "n").toBuilder().body(signed("message/sip")).build());
        anchored.callerGets(488);
    }

    /// Who may not see all elements beyond us is given none, and what that would break is refused.
    @ParameterizedTest
    @EnumSource(names = "FULL", mode = EnumSource.Mode.EXCLUDE)
    void aRealmFromWhichHopsAreHiddenIsAnchored(Topology topology) {
        var hidden = new Scene(settings().config(new HopPolicy(topology, List.of(), false)));
        hidden.fromCaller(through(Scene.request("INVITE", "o")));
        var seen = hidden.atCallee("INVITE");
        assertEquals("gw.example.com", seen.contact().orElseThrow().uri().host());
        assertEquals(1, seen.vias().size());
        assertEquals(List.of(), seen.recordRoutes());
        hidden.fromCaller(
                Scene.request("INVITE", "p").toBuilder().body(signed("message/sip")).build());
        hidden.callerGets(488);
    }

    // ---- what hops assert ----

    /// The callee saw those before us as well; they attest to the caller, and the verdict here must
    /// not wait for them.
    @Test
    void hopsBeforeUsAreNotAwaited() {
        scene.fromCaller(through(Scene.request("INVITE", "q")));
        var seen = scene.atCallee("INVITE");
        var hop = Hop.of("p3.out0.example", 5061);
        var said = HopNotify.attest(hop, Scene.tls("gw"), Scene.tls("bob.example"));
        var report = HopNotify.ownReport(seen, Instant.EPOCH, said, List.of());
        assertEquals(200, scene.notified(seen, report, Optional.empty()));
        assertTrue(scene.silentToCaller(), "a NOTIFY to the caller's Contact ends here (POL-96)");
        var listed = "edge.in0.inside.example, gw.example.com, p3.out0.example";
        scene.answers(seen, 200, b -> b.add("Hop-Record", listed));
        assertEquals(Optional.of(listed), scene.callerGets(200).header("Hop-Record"));
        var verdict = scene.notices(NoticeKind.VERDICT).getFirst();
        assertEquals("ASSURED", verdict.details().get("verdict"));
    }

    private static Body signed(String kind) {
        var text =
                ("--b1\r\nContent-Type: %s\r\n\r\nFrom: <sip:a@b.example>\r\n"
                                + "Contact: <sip:a@c.example>\r\n\r\n--b1--\r\n")
                        .formatted(kind);
        return new Body(
                List.of(new Header("Content-Type", "multipart/signed;boundary=b1")),
                Octets.copyOf(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
