package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.surehop.core.gateway.SessionScene.ALICE;
import static org.surehop.core.gateway.SessionScene.BOB;
import static org.surehop.core.gateway.SessionScene.reply;
import static org.surehop.core.gateway.SessionScene.sdp;
import static org.surehop.core.gateway.SessionScene.with;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;

/// Candidates that come by INFO (RFC 8840). Its fragments went through unread: calls that trickled
/// had the pinholes of the first candidates alone, and no others ever.
class TrickleTest extends OfferCase {
    private static final String ICE =
            "m=audio %d UDP/TLS/RTP/SAVPF 0\r\na=rtcp-mux\r\na=mid:0\r\na=ice-ufrag:%s\r\n"
                    + "a=ice-options:trickle\r\na=candidate:1 1 UDP 9 %s %d typ host\r\n";

    private static Body ice(String address, int port, String fragment, int version) {
        return sdp(address, version, ICE.formatted(port, fragment, address, port));
    }

    private static Body fragment(String fragment, String... rows) {
        var text = "a=ice-ufrag:" + fragment + "\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n";
        for (var row : rows) {
            text += "a=" + row + "\r\n";
        }
        return new Body(
                List.of(new Header("Content-Type", "application/trickle-ice-sdpfrag")),
                Octets.copyOf(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String candidate(String address, int port) {
        return "candidate:2 1 UDP 8 " + address + " " + port + " typ host";
    }

    private void talksIce() {
        calls(ice(ALICE, 4000, "aaaa", 1));
        scene.calleeAnswers(reply(seen, 200, "bob", ice(BOB, 6000, "bbbb", 1)));
        session.firewallActs();
        answer = scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 1, Body.NONE));
        scene.atCallee("ACK");
        session.firewallActs();
        session.open(BOB + ">" + ALICE + ":4000", ALICE + ">" + BOB + ":6000");
    }

    private Request fromBob(long cseq, Body body) {
        return with(Scene.back(seen, "INFO", cseq, "bob"), body);
    }

    @Test
    void candidateOfTheCallerOpensBeforeItsInfoGoesOn() {
        talksIce();
        scene.fromCaller(inDialog("INFO", 2, fragment("aaaa", candidate(ALICE, 4002))));
        assertTrue(scene.silentToCallee());
        session.firewallActs();
        session.open(
                BOB + ">" + ALICE + ":4000",
                BOB + ">" + ALICE + ":4002",
                ALICE + ">" + BOB + ":6000");
        scene.answers(scene.atCallee("INFO"), 200, r -> r);
        scene.callerGets(200);
    }

    @Test
    void candidateOfTheCalleeOpensBeforeItsInfoGoesOn() {
        talksIce();
        scene.fromCallee(fromBob(7, fragment("bbbb", candidate("20.0.0.2", 6002))));
        session.firewallActs();
        session.open(
                BOB + ">" + ALICE + ":4000",
                "20.0.0.2>" + ALICE + ":4000",
                ALICE + ">" + BOB + ":6000",
                ALICE + ">20.0.0.2:6002");
        scene.atCaller("INFO");
    }

    @Test
    void fragmentsBeforeTheAnswerCountWithTheAnswer() {
        calls(ice(ALICE, 4000, "aaaa", 1));
        scene.calleeAnswers(reply(seen, 183, "bob", Body.NONE));
        answer = scene.callerGets(183);
        scene.fromCaller(inDialog("INFO", 2, fragment("aaaa", candidate(ALICE, 4002))));
        scene.answers(scene.atCallee("INFO"), 200, r -> r);
        session.open();
        scene.calleeAnswers(reply(seen, 200, "bob", ice(BOB, 6000, "bbbb", 1)));
        session.firewallActs();
        session.open(
                BOB + ">" + ALICE + ":4000",
                BOB + ">" + ALICE + ":4002",
                ALICE + ">" + BOB + ":6000");
    }

    // RFC 8840 §4.4: a candidate of another generation belongs to no description that was agreed.
    @Test
    void fragmentOfAnotherGenerationOpensNothing() {
        talksIce();
        scene.fromCaller(inDialog("INFO", 2, fragment("zzzz", candidate(ALICE, 4002))));
        session.firewallActs();
        scene.atCallee("INFO");
        session.open(BOB + ">" + ALICE + ":4000", ALICE + ">" + BOB + ":6000");
    }

    @Test
    void refusedInfoLeavesWhatWasAgreed() {
        talksIce();
        scene.fromCaller(inDialog("INFO", 2, fragment("aaaa", candidate(ALICE, 4002))));
        session.firewallActs();
        scene.answers(scene.atCallee("INFO"), 469, r -> r);
        session.firewallActs();
        session.open(BOB + ">" + ALICE + ":4000", ALICE + ">" + BOB + ":6000");
    }

    @Test
    void restartOpensBesideTheOldCandidatesUntilTheAck() {
        talksIce();
        scene.fromCaller(inDialog("INFO", 2, fragment("aaaa", candidate(ALICE, 4002))));
        session.firewallActs();
        scene.answers(scene.atCallee("INFO"), 200, r -> r);
        scene.callerGets(200);
        scene.fromCaller(inDialog("INVITE", 3, ice(ALICE, 4004, "cccc", 2)));
        session.firewallActs();
        session.open(
                BOB + ">" + ALICE + ":4000",
                BOB + ">" + ALICE + ":4002",
                BOB + ">" + ALICE + ":4004",
                ALICE + ">" + BOB + ":6000");
        // A fragment of the new generation adds to the new offer.
        scene.fromCaller(inDialog("INFO", 4, fragment("cccc", candidate(ALICE, 4006))));
        session.firewallActs();
        var again = scene.atCallee("INVITE");
        scene.answers(scene.atCallee("INFO"), 200, r -> r);
        scene.callerGets(100);
        scene.callerGets(200);
        scene.calleeAnswers(reply(again, 200, "bob", ice(BOB, 6004, "dddd", 2)));
        session.firewallActs();
        scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 3, Body.NONE));
        session.firewallActs();
        session.open(
                BOB + ">" + ALICE + ":4004",
                BOB + ">" + ALICE + ":4006",
                ALICE + ">" + BOB + ":6004");
    }

    @Test
    void moreFragmentsThanCandidatesMayBeAreRefused() {
        talksIce();
        for (int i = 0; i < 64; i++) {
            scene.fromCaller(inDialog("INFO", 2 + i, fragment("aaaa", "end-of-candidates")));
            session.firewallActs();
            scene.answers(scene.atCallee("INFO"), 200, r -> r);
            scene.callerGets(200);
        }
        scene.fromCaller(inDialog("INFO", 99, fragment("aaaa", candidate(ALICE, 4002))));
        scene.callerGets(488);
        session.open(BOB + ">" + ALICE + ":4000", ALICE + ">" + BOB + ":6000");
    }

    @Test
    void otherPackagesOfInfoPassAsTheyAre() {
        talksIce();
        var dtmf =
                new Body(
                        List.of(new Header("Content-Type", "application/dtmf-relay")),
                        Octets.copyOf("Signal=1".getBytes(StandardCharsets.UTF_8)));
        scene.fromCaller(inDialog("INFO", 2, dtmf));
        assertEquals(dtmf, scene.atCallee("INFO").body());
        assertEquals(List.of(), session.asked());
    }
}
