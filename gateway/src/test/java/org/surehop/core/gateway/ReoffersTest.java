package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.gateway.SessionScene.ALICE;
import static org.surehop.core.gateway.SessionScene.BOB;
import static org.surehop.core.gateway.SessionScene.both;
import static org.surehop.core.gateway.SessionScene.reliable;
import static org.surehop.core.gateway.SessionScene.reply;
import static org.surehop.core.gateway.SessionScene.sdp;
import static org.surehop.core.gateway.SessionScene.with;

import org.junit.jupiter.api.Test;
import org.surehop.core.sip.Body;

/// Changes of a session that goes on: deltas and failures (PIN-20 to PIN-23, RFC 6141).
class ReoffersTest extends OfferCase {
    // ---- changes of a session ----

    @Test
    void newAddressOpensAtTheOfferAndTheOldOneStaysUntilTheAck() {
        talks();
        scene.fromCaller(inDialog("INVITE", 2, sdp(ALICE, 4002, 2)));
        assertTrue(scene.silentToCallee());
        session.firewallActs();
        var again = scene.atCallee("INVITE");
        session.open(
                BOB + ">" + ALICE + ":4000",
                BOB + ">" + ALICE + ":4002",
                ALICE + ">" + BOB + ":6000");
        scene.calleeAnswers(reply(again, 200, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        scene.callerGets(200);
        session.open(
                BOB + ">" + ALICE + ":4000",
                BOB + ">" + ALICE + ":4002",
                ALICE + ">" + BOB + ":6000");
        scene.fromCaller(inDialog("ACK", 2, Body.NONE));
        session.firewallActs();
        session.open(both(4002, BOB, 6000));
    }

    @Test
    void refusedReofferLeavesTheRulesOfTheAgreedPair() {
        talks();
        scene.fromCaller(inDialog("INVITE", 2, sdp(ALICE, 4002, 2)));
        session.firewallActs();
        scene.calleeAnswers(reply(scene.atCallee("INVITE"), 488, "bob", Body.NONE));
        scene.callerGets(488);
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }

    // RFC 6141: what an UPDATE within it has agreed stays, though the re-INVITE fails.
    @Test
    void refusedReofferKeepsWhatAnUpdateWithinItHasAgreed() {
        talks();
        scene.fromCaller(inDialog("INVITE", 2, sdp(ALICE, 4002, 2)));
        session.firewallActs();
        var again = scene.atCallee("INVITE");
        scene.calleeAnswers(reliable(again, 183, "bob", sdp(BOB, 6002, 2)));
        session.firewallActs();
        scene.callerGets(183);
        scene.fromCaller(inDialog("PRACK", 3, Body.NONE));
        scene.answers(scene.atCallee("PRACK"), 200, r -> r);
        session.firewallActs();
        session.open(both(4002, BOB, 6002));
        scene.fromCaller(inDialog("UPDATE", 4, sdp(ALICE, 4004, 3)));
        session.firewallActs();
        scene.calleeAnswers(reply(scene.atCallee("UPDATE"), 200, "bob", sdp(BOB, 6002, 2)));
        session.firewallActs();
        scene.calleeAnswers(reply(again, 488, "bob", Body.NONE));
        session.firewallActs();
        session.open(both(4004, BOB, 6002));
    }

    @Test
    void firewallThatRefusesAReofferLeavesTheCallAsItWas() {
        talks();
        scene.fromCaller(inDialog("INVITE", 2, sdp(ALICE, 4002, 2)));
        session.firewallRefuses();
        scene.callerGets(500);
        assertTrue(scene.silentToCallee());
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }

    // RFC 3264 §8: an unchanged version says that nothing changes, so nothing does.
    @Test
    void unchangedVersionChangesNothing() {
        talks();
        scene.fromCaller(inDialog("INVITE", 2, sdp(ALICE, 4002, 1)));
        scene.calleeAnswers(reply(scene.atCallee("INVITE"), 200, "bob", sdp(BOB, 6002, 1)));
        session.firewallActs();
        scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 2, Body.NONE));
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }

    @Test
    void mediaLinesAreMatchedByTheirPlace() {
        talks();
        var two = "m=audio 0 RTP/AVP 0\r\nm=audio 4010 RTP/AVP 0\r\n";
        scene.fromCaller(inDialog("INVITE", 2, sdp(ALICE, 2, two)));
        session.firewallActs();
        var back = "m=audio 0 RTP/AVP 0\r\nm=audio 6010 RTP/AVP 0\r\n";
        scene.calleeAnswers(reply(scene.atCallee("INVITE"), 200, "bob", sdp(BOB, 2, back)));
        session.firewallActs();
        scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 2, Body.NONE));
        session.firewallActs();
        session.open(both(4010, BOB, 6010));
    }

    @Test
    void offerlessReinviteIsAnsweredInItsAck() {
        talks();
        scene.fromCaller(inDialog("INVITE", 2, Body.NONE));
        scene.calleeAnswers(reply(scene.atCallee("INVITE"), 200, "bob", sdp(BOB, 6002, 2)));
        session.firewallActs();
        scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 2, sdp(ALICE, 4002, 2)));
        session.firewallActs();
        scene.atCallee("ACK");
        session.firewallActs();
        session.open(both(4002, BOB, 6002));
    }

    // Two offers meet (RFC 3261 §14.1): both ends refuse, and the first pair holds.
    @Test
    void offersThatMeetChangeNothing() {
        talks();
        scene.fromCaller(inDialog("UPDATE", 2, sdp(ALICE, 4002, 2)));
        session.firewallActs();
        var mine = scene.atCallee("UPDATE");
        var theirs = with(Scene.back(seen, "UPDATE", 7, "bob"), sdp(BOB, 6002, 2));
        scene.fromCallee(theirs);
        var other = scene.atCaller("UPDATE");
        scene.calleeAnswers(reply(mine, 491, "bob", Body.NONE));
        scene.callerAnswers(Scene.bare(other, 491));
        scene.callerGets(491);
        scene.calleeGets(491);
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }
}
