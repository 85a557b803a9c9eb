package org.surehop.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.gateway.Deadline;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Entropy;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.Gateway;
import org.surehop.core.pinhole.FlowCounter;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// The core alone under plain, faultless, assured calls with clear SDP: events in, effects out, no
/// world around it. For what is counted over thousands of calls.
final class ManyCalls {
    private static final Duration LONGEST = Duration.ofDays(1);

    private final Gateway gateway;
    private final Map<Deadline, Instant> deadlines = new HashMap<>();
    private final Deque<Event> next = new ArrayDeque<>();
    private final Inbound caller = inbound(1, "in0.inside.example", "10.255.0.1", Side.INSIDE);
    private final Inbound callee = inbound(2, "out0.example", "20.255.0.1", Side.OUTSIDE);
    private final Map<Integer, Dialog> dialogs = new HashMap<>();
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private long drawn;
    private int refused;

    ManyCalls(SimSettings settings) {
        this.gateway = new Gateway(settings.config(), Octets.copyOf(new byte[] {48, 0}), now);
    }

    private static Inbound inbound(long number, String domain, String address, Side side) {
        return new Inbound(
                new ConnectionId(number),
                new ChannelSecurity.Tls(
                        "TLSv1.3",
                        "TLS_AES_256_GCM_SHA384",
                        ChannelSecurity.Authentication.MUTUAL,
                        List.of(domain),
                        "00"),
                new InetSocketAddress(InetAddress.ofLiteral(address), 5061),
                side);
    }

    Gateway gateway() {
        return gateway;
    }

    /// What the caller keeps of an answered call.
    private record Dialog(int number, NameAddr from, NameAddr to, SipUri target) {}

    /// How many calls were refused so far.
    int refused() {
        return refused;
    }

    /// INVITE, 180, 200 and ACK.
    void begin(int number) {
        var from = SimMessages.user("a", number, "in0.inside.example");
        var to = SimMessages.user("b", number, "out0.example");
        var invite =
                SimMessages.request(
                                Method.INVITE,
                                number,
                                NameAddr.of(from).withTag("from" + number),
                                NameAddr.of(to))
                        .toBuilder()
                        .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKi" + number)))
                        .contact(Optional.of(NameAddr.of(from)))
                        .require(List.of(SimSettings.TAG))
                        .proxyRequire(List.of(SimSettings.TAG))
                        .body(sdp(number, true))
                        .build();
        happen(new Event.RequestReceived(now, caller, invite));
        var dialog = dialogs.get(number);
        if (dialog != null) {
            happen(new Event.RequestReceived(now, caller, inDialog(Method.ACK, 1, dialog)));
        }
    }

    /// BYE from the caller.
    void end(int number) {
        var dialog = dialogs.remove(number);
        if (dialog != null) {
            happen(new Event.RequestReceived(now, caller, inDialog(Method.BYE, 2, dialog)));
        }
    }

    private static Request inDialog(Method method, long cseq, Dialog dialog) {
        var number = dialog.number();
        return SimMessages.request(method, number, dialog.from(), dialog.to()).toBuilder()
                .uri(dialog.target())
                .cseq(new CSeq(cseq, method))
                .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bK" + method + number)))
                .require(List.of(SimSettings.TAG))
                .proxyRequire(List.of(SimSettings.TAG))
                .build();
    }

    private static Body sdp(int number, boolean inside) {
        var text = SimMessages.sdp(number, inside, 1, CallPlan.Shape.AUDIO);
        return new Body(
                List.of(new Header("Content-Type", "application/sdp")),
                Octets.copyOf(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /// Lets time pass; what is due in it happens.
    void pass(Duration time) {
        var end = now.plus(time);
        for (var due = due(end); !due.isEmpty(); due = due(end)) {
            for (var deadline : due) {
                var at = deadlines.remove(deadline);
                if (at != null) {
                    now = at.isAfter(now) ? at : now;
                    happen(new Event.DeadlineReached(now, deadline));
                }
            }
        }
        now = end;
    }

    private List<Deadline> due(Instant end) {
        return deadlines.entrySet().stream()
                .filter(e -> !e.getValue().isAfter(end))
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Until nothing is awaited any more.
    void rest() {
        pass(LONGEST);
    }

    private void happen(Event event) {
        next.add(event);
        while (!next.isEmpty()) {
            var one = next.remove();
            // Not random, but different: what the core makes of it must not repeat.
            drawn += 2;
            gateway.handle(one, new Entropy(drawn, drawn + 1)).forEach(this::perform);
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.SendRequest(var key, _, var request) -> {
                var to = request.method().equals(Method.NOTIFY) ? caller : callee;
                next.add(new Event.RequestSent(now, key, to.connection(), to.security()));
                answer(to, request);
            }
            case Effect.SendResponse(_, var response, _) -> heard(response);
            case Effect.ApplyRuleSet(var change) ->
                    next.add(
                            new Event.RuleSetApplied(
                                    now,
                                    change.number(),
                                    change.disable().stream()
                                            .map(f -> new FlowCounter(f, 1, 100))
                                            .toList()));
            case Effect.MakeHopReport(var task, _) ->
                    next.add(new Event.HopReportMade(now, task, sdp(1, true)));
            case Effect.SetDeadline(var deadline, var at) -> deadlines.put(deadline, at);
            case Effect.CancelDeadline(var deadline) -> deadlines.remove(deadline);
            case Effect.OpenBody _,
                    Effect.ReadMessage _,
                    Effect.ReadLocation _,
                    Effect.KeepEntry _,
                    Effect.SettleEntry _,
                    Effect.ReadHopReport _,
                    Effect.ForgetKeys _,
                    Effect.SignBody _,
                    Effect.Report _,
                    Effect.Record _,
                    Effect.TellAgent _,
                    Effect.CloseConnection _ -> {}
        }
    }

    private void answer(Inbound from, Request request) {
        if (request.method().equals(Method.ACK)) {
            return;
        }
        var number = SimMessages.number(request.callId());
        var ok =
                SimMessages.response(request, 200, "to" + number).toBuilder()
                        .add("Hop-Record", "gw.example.com")
                        .build();
        if (request.method().equals(Method.INVITE)) {
            var contact = Optional.of(NameAddr.of(SimMessages.user("b", number, "out0.example")));
            var ringing = SimMessages.response(request, 180, "to" + number);
            next.add(received(from, ringing.toBuilder().contact(contact).build()));
            ok = ok.toBuilder().contact(contact).body(sdp(number, false)).build();
        }
        next.add(received(from, ok));
    }

    private Event received(Inbound from, Response response) {
        return new Event.ResponseReceived(now, from, response);
    }

    private void heard(Response response) {
        if (response.cseq().method().equals(Method.INVITE)) {
            if (response.status().success()) {
                var number = SimMessages.number(response.callId());
                var target = response.contact().orElseThrow().uri();
                dialogs.put(number, new Dialog(number, response.from(), response.to(), target));
            } else if (response.status().failure()) {
                refused++;
            }
        }
    }
}
