package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.surehop.core.gateway.SessionScene.ALICE;
import static org.surehop.core.gateway.SessionScene.BOB;
import static org.surehop.core.gateway.SessionScene.both;
import static org.surehop.core.gateway.SessionScene.reply;
import static org.surehop.core.gateway.SessionScene.sdp;
import static org.surehop.core.gateway.SessionScene.with;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.sip.Body;

/// Previews of the answer and forks that each have one (PIN-25, PIN-26).
class EarlyMediaTest extends OfferCase {
    private static final String CAROL = "20.0.0.2";
    private static final String DAVE = "20.0.0.3";

    // ---- early media ----

    @Test
    void previewOpensEarlyAndTheAnswerConfirmsIt() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        scene.callerGets(183);
        session.open(both(4000, BOB, 6000));
        // What comes again opens nothing again.
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        scene.callerGets(183);
        assertEquals(List.of(), session.asked());
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        scene.callerGets(200);
        session.open(both(4000, BOB, 6000));
    }

    @Test
    void answerThatDiffersFromItsPreviewTakesItsPlaceAtTheAck() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        scene.callerGets(183);
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6002, 2)));
        session.firewallActs();
        answer = scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 1, Body.NONE));
        session.firewallActs();
        session.open(both(4000, BOB, 6002));
    }

    @Test
    void previewThatMayNotHaveItsPinholesGoesOnWithoutItsBody() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp("127.0.0.1", 6000, 1)));
        assertEquals(Body.NONE, scene.callerGets(183).body());
        assertEquals(1, scene.notices(NoticeKind.PINHOLE_NO_MEDIA).size());
        session.open();
    }

    // RFC 3262 §4: reliable responses are in order. While one is read the others wait.
    @Test
    void nothingOvertakesARingingThatWaitsForTheFirewall() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        scene.calleeAnswers(reply(seen, 180, "bob", Body.NONE));
        scene.calleeAnswers(reply(seen, 486, "bob", Body.NONE));
        scene.callerGets(100);
        session.firewallActs();
        scene.callerGets(183);
        scene.callerGets(180);
        scene.callerGets(486);
        session.firewallActs();
        session.open();
    }

    @Test
    void callerWhoGivesUpWhileARingingWaitsLeavesNothing() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        scene.fromCaller(
                with(invite, Body.NONE).toBuilder()
                        .method(org.surehop.core.sip.Method.CANCEL)
                        .cseq(new org.surehop.core.sip.CSeq(1, org.surehop.core.sip.Method.CANCEL))
                        .build());
        scene.atCallee("CANCEL");
        session.firewallActs();
        scene.calleeAnswers(reply(seen, 487, "bob", Body.NONE));
        session.firewallActs();
        session.open();
        scene.pass(Duration.ofSeconds(70));
        scene.nothingIsRemembered();
    }

    // ---- forks (PIN-26) ----

    @Test
    void threeForksShareTheOfferAndTheLosersLeaveNothing() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        scene.calleeAnswers(reply(seen, 183, "carol", sdp(CAROL, 6100, 1)));
        session.firewallActs();
        var mux = "m=audio 6200 RTP/AVP 0\r\na=rtcp-mux\r\n";
        scene.calleeAnswers(reply(seen, 183, "dave", sdp(DAVE, 1, mux)));
        session.firewallActs();
        session.open(
                BOB + ">" + ALICE + ":4000",
                CAROL + ">" + ALICE + ":4000",
                DAVE + ">" + ALICE + ":4000",
                ALICE + ">" + BOB + ":6000",
                ALICE + ">" + CAROL + ":6100",
                ALICE + ">" + DAVE + ":6200");
        scene.calleeAnswers(reply(seen, 200, "carol", sdp(CAROL, 6100, 1)));
        session.firewallActs();
        session.open(both(4000, CAROL, 6100));
        // One of the others accepts too: it is ended, and nothing opens for it.
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        assertEquals("bob", scene.atCallee("ACK").to().tag());
        assertEquals("bob", scene.atCallee("BYE").to().tag());
        session.firewallActs();
        session.open(both(4000, CAROL, 6100));
    }

    @Test
    void refusedCallLeavesNothingOfItsForks() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 183, "bob", sdp(BOB, 6000, 1)));
        scene.calleeAnswers(reply(seen, 183, "carol", sdp(CAROL, 6100, 1)));
        session.firewallActs();
        scene.calleeAnswers(reply(seen, 486, "bob", Body.NONE));
        session.firewallActs();
        session.open();
    }
}
