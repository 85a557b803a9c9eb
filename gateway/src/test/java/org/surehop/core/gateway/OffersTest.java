package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.gateway.SessionScene.ALICE;
import static org.surehop.core.gateway.SessionScene.BOB;
import static org.surehop.core.gateway.SessionScene.both;
import static org.surehop.core.gateway.SessionScene.reliable;
import static org.surehop.core.gateway.SessionScene.reply;
import static org.surehop.core.gateway.SessionScene.sdp;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;

/// The patterns of offers and answers (RFC 6337 §2, PIN-24): in whatever messages two
/// descriptions stand, their pinholes are open before the second one arrives, and only then.
class OffersTest extends OfferCase {
    // ---- the six patterns ----

    @Test
    void pairInInviteAndReliableRingingOpensBeforeTheRingingGoesOn() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reliable(seen, 183, "bob", sdp(BOB, 6000, 1)));
        scene.callerGets(100);
        session.firewallActs();
        answer = scene.callerGets(183);
        session.open(both(4000, BOB, 6000));
        scene.fromCaller(inDialog("PRACK", 2, Body.NONE));
        scene.answers(scene.atCallee("PRACK"), 200, r -> r);
        scene.callerGets(200);
        scene.calleeAnswers(reply(seen, 200, "bob", Body.NONE));
        answer = scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 1, Body.NONE));
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }

    // An INVITE without a description got its 2xx with the offer and its ACK with the answer, and
    // nothing was opened: the call was silent.
    @Test
    void offerInTheSuccessIsAnsweredInTheAckWhichWaitsForTheFirewall() {
        calls(Body.NONE);
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        answer = scene.callerGets(200);
        session.open();
        scene.fromCaller(inDialog("ACK", 1, sdp(ALICE, 4000, 1)));
        assertTrue(scene.silentToCallee());
        session.firewallActs();
        scene.atCallee("ACK");
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }

    @Test
    void answerInTheAckThatMayNotHaveItsPinholesEndsTheCall() {
        calls(Body.NONE);
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        answer = scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 1, sdp("127.0.0.1", 4000, 1)));
        assertEquals(Body.NONE, scene.atCallee("ACK").body());
        bothGetBye();
    }

    @Test
    void repeatedAckWaitsForTheFirst() {
        calls(Body.NONE);
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        answer = scene.callerGets(200);
        var ack = inDialog("ACK", 1, sdp(ALICE, 4000, 1));
        scene.fromCaller(ack);
        scene.fromCaller(ack);
        session.firewallActs();
        scene.atCallee("ACK");
        assertTrue(scene.silentToCallee());
    }

    @Test
    void offerInReliableRingingIsAnsweredInThePrack() {
        calls(Body.NONE);
        scene.calleeAnswers(reliable(seen, 183, "bob", sdp(BOB, 6000, 1)));
        answer = scene.callerGets(183);
        session.open();
        scene.fromCaller(inDialog("PRACK", 2, sdp(ALICE, 4000, 1)));
        assertTrue(scene.silentToCallee());
        session.firewallActs();
        scene.answers(scene.atCallee("PRACK"), 200, r -> r);
        scene.callerGets(200);
        session.open(both(4000, BOB, 6000));
    }

    @Test
    void answerInAPrackThatMayNotHaveItsPinholesEndsTheCall() {
        calls(Body.NONE);
        scene.calleeAnswers(reliable(seen, 183, "bob", sdp(BOB, 6000, 1)));
        answer = scene.callerGets(183);
        scene.fromCaller(inDialog("PRACK", 2, sdp("127.0.0.1", 4000, 1)));
        scene.callerGets(488);
        scene.atCallee("CANCEL");
        session.open();
    }

    @Test
    void offerInAPrackIsAnsweredInItsSuccess() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reliable(seen, 183, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        answer = scene.callerGets(183);
        scene.fromCaller(inDialog("PRACK", 2, sdp(ALICE, 4002, 2)));
        session.firewallActs();
        var prack = scene.atCallee("PRACK");
        scene.calleeAnswers(reply(prack, 200, "bob", sdp(BOB, 6002, 2)));
        session.firewallActs();
        scene.callerGets(200);
        session.firewallActs();
        session.open(both(4002, BOB, 6002));
    }

    @Test
    void updateOfARingingCallMovesItsPinholes() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reliable(seen, 183, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        answer = scene.callerGets(183);
        scene.fromCaller(inDialog("PRACK", 2, Body.NONE));
        scene.answers(scene.atCallee("PRACK"), 200, r -> r);
        scene.callerGets(200);
        scene.fromCaller(inDialog("UPDATE", 3, sdp(ALICE, 4002, 2)));
        session.firewallActs();
        scene.calleeAnswers(reply(scene.atCallee("UPDATE"), 200, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        scene.callerGets(200);
        session.firewallActs();
        session.open(both(4002, BOB, 6000));
    }

    // ---- lifetimes (PIN-7) ----

    @Test
    void sessionTimerSaysHowLongTheRulesMayStay() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(
                reply(seen, 200, "bob", sdp(BOB, 6000, 1)).toBuilder()
                        .others(List.of(new Header("Session-Expires", "58;refresher=uac")))
                        .build());
        session.firewallActs();
        answer = scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 1, Body.NONE));
        assertEquals(
                List.of(Duration.ofSeconds(90)),
                session.firewallActs().stream().map(c -> c.lifetime()).toList());
        scene.pass(Duration.ofSeconds(46));
        assertEquals(1, session.firewallActs().size());
        // Nobody refreshes the session: nobody refreshes its rules either.
        scene.pass(Duration.ofSeconds(300));
        assertEquals(List.of(), session.firewallActs());
    }
}
