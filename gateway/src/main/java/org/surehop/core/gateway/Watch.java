package org.surehop.core.gateway;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.EventPackage;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// One subscription of a user agent to the verdicts of its own requests, and its dialog (RFC 6665
/// §4.2). Kept by the loop alone.
final class Watch {
    /// What waits for the answer to the NOTIFY before it; the eldest gives way.
    static final int MOST_WAITING = 16;

    final long number;
    final Watcher watcher;
    private final String dialog;
    private final NameAddr local;
    private final NameAddr remote;
    private final Request first;
    private final EventPackage event;
    private SipUri target;
    private long heard;
    private long said;
    private final Deque<Say> waiting = new ArrayDeque<>();
    ConnectionId flow;
    Instant until = Instant.MIN;
    /// A NOTIFY is being made, or waits for its answer.
    boolean busy;

    /// What is still to be said; the last one has a reason to end.
    record Say(Optional<HopReport> report, String ending) {}

    Watch(long number, Watcher watcher, Request first, Inbound inbound, Asked asked) {
        this.number = number;
        this.watcher = watcher;
        this.first = first.toBuilder().others(List.of()).body(Body.NONE).build();
        this.event = asked.event();
        this.dialog = dialog(first);
        this.local = first.to().withTag(asked.tag());
        this.remote = first.from();
        this.target = first.contact().map(NameAddr::uri).orElse(first.from().uri());
        this.heard = first.cseq().number();
        this.flow = inbound.connection();
    }

    /// The `Event` of the SUBSCRIBE, and our tag.
    record Asked(EventPackage event, String tag) {}

    /// What the subscriber's requests are found by.
    static String dialog(Request request) {
        return request.callId().value() + "|" + request.from().tag();
    }

    String dialog() {
        return dialog;
    }

    String owner() {
        return "collector-" + number;
    }

    NameAddr local() {
        return local;
    }

    /// Whether the request has our tag too.
    boolean holds(Request request) {
        return request.to().tag().equals(local.tag());
    }

    boolean sameEvent(EventPackage other) {
        return event.name().equals(other.name())
                && event.parameter("id").equals(other.parameter("id"));
    }

    /// Whether the request is younger than all before it in the dialog (RFC 3261 §12.2.2).
    boolean younger(Request request) {
        return request.cseq().number() > heard;
    }

    /// The subscriber has spoken again: from now on by this connection and under this Contact.
    void heard(Request request, Inbound inbound) {
        heard = request.cseq().number();
        flow = inbound.connection();
        target = request.contact().map(NameAddr::uri).orElse(target);
    }

    /// Whether that request of the same user is one that the subscription is about.
    boolean about(String callId, String fromTag) {
        return event.parameter("call-id").filter(c -> !c.equals(callId)).isEmpty()
                && event.parameter("from-tag").filter(t -> !t.equals(fromTag)).isEmpty();
    }

    /// Whether room had to be made for it.
    boolean say(Say say) {
        var full = waiting.size() >= MOST_WAITING;
        if (full) {
            waiting.removeFirst();
        }
        waiting.addLast(say);
        return full;
    }

    Optional<Say> next() {
        return Optional.ofNullable(waiting.pollFirst());
    }

    /// What waits is not said any more.
    void hush() {
        waiting.clear();
    }

    /// The next NOTIFY of the dialog, by its route set (RFC 3261 §12.1.1). It carries no option
    /// tag (POL-13).
    Request notify(GatewayConfig.Identity self, Via via, Body body, String state) {
        said++;
        var id = event.parameter("id").map(i -> ";id=" + i).orElse("");
        var contact = Crossing.contact(self, "", first.uri().secure());
        return first.toBuilder()
                .method(Method.NOTIFY)
                .uri(target)
                .from(local)
                .to(remote)
                .cseq(new CSeq(said, Method.NOTIFY))
                .vias(List.of(via))
                .maxForwards(OptionalInt.of(70))
                .routes(first.recordRoutes())
                .recordRoutes(List.of())
                .contact(Optional.of(contact))
                .require(List.of())
                .proxyRequire(List.of())
                .supported(List.of())
                .others(
                        List.of(
                                new Header("Event", event.name() + id),
                                new Header("Subscription-State", state)))
                .body(body)
                .build();
    }
}
