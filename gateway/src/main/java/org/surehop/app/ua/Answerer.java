package org.surehop.app.ua;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Target;

/// A user agent that answers assured calls: decrypts the offer, answers encrypted and signed, says
/// over which hops the INVITE came (POL-61), echoes media, and goes on echoing for a while after
/// BYE, so that a pinhole left open would show.
///
/// One thread runs it; at most [#MAX_CALLS] calls at a time.
final class Answerer {
    static final int MAX_CALLS = 50;

    private final AnswerPlan plan;
    private final UaIdentity self;
    private final SipLine line;
    private final Envelopes envelopes;
    private final OfferReading offers;
    private final Consumer<String> tell;
    private final InstantSource clock = InstantSource.system();
    private final Map<String, AnsweredCall> calls = new LinkedHashMap<>();
    private boolean stopping;
    private int ended;

    /// `tell` takes one line for each step.
    Answerer(
            AnswerPlan plan,
            UaIdentity self,
            SipLine line,
            Envelopes envelopes,
            Consumer<String> tell) {
        this.plan = plan;
        this.self = self;
        this.line = line;
        this.envelopes = envelopes;
        this.offers = new OfferReading(plan, envelopes);
        this.tell = tell;
    }

    /// Answers calls until it is told to stop or, with `once`, until the first call is over.
    void run() throws InterruptedException {
        while (!stopping && !(plan.once() && ended > 0 && calls.isEmpty())) {
            var event = line.next(nextWake());
            if (event.isPresent()) {
                take(event.get());
            }
            wake();
        }
        calls.values().forEach(AnsweredCall::close);
    }

    private Duration nextWake() {
        var now = clock.instant();
        return calls.values().stream()
                .flatMap(c -> c.wakeAt().stream())
                .map(at -> Duration.between(now, at))
                .min(Duration::compareTo)
                .map(d -> d.isNegative() ? Duration.ZERO : d)
                .orElse(Duration.ofMinutes(1));
    }

    /// 2xx again until ACK (RFC 3261 §13.3.1.4), and the end of listening after BYE.
    private void wake() {
        var now = clock.instant();
        for (var call : List.copyOf(calls.values())) {
            if (call.wakeAt().filter(at -> !at.isAfter(now)).isEmpty()) {
                continue;
            }
            switch (call.due(now)) {
                case AnsweredCall.Due.ANSWER -> answer(call);
                case AnsweredCall.Due.RESEND -> line.respond(call.connection(), call.current());
                case AnsweredCall.Due.GIVE_UP -> {
                    tell.accept("no ACK came: hanging up");
                    line.send(call.bye(), new Target.Flow(call.connection()));
                    call.end(now, plan.afterBye());
                }
                case AnsweredCall.Due.OVER -> over(call);
            }
        }
    }

    private void answer(AnsweredCall call) {
        line.respond(call.connection(), call.answer(clock.instant()));
        var path = call.hopRecordText();
        tell.accept("200 OK" + (path.isEmpty() ? "" : ", " + path));
    }

    private void over(AnsweredCall call) {
        tell.accept(
                "media: "
                        + call.before().packets()
                        + " packets before BYE, "
                        + call.since().packets()
                        + " after it, "
                        + (call.before().strangers() + call.since().strangers())
                        + " from strangers");
        close(call);
    }

    private void close(AnsweredCall call) {
        call.close();
        calls.values().remove(call);
        ended++;
    }

    private void take(Event event) {
        switch (event) {
            case Event.RequestReceived(_, var inbound, var request) -> request(inbound, request);
            case Event.StopRequested _ -> stopping = true;
            case Event.EdgeRefused refused ->
                    tell.accept("refused " + refused.peer() + ": " + refused.detail());
            case Event.SendFailed failed -> tell.accept("not sent: " + failed.detail());
            case Event.ResponseReceived _,
                    Event.RequestSent _,
                    Event.ResponseLost _,
                    Event.ConnectionClosed _,
                    Event.BodyOpened _,
                    Event.MessageRead _,
                    Event.LocationRead _,
                    Event.EntryKept _,
                    Event.EntryNotKept _,
                    Event.HopReportRead _,
                    Event.HopReportRefused _,
                    Event.HopReportMade _,
                    Event.BodySigned _,
                    Event.RuleSetApplied _,
                    Event.RuleSetFailed _,
                    Event.FlowsVanished _,
                    Event.AgentConnected _,
                    Event.AgentRequested _,
                    Event.AgentDisconnected _,
                    Event.DeadlineReached _,
                    Event.ConfigChanged _ -> {}
        }
    }

