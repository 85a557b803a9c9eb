package org.surehop.core.gateway;

import static org.surehop.core.gateway.SessionScene.ALICE;
import static org.surehop.core.gateway.SessionScene.BOB;
import static org.surehop.core.gateway.SessionScene.both;
import static org.surehop.core.gateway.SessionScene.reply;
import static org.surehop.core.gateway.SessionScene.sdp;
import static org.surehop.core.gateway.SessionScene.with;

import org.surehop.core.sip.Body;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// A call as far as the tests of offers and answers need it.
abstract class OfferCase {
    final SessionScene session;
    final Scene scene;
    final Request invite = Scene.plain("INVITE", "offers");
    Request seen = invite;
    Response answer = Scene.bare(invite, 200);

    OfferCase() {
        this(new SessionScene());
    }

    OfferCase(SessionScene session) {
        this.session = session;
        this.scene = session.scene;
    }

    void calls(Body offer) {
        scene.fromCaller(with(invite, offer));
        seen = scene.atCallee("INVITE");
    }

    Request inDialog(String method, long cseq, Body body) {
        return with(Scene.next(invite, answer, method, cseq), body);
    }

    /// A call with a pair in INVITE and 2xx, acknowledged.
    void talks() {
        calls(sdp(ALICE, 4000, 1));
        scene.calleeAnswers(reply(seen, 200, "bob", sdp(BOB, 6000, 1)));
        session.firewallActs();
        answer = scene.callerGets(200);
        scene.fromCaller(inDialog("ACK", 1, Body.NONE));
        scene.atCallee("ACK");
        session.firewallActs();
        session.open(both(4000, BOB, 6000));
    }

    void bothGetBye() {
        scene.atCallee("BYE");
        scene.atCaller("BYE");
        session.firewallActs();
        session.open();
    }
}
