package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.surehop.core.assurance.HopReport;
import org.surehop.core.authentication.DoorKeys;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.Notice;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.ResponseBuilder;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.StatusCode;
import org.surehop.core.sip.Target;
import org.surehop.core.sip.Via;

/// One gateway between a caller inside and a callee outside, in virtual time. What the gateway
/// sends is written at once to the callee's connection, and waits there to be looked at.
final class Scene {
    static final String TAG = "e2e-sec";
    static final ConnectionId CALLER = new ConnectionId(1);
    static final ConnectionId CALLEE = new ConnectionId(2);

    final Gateway gateway;
    final List<Effect> effects = new ArrayList<>();
    private final Deque<Request> toCallee = new ArrayDeque<>();
    private final Deque<Request> toCaller = new ArrayDeque<>();
    private final Deque<Response> answersToCallee = new ArrayDeque<>();
    private final Deque<Response> answersToCaller = new ArrayDeque<>();
    private final Map<Deadline, Instant> armed = new HashMap<>();
    private Instant now = Instant.EPOCH;
    private long drawn;
    /// Whether what is to be signed is signed at once, or never.
    boolean signing = true;
    /// How many places the callee's domain has.
    int targets = 1;
    ChannelSecurity ingress = tls("in0.inside.example");
    ChannelSecurity egress = tls("out0.example");

    Scene(GatewayConfig config) {
        this(config, DoorKeys.NONE);
    }

    Scene(GatewayConfig config, DoorKeys keys) {
        gateway = new Gateway(config, Octets.NONE, now, Set.of(), keys);
    }

    static ChannelSecurity.Tls tls(String peer) {
        return new ChannelSecurity.Tls(
                "TLSv1.3",
                "TLS_AES_128_GCM_SHA256",
                ChannelSecurity.Authentication.MUTUAL,
                List.of(peer),
                "ab".repeat(32));
    }

    // ---- messages ----

    /// A request from the caller to the callee, with e2e-sec.
    static Request request(String method, String callId) {
        return plain(method, callId).toBuilder()
                .require(List.of(TAG))
                .proxyRequire(List.of(TAG))
                .build();
    }

