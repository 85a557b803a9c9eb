package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.surehop.core.gateway.SessionScene.ALICE;
import static org.surehop.core.gateway.SessionScene.BOB;
import static org.surehop.core.gateway.SessionScene.both;
import static org.surehop.core.gateway.SessionScene.reply;
import static org.surehop.core.gateway.SessionScene.sdp;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Disclosure;
import org.surehop.core.config.MediaRules.Otherwise;
import org.surehop.core.config.Unknowns;
import org.surehop.core.config.Unknowns.Blind;
import org.surehop.core.config.Unknowns.PreAnswer;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.DisclosedPart;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// Media while not both descriptions are known: before the answer (PIN-25), unread (PIN-5), with
/// one of two protected (PIN 6.4), and media that does not come at all.
class UnseenMediaTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Unknowns unknowns(PreAnswer early, Blind.Media blind, Otherwise mixed) {
        return new Unknowns(early, new Blind(blind, 16_384, 16_387), mixed, SOON);
    }

    /// Anyone to the caller until somebody has answered.
    @Nested
    class BeforeTheAnswer extends OfferCase {
        BeforeTheAnswer() {
            super(
                    new SessionScene(
                            Disclosure.Profile.INSPECT,
                            unknowns(PreAnswer.WILDCARD, Blind.Media.NONE, Otherwise.PASS)));
        }

        private void rings() {
            scene.fromCaller(SessionScene.with(invite, sdp(ALICE, 4000, 1)));
            assertEquals(true, scene.silentToCallee());
            session.firewallActs();
            seen = scene.atCallee("INVITE");
            session.open("0.0.0.0>" + ALICE + ":4000");
        }

        @Test
        void opensBeforeTheInviteGoesOnAndClosesWithTheAnswer() {
            rings();
            scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
            session.firewallActs();
            session.open(both(4000, BOB, 6000));
        }

        @Test
        void previewIsAnAnswerToo() {
            rings();
            scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
            session.firewallActs();
            session.open(both(4000, BOB, 6000));
        }

        @Test
        void refusalClosesIt() {
            rings();
            scene.calleeAnswers(reply(seen, 486, "bob", Body.NONE));
            session.firewallActs();
            session.open();
        }

        @Test
        void isNotRenewedHoweverLongItRings() {
            rings();
            scene.calleeAnswers(reply(seen, 180, "bob", Body.NONE));
            scene.pass(Duration.ofSeconds(57));
            session.firewallActs();
            session.open();
            scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
            session.firewallActs();
            session.open(both(4000, BOB, 6000));
        }

        @Test
        void mediaWithIceHasItsCandidates() {
            var ice = "m=audio 4000 RTP/AVP 0\r\na=candidate:1 1 UDP 9 10.1.1.1 4000 typ host\r\n";
            calls(sdp(ALICE, 1, ice));
            assertEquals(List.of(), session.asked());
        }
    }

    /// As shipped.
    @Nested
    class Usually extends OfferCase {
        @Test
        void nobodySendsBeforeTheAnswer() {
            calls(sdp(ALICE, 4000, 1));
            assertEquals(List.of(), session.asked());
        }

        @Test
        void answerInClearToAProtectedOfferIsTold() {
            var told = mixed(scene, session);
            assertEquals(Reason.NONE, told.getFirst().reason());
            session.open(both(4000, BOB, 6000));
        }

        @Test
        void directionWithoutAPacketIsToldAndSaysWhich() {
            talks();
            session.packets.put(BOB + ">" + ALICE + ":4000", 400);
            scene.pass(SOON);
            session.firewallActs();
            var told = scene.notices(NoticeKind.PINHOLE_NO_MEDIA);
            assertEquals(1, told.size());
            assertEquals(Map.of("media", "out", "why", "no-packets"), told.getFirst().details());
        }

        @Test
        void mediaInBothDirectionsIsNoNews() {
            talks();
            for (var flow : both(4001, BOB, 6001)) {
                session.packets.put(flow, 2);
            }
            scene.pass(SOON);
            session.firewallActs();
            assertEquals(List.of(), scene.notices(NoticeKind.PINHOLE_NO_MEDIA));
        }

        // Only the first opening of a flow was told: after hold and resume media passed through a
        // pinhole that was told to be closed.
        @Test
        void flowThatOpensAgainIsToldAgainAndEachRefreshToo() {
            talks();
            long opened = scene.notices(NoticeKind.PINHOLE_OPEN).size();
            var held = "m=audio 4000 RTP/AVP 0\r\na=inactive\r\n";
            changes(2, sdp(ALICE, 2, held), sdp(BOB, 2, held.replace("4000", "6000")));
            session.open();
            changes(3, sdp(ALICE, 4000, 3), sdp(BOB, 6000, 3));
            session.open(both(4000, BOB, 6000));
            var again = scene.notices(NoticeKind.PINHOLE_OPEN);
            assertEquals(opened + 2, again.size());
            assertEquals(Set.of("flow", "group"), again.getLast().details().keySet());
            var before = scene.notices(NoticeKind.PINHOLE_REFRESH).size();
            scene.pass(Duration.ofSeconds(61));
            session.firewallActs();
            var refreshed = scene.notices(NoticeKind.PINHOLE_REFRESH);
            assertEquals(before + 1, refreshed.size());
            assertEquals("120", refreshed.getLast().details().get("seconds"));
        }

        private void changes(long number, Body offer, Body back) {
            scene.fromCaller(inDialog("INVITE", number, offer));
            session.firewallActs();
            scene.calleeAnswers(reply(scene.atCallee("INVITE"), 200, "bob", back));
            session.firewallActs();
            scene.fromCaller(inDialog("ACK", number, Body.NONE));
            scene.atCallee("ACK");
            session.firewallActs();
        }
    }

    /// Where one protected description is not enough.
    @Nested
    class Strict extends OfferCase {
        Strict() {
            super(
                    new SessionScene(
                            Disclosure.Profile.INSPECT,
                            unknowns(PreAnswer.NONE, Blind.Media.NONE, Otherwise.REFUSE)));
        }

        @Test
        void answerInClearToAProtectedOfferEndsTheCall() {
            var told = mixed(scene, session);
            assertEquals(Reason.CLEAR_SDP_REFUSED, told.getFirst().reason());
            scene.callerGets(100);
            scene.callerGets(488);
            scene.atCallee("ACK");
            scene.atCallee("BYE");
            session.open();
        }
    }

    /// A border that reads no bodies, with a range of ports for them.
    @Nested
    class Blindly extends OfferCase {
        Blindly() {
            super(
                    new SessionScene(
                            Disclosure.Profile.ROUTE_ONLY,
                            unknowns(PreAnswer.NONE, Blind.Media.RANGE, Otherwise.PASS)));
        }

        @Test
        void opensTheRangeOfTheUserAgentInsideAndNothingElse() {
            calls(sealed());
            scene.calleeAnswers(reply(seen, 200, "bob", sealed()));
            assertEquals(1, scene.notices(NoticeKind.PINHOLE_NO_MEDIA).size());
            session.firewallActs();
            answer = scene.callerGets(200);
            session.open("0.0.0.0>" + ALICE + ":16384", "0.0.0.0>" + ALICE + ":16386");
            scene.fromCaller(inDialog("ACK", 1, Body.NONE));
            session.firewallActs();
            scene.pass(Duration.ofSeconds(61));
            session.firewallActs();
            session.open("0.0.0.0>" + ALICE + ":16384", "0.0.0.0>" + ALICE + ":16386");
            scene.fromCaller(inDialog("BYE", 2, Body.NONE));
            session.firewallActs();
            session.open();
        }
    }

    /// The same border without one.
    @Nested
    class Unread extends OfferCase {
        Unread() {
            super(new SessionScene(Disclosure.Profile.ROUTE_ONLY, Unknowns.USUAL));
        }

        @Test
        void opensNothing() {
            calls(sealed());
            scene.calleeAnswers(reply(seen, 200, "bob", sealed()));
            scene.callerGets(100);
            scene.callerGets(200);
            assertEquals(List.of(), session.asked());
        }
    }

    private static Body sealed() {
        return new Body(
                List.of(new Header("Content-Type", "application/pkcs7-mime")),
                Octets.copyOf(new byte[] {1}));
    }

    /// A call whose offer was protected and whose answer was not; what is told of that.
    private static List<org.surehop.core.report.Notice> mixed(Scene scene, SessionScene session) {
        var invite = Scene.plain("INVITE", "mixed");
        scene.fromCaller(SessionScene.with(invite, sealed()));
        var asked =
                scene.effects.stream()
                        .filter(Effect.OpenBody.class::isInstance)
                        .map(e -> ((Effect.OpenBody) e).task())
                        .findFirst()
                        .orElseThrow();
        var part =
                new DisclosedPart(
                        "application/sdp", "", sdp(ALICE, 4000, 1).octets(), List.of(), true);
        scene.take(
                new Event.BodyOpened(Instant.EPOCH, asked, new BodyFacts(List.of(part), Set.of())));
        var seen = scene.atCallee("INVITE");
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        return scene.notices(NoticeKind.ANSWER_UNSECURED);
    }
}
