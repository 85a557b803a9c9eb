package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Demands;
import org.surehop.core.config.Disclosure;
import org.surehop.core.disclosure.DisclosureJudge;
import org.surehop.core.disclosure.Expectation;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.StatusCode;
import org.surehop.sim.SimSettings;

/// The keys of the media are for its ends (SVC-5).
class SrtpKeysTest {
    private static final String SECRET = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
    private static final String SDP =
            """
            v=0
            o=- 1 1 IN IP4 10.1.1.1
            s=-
            c=IN IP4 10.1.1.1
            t=0 0
            m=audio 40000 RTP/SAVP 0
            a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:%s
            """
                    .formatted(SECRET);

    private static final Body BODY =
            new Body(
                    List.of(new Header("Content-Type", "application/sdp")),
                    Octets.copyOf(SDP.getBytes(StandardCharsets.UTF_8)));

    @Test
    void tellsThatAKeyWasShownAndNotTheKey() {
        var scene = new Scene(new SimSettings(true, false, 100, 32).config());

        scene.fromCaller(Scene.request("INVITE", "keys").toBuilder().body(BODY).build());

        assertEquals(BODY, scene.atCallee("INVITE").body());
        var told = scene.notices(NoticeKind.SRTP_KEY_EXPOSED);
        assertEquals(1, told.size());
        assertEquals(Reason.SRTP_KEY_EXPOSED, told.getFirst().reason());
        assertEquals(Map.of("in", "offer"), told.getFirst().details());
        for (var effect : scene.effects) {
            if (effect instanceof Effect.Report || effect instanceof Effect.Record) {
                assertFalse(effect.toString().contains(SECRET), "a report that holds the key");
            }
        }
    }

    @Test
    void refusesWhatShowsAKeyWherePolicySaysSo() {
        var request = Scene.request("INVITE", "refused").toBuilder().body(BODY).build();

        var judgement = judge(Demands.SrtpKeys.REFUSE, request.body(), request);

        assertEquals(
                new Judgement.Refused(Reason.SRTP_KEY_EXPOSED, new StatusCode(403)), judgement);
        assertInstanceOf(
                Judgement.Accepted.class, judge(Demands.SrtpKeys.REPORT, request.body(), request));
    }

    private static Judgement judge(
            Demands.SrtpKeys policy, Body body, org.surehop.core.sip.Request request) {
        var demands = new Demands(policy, 1, 1);
        var disclosure =
                new Disclosure(
                        Disclosure.Profile.INSPECT,
                        true,
                        false,
                        false,
                        496,
                        399,
                        8,
                        8,
                        8,
                        1,
                        demands);
        return new DisclosureJudge(disclosure, "gw.example")
                .clear(body, Expectation.ofRequest(request));
    }
}
