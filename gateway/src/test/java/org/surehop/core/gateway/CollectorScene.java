package org.surehop.core.gateway;

import java.util.List;
import java.util.function.UnaryOperator;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.Assurance;
import org.surehop.core.config.Notifying;
import org.surehop.core.config.Peer;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.RequestBuilder;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;
import org.surehop.sim.SimSettings;

/// A subscriber at the collector and a direct callee, in one scene.
abstract class CollectorScene {
    private static final Method SUBSCRIBE = new Method("SUBSCRIBE");

    Scene scene = scene(Peer.Notify.EXPLICIT, 20_000);

    static Scene scene(Peer.Notify mode, int most) {
        return new Scene(
                new SimSettings(true, false, most, 32)
                        .config(Assurance.OnMismatch.REPORT, mode, Notifying.usual()));
    }

    static Request subscribe(String callId, UnaryOperator<RequestBuilder> with) {
        var made =
                Scene.plain("SUBSCRIBE", callId).toBuilder()
                        .uri(SipUri.of("", "gw.example.com", 0))
                        .to(NameAddr.of(SipUri.of("", "gw.example.com", 0)));
        return with.apply(made).build();
    }

    static RequestBuilder event(RequestBuilder request) {
        return request.add("Event", "e2e-sec").add("Expires", "600");
    }

    /// The next SUBSCRIBE in the dialog that `ok` made.
    static Request again(Request first, Response ok, long cseq, String expires) {
        return first.toBuilder()
                .uri(ok.contact().orElseThrow().uri())
                .to(ok.to())
                .cseq(new CSeq(cseq, SUBSCRIBE))
                .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKs" + cseq)))
                .others(List.of())
                .add("Event", "e2e-sec")
                .add("Expires", expires)
                .build();
    }

    Response subscribed(Request request) {
        scene.fromCaller(request);
        return scene.callerGets(200);
    }

    /// The next NOTIFY to the subscriber, which it answers.
    Request told() {
        var notify = scene.atCaller("NOTIFY");
        scene.callerAnswers(Scene.bare(notify, 200));
        return notify;
    }

    void message(Request message) {
        scene.fromCaller(message);
        scene.answers(scene.atCallee("MESSAGE"), 200, b -> b.add("Hop-Record", ""));
        scene.callerGets(200);
    }

    HopReport lastReport() {
        return scene.effects.stream()
                .filter(Effect.MakeHopReport.class::isInstance)
                .map(e -> ((Effect.MakeHopReport) e).report())
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    static String state(Request notify) {
        return notify.header("Subscription-State").orElseThrow();
    }
}