    private void request(Inbound inbound, Request request) {
        if (request.method().equals(Method.ACK)) {
            owner(request).ifPresent(c -> acknowledged(c));
            return;
        }
        var unknown = E2eSec.unsupported(request, List.of(plan.optionTag()));
        if (!unknown.isEmpty()) {
            tell.accept(
                    request.method()
                            + " refused: 420, not understood: "
                            + String.join(", ", unknown));
            line.respond(
                    inbound.connection(),
                    UaAnswers.badExtension(request, unknown, self.newTag()).build());
            return;
        }
        switch (request.method().name()) {
            case "INVITE" -> invited(inbound.connection(), request);
            case "BYE" -> line.respond(inbound.connection(), bye(request));
            case "CANCEL" -> line.respond(inbound.connection(), cancel(request));
            case "OPTIONS" -> line.respond(inbound.connection(), options(request));
            case "NOTIFY" -> line.respond(inbound.connection(), notified(request));
            default ->
                    line.respond(
                            inbound.connection(),
                            UaAnswers.methodNotAllowed(request, self.newTag()).build());
        }
    }

    private void acknowledged(AnsweredCall call) {
        if (call.acknowledge()) {
            tell.accept("ACK: the call is up, media on port " + call.port());
        }
    }

    private void invited(ConnectionId connection, Request invite) {
        if (invite.inDialog()) {
            line.respond(connection, again(invite));
            return;
        }
        var known = calls.get(invite.callId().value());
        if (known != null) {
            // The same INVITE again: the answer is what it was (RFC 3261 §17.2.1).
            line.respond(connection, known.current());
            return;
        }
        tell.accept("INVITE from " + invite.from().uri());
        if (calls.size() >= MAX_CALLS) {
            line.respond(connection, UaAnswers.to(invite, 486, "Busy Here", self.newTag()).build());
            return;
        }
        line.respond(connection, UaAnswers.to(invite, 100, "Trying", "").build());
        switch (offers.read(invite)) {
            case OfferReading.Refused(var status, var reason, var why) -> {
                tell.accept(status + " " + reason + ": " + why);
                line.respond(connection, refusal(invite, status, reason));
            }
            case OfferReading.Offer offer -> accept(connection, invite, offer);
        }
    }

    /// With what the caller needs to do better.
    private Response refusal(Request invite, int status, String reason) {
        var answer = UaAnswers.to(invite, status, reason, self.newTag());
        return switch (status) {
            case OfferReading.UNDECIPHERABLE -> answer.body(envelopes.ownCertificate()).build();
            case OfferReading.UNSUPPORTED -> answer.add("Accept", UaAnswers.ACCEPT).build();
            default -> answer.build();
        };
    }

    private void accept(ConnectionId connection, Request invite, OfferReading.Offer offer) {
        try {
            var call =
                    AnsweredCall.open(
                            plan,
                            self,
                            envelopes,
                            clock.instant(),
                            new AnsweredCall.Arrived(connection, invite, offer));
            offer.remarks().forEach(tell);
            calls.put(invite.callId().value(), call);
            line.respond(connection, call.ringing());
            tell.accept("180 Ringing");
        } catch (IOException e) {
            tell.accept("500 Server Internal Error: " + e.getMessage());
            line.respond(
                    connection,
                    UaAnswers.to(invite, 500, "Server Internal Error", self.newTag()).build());
        }
    }

    /// A re-INVITE is taken as it is and answered with the description that stands.
    private Response again(Request invite) {
        var call = owner(invite);
        if (call.isEmpty()) {
            return noSuchCall(invite);
        }
        tell.accept("re-INVITE: answered as before");
        return call.get().answerAgain(invite);
    }

    private Response bye(Request request) {
        var call = owner(request);
        if (call.isEmpty()) {
            return noSuchCall(request);
        }
        if (call.get().end(clock.instant(), plan.afterBye())) {
            tell.accept(
                    "BYE: echoing for "
                            + plan.afterBye().toSeconds()
                            + " s more, to see whether anything comes");
        }
        return UaAnswers.to(request, 200, "OK", self.newTag()).build();
    }

    /// RFC 3261 §9.2: 200 for the CANCEL, and 487 for the INVITE when it still rings.
    private Response cancel(Request request) {
        var call = calls.get(request.callId().value());
        if (call == null) {
            return noSuchCall(request);
        }
        var refusal = call.cancel();
        tell.accept("CANCEL: " + (refusal.isPresent() ? "487" : "too late, the call is answered"));
        refusal.ifPresent(
                response -> {
                    line.respond(call.connection(), response);
                    close(call);
                });
        return UaAnswers.to(request, 200, "OK", self.newTag()).build();
    }

    private Response options(Request request) {
        tell.accept("OPTIONS");
        return UaAnswers.to(request, 200, "OK", self.newTag())
                .supported(List.of(plan.optionTag()))
                .add("Allow", UaAnswers.ALLOW)
                .add("Accept", UaAnswers.ACCEPT)
                .build();
    }

    /// Nobody reports to a callee: it asked for nothing.
    private Response notified(Request request) {
        return UaAnswers.to(request, 481, "Subscription Does Not Exist", self.newTag()).build();
    }

    private Response noSuchCall(Request request) {
        return UaAnswers.to(request, 481, "Call/Transaction Does Not Exist", self.newTag()).build();
    }

    private Optional<AnsweredCall> owner(Request request) {
        return Optional.ofNullable(calls.get(request.callId().value()))
                .filter(c -> c.dialog().owns(request));
    }
}