    static Request plain(String method, String callId) {
        var from = NameAddr.of(SipUri.of("alice", "in0.inside.example", 0)).withTag("a-" + callId);
        var to = NameAddr.of(SipUri.of("bob", "out0.example", 0));
        return new Request(
                new Method(method),
                to.uri(),
                new CallId(callId),
                from,
                to,
                new CSeq(1, new Method(method)),
                List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bK" + callId + method)),
                OptionalInt.of(70),
                List.of(),
                List.of(),
                method.equals("MESSAGE")
                        ? Optional.empty()
                        : Optional.of(NameAddr.of(SipUri.of("alice", "ua.in0.inside.example", 0))),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// A request of the callee in the dialog that `seen` has made, as the gateway showed it.
    static Request back(Request seen, String method, long cseq, String tag) {
        return seen.toBuilder()
                .method(new Method(method))
                .uri(seen.contact().orElse(seen.from()).uri())
                .from(seen.to().tag().isEmpty() ? seen.to().withTag(tag) : seen.to())
                .to(seen.from())
                .cseq(new CSeq(cseq, new Method(method)))
                .vias(List.of(Via.tls("ua.out0.example", 0, "z9hG4bKb" + method + cseq + tag)))
                .contact(Optional.of(NameAddr.of(SipUri.of("bob", "ua.out0.example", 0))))
                .others(List.of())
                .build();
    }

    /// The caller's next request in the dialog that `answer` has made, as the gateway showed it.
    static Request next(Request first, Response answer, String method, long cseq) {
        return first.toBuilder()
                .method(new Method(method))
                .uri(answer.contact().orElseThrow().uri())
                .to(answer.to())
                .cseq(new CSeq(cseq, new Method(method)))
                .vias(List.of(Via.tls("ua.in0.inside.example", 0, "z9hG4bKn" + method + cseq)))
                .others(List.of())
                .build();
    }

    /// The same request with that number, as a new one.
    static Request numbered(Request request, long number) {
        return request.toBuilder()
                .cseq(new CSeq(number, request.method()))
                .vias(
                        List.of(
                                Via.tls(
                                        "ua.in0.inside.example",
                                        0,
                                        "z9hG4bK" + request.callId() + number)))
                .build();
    }

    static Response answer(Request request, int status, String tag) {
        return new Response(
                new StatusCode(status),
                "as told",
                request.callId(),
                request.from(),
                request.to().tag().isEmpty() ? request.to().withTag(tag) : request.to(),
                request.cseq(),
                request.vias(),
                List.of(),
                Optional.of(NameAddr.of(SipUri.of("bob", "ua.out0.example", 0))),
                List.of(),
                List.of(),
                List.of(),
                Body.NONE);
    }

    /// The caller's answer to a request in a dialog.
    static Response bare(Request request, int status) {
        return answer(request, status, "").toBuilder().contact(Optional.empty()).build();
    }

    // ---- what happens ----

    void fromCaller(Request request) {
        take(new Event.RequestReceived(now, inbound(CALLER), request));
    }

    void fromCallee(Request request) {
        take(new Event.RequestReceived(now, inbound(CALLEE), request));
    }

    void calleeAnswers(Response response) {
        take(new Event.ResponseReceived(now, inbound(CALLEE), response));
    }

    void callerAnswers(Response response) {
        take(new Event.ResponseReceived(now, inbound(CALLER), response));
    }

    void answers(Request request, int status, UnaryOperator<ResponseBuilder> with) {
        calleeAnswers(with.apply(answer(request, status, "bob").toBuilder()).build());
    }

    Inbound inbound(ConnectionId connection) {
        var inside = connection.equals(CALLER);
        return new Inbound(
                connection,
                inside ? ingress : egress,
                new InetSocketAddress(
                        InetAddress.ofLiteral(inside ? "10.1.1.1" : "20.255.0.1"), 5061),
                inside ? Side.INSIDE : Side.OUTSIDE);
    }

    void take(Event event) {
        var made = gateway.handle(event, new Entropy(++drawn, -drawn));
        effects.addAll(made);
        made.forEach(this::perform);
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.SendRequest(var key, Target.Another(_, var tried), _)
                    when tried.size() >= targets ->
                    take(new Event.SendFailed(now, key, Reason.UNREACHABLE, "no target is left"));
            case Effect.SendRequest(var key, var target, var request) -> {
                var back = target instanceof Target.Flow(var c) && c.equals(CALLER);
                var to = target instanceof Target.FlowElse(var c, _) ? c : back ? CALLER : CALLEE;
                (to.equals(CALLER) ? toCaller : toCallee).add(request);
                take(new Event.RequestSent(now, key, to, to.equals(CALLER) ? ingress : egress));
            }
            case Effect.SendResponse(var connection, var response, _) ->
                    (connection.equals(CALLER) ? answersToCaller : answersToCallee).add(response);
            case Effect.SetDeadline(var deadline, var at) -> armed.put(deadline, at);
            case Effect.CancelDeadline(var deadline) -> armed.remove(deadline);
            case Effect.SignBody(var task, var entity) when signing ->
                    take(new Event.BodySigned(now, task, Optional.of(entity)));
            case Effect.MakeHopReport(var task, _) ->
                    take(new Event.HopReportMade(now, task, Body.NONE));
            default -> {}
        }
    }

    /// Lets time pass, and every deadline in it.
    void pass(Duration time) {
        var end = now.plus(time);
        while (true) {
            var next =
                    armed.entrySet().stream()
                            .filter(e -> !e.getValue().isAfter(end))
                            .min(Map.Entry.comparingByValue());
            if (next.isEmpty()) {
                break;
            }
            now = next.get().getValue();
            armed.remove(next.get().getKey());
            take(new Event.DeadlineReached(now, next.get().getKey()));
        }
        now = end;
    }

    /// A hop's NOTIFY came from the callee's side and was read as this; gives its status.
    int notified(Request seen, HopReport report, Optional<SignerFacts> signer) {
        return notified(CALLEE, seen, report, signer);
    }

    int notified(ConnectionId on, Request seen, HopReport report, Optional<SignerFacts> signer) {
        var before = effects.size();
        var notify =
                back(seen, "NOTIFY", ++drawn, "hop").toBuilder()
                        .require(List.of())
                        .proxyRequire(List.of())
                        .add("Event", TAG + ";id=" + seen.cseq().number())
                        .build();
        take(new Event.RequestReceived(now, inbound(on), notify));
        for (var effect : List.copyOf(effects.subList(before, effects.size()))) {
            if (effect instanceof Effect.ReadHopReport(var task, _)) {
                take(new Event.HopReportRead(now, task, report, signer));
            }
        }
        return (on.equals(CALLEE) ? answersToCallee : answersToCaller)
                .removeLast()
                .status()
                .value();
    }

    /// What both sides were sent so far is looked at no more.
    void forget() {
        toCallee.clear();
        toCaller.clear();
        answersToCallee.clear();
        answersToCaller.clear();
    }

    // ---- what is seen ----

    Request atCallee(String method) {
        var found = toCallee.removeFirst();
        assertEquals(method, found.method().name());
        return found;
    }

    Request atCaller(String method) {
        var found = toCaller.removeFirst();
        assertEquals(method, found.method().name());
        return found;
    }

    boolean silentToCallee() {
        return toCallee.isEmpty();
    }

    boolean silentToCaller() {
        return toCaller.isEmpty();
    }

    Response callerGets(int status) {
        return gets(answersToCaller, status);
    }

    Response calleeGets(int status) {
        return gets(answersToCallee, status);
    }

    private static Response gets(Deque<Response> answers, int status) {
        while (!answers.isEmpty()) {
            var found = answers.removeFirst();
            if (found.status().value() == 100 && status != 100) {
                continue;
            }
            assertEquals(status, found.status().value(), found.toString());
            return found;
        }
        throw new AssertionError("no answer, expected " + status);
    }

    List<Notice> notices(NoticeKind kind) {
        return effects.stream()
                .filter(Effect.Report.class::isInstance)
                .map(e -> ((Effect.Report) e).notice())
                .filter(n -> n.kind() == kind)
                .toList();
    }

    void nothingIsRemembered() {
        gateway.remembered().forEach((table, size) -> assertEquals(0, size, table));
    }

    static void demands(Request request) {
        assertTrue(request.require().contains(TAG), request.toString());
        assertTrue(request.proxyRequire().contains(TAG), request.toString());
    }

    static void unmarked(Request request) {
        assertFalse(request.require().contains(Scene.TAG), request.toString());
        assertFalse(request.proxyRequire().contains(Scene.TAG), request.toString());
    }
}
