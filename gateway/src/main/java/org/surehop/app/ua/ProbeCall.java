package org.surehop.app.ua;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.assurance.HopLedger;
import org.surehop.core.assurance.HopNotify;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.ResponseBuilder;
import org.surehop.core.sip.Target;
import org.surehop.core.transaction.FailureAck;

/// One assured INVITE and the call that comes of it, as the caller lives it. The table of hops
/// exists before the INVITE leaves (POL-48); every NOTIFY is judged against it.
///
/// One thread uses it: the one that calls [#pump].
final class ProbeCall {
    private static final int RETRY_AFTER_SECONDS = 5;

    private final ProbePlan plan;
    private final UaIdentity self;
    private final SipLine line;
    private final Envelopes envelopes;
    private final InstantSource clock;
    private final HopTable hops;
    private final Request invite;
    private Optional<ConnectionId> flow = Optional.empty();
    private Optional<ChannelSecurity> security = Optional.empty();
    private Optional<Response> last = Optional.empty();
    private Optional<Request> acknowledgement = Optional.empty();
    private Optional<Event.SendFailed> failure = Optional.empty();
    private Optional<UaDialog> dialog = Optional.empty();
    private int byeStatus;
    private boolean ended;
    private boolean released;

    ProbeCall(
            ProbePlan plan,
            UaIdentity self,
            SipLine line,
            Envelopes envelopes,
            Envelopes.Sealed offer) {
        this.plan = plan;
        this.self = self;
        this.line = line;
        this.envelopes = envelopes;
        this.clock = InstantSource.system();
        this.hops = new HopTable(plan.assurance());
        this.invite = invite(offer);
    }

    private Request invite(Envelopes.Sealed offer) {
        var headers = new ArrayList<Header>();
        headers.add(new Header("Allow", UaAnswers.ALLOW));
        headers.add(new Header("Allow-Events", plan.assurance().optionTag()));
        headers.add(new Header("User-Agent", "surehop-probe"));
        headers.add(new Header("Date", Fragment.date(clock.instant())));
        for (var host : plan.inspectors()) {
            headers.add(offer.label(host));
        }
        var request =
                new Request(
                        Method.INVITE,
                        plan.target(),
                        new CallId(self.newCallId()),
                        NameAddr.of(self.aor()).withTag(self.newTag()),
                        NameAddr.of(plan.target()),
                        new CSeq(1, Method.INVITE),
                        List.of(self.newVia()),
                        OptionalInt.of(UaDialog.MAX_FORWARDS),
                        List.of(),
                        List.of(),
                        self.contact(),
                        List.of(),
                        List.of(),
                        List.of(plan.assurance().optionTag()),
                        headers,
                        offer.body());
        var asking = E2eSec.demand(request, plan.assurance().optionTag());
        return plan.confidant()
                .map(
                        callee ->
                                envelopes.withFragment(
                                        offer.body(),
                                        Fragment.of(asking),
                                        callee,
                                        "sipfrag-" + self.newTag()))
                .map(body -> asking.toBuilder().body(body).build())
                .orElse(asking);
    }

    /// The INVITE as it goes, or has gone, out.
    Request invite() {
        return invite;
    }

    CallId callId() {
        return invite.callId();
    }

    /// Sends the INVITE and waits for its final response; empty when none came.
    Optional<Response> place() throws InterruptedException {
        line.send(invite, new Target.Locate(plan.via()));
        pump(plan.ringing(), () -> answered() || failure.isPresent() || released);
        if (!answered() && failure.isEmpty() && last.isPresent()) {
            cancel();
        }
        return last.filter(r -> !r.status().provisional());
    }

    /// RFC 3261 §9.1: only after a provisional response, and then the INVITE still ends.
    private void cancel() throws InterruptedException {
        line.send(
                invite.toBuilder()
                        .method(Method.CANCEL)
                        .cseq(new CSeq(invite.cseq().number(), Method.CANCEL))
                        .contact(Optional.empty())
                        .require(List.of())
                        .proxyRequire(List.of())
                        .supported(List.of())
                        .others(List.of())
                        .body(Body.NONE)
                        .build(),
                target());
        pump(plan.transaction(), this::answered);
    }

    private boolean answered() {
        return last.filter(r -> !r.status().provisional()).isPresent();
    }

    /// Waits until the evidence is complete, at most the grace of POL-66, a little more where
    /// several hops are silent.
    void awaitEvidence() throws InterruptedException {
        var began = clock.instant();
        pump(
                patience(),
                () ->
                        ended
                                || verdict().settled()
                                || !clock.instant().isBefore(began.plus(patience())));
    }

    private Duration patience() {
        return plan.assurance().patience(verdict().silent().size());
    }

    /// Waits until the call is to end: a line on standard input, or the far side's BYE.
    void hold() throws InterruptedException {
        pump(Duration.ofDays(1), () -> released || ended);
    }

    /// Ends the call from our side; says whether the far side confirmed.
    boolean hangUp() throws InterruptedException {
        if (dialog.isEmpty() || ended) {
            return ended;
        }
        line.send(dialog.get().request(Method.BYE, 2), target());
        pump(plan.transaction(), () -> byeStatus > 0 || failure.isPresent());
        return byeStatus >= 200 && byeStatus < 300;
    }

    /// Takes events until `enough` or the time is over.
    private void pump(Duration atMost, BooleanSupplier enough) throws InterruptedException {
        var until = clock.instant().plus(atMost);
        while (!enough.getAsBoolean()) {
            var left = Duration.between(clock.instant(), until);
            var event = left.isNegative() ? Optional.<Event>empty() : line.next(left);
            if (event.isEmpty()) {
                return;
            }
            take(event.get());
        }
    }

    private void take(Event event) {
        switch (event) {
            case Event.RequestSent sent -> sent(sent);
            case Event.SendFailed failed -> failed(failed);
            case Event.ResponseReceived(_, _, var response) -> response(response);
            case Event.RequestReceived(_, var inbound, var request) -> request(inbound, request);
            case Event.ConnectionClosed(_, var connection) -> closed(connection);
            case Event.EdgeRefused refused ->
                    hops.remark("refused at the edge: " + refused.detail());
            case Event.StopRequested _ -> released = true;
            case Event.ResponseLost _,
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

    private void sent(Event.RequestSent sent) {
        if (sent.key().equals(key(invite))) {
            flow = Optional.of(sent.connection());
            security = Optional.of(sent.security());
        }
    }

    private void failed(Event.SendFailed failed) {
        if (failed.key().equals(key(invite)) || failed.key().method().equals(Method.BYE)) {
            failure = Optional.of(failed);
        }
    }

    private void closed(ConnectionId connection) {
        if (flow.equals(Optional.of(connection)) && !answered()) {
            failure =
                    Optional.of(
                            new Event.SendFailed(
                                    clock.instant(),
                                    key(invite),
                                    Reason.CONNECTION_LOST,
                                    "the connection closed before an answer"));
        }
    }

    private void response(Response response) {
        if (!response.callId().equals(invite.callId())) {
            return;
        }
        if (response.cseq().method().equals(Method.BYE)) {
            byeStatus = Math.max(byeStatus, response.status().value());
        } else if (response.cseq().method().equals(Method.INVITE)) {
            inviteResponse(response);
        }
    }

    private void inviteResponse(Response response) {
        if (!response.status().provisional() && answered()) {
            // Sent again because our ACK was slow or lost (RFC 3261 §13.2.2.4).
            acknowledgement.ifPresent(ack -> line.send(ack, target()));
            return;
        }
        last = Optional.of(response);
        if (response.status().success()) {
            dialog = Optional.of(UaDialog.ofCaller(self, invite, response));
            acknowledge(dialog.get().request(Method.ACK, invite.cseq().number()));
        } else if (response.status().failure()) {
            acknowledge(FailureAck.of(invite, response));
        }
    }

    private void acknowledge(Request ack) {
        acknowledgement = Optional.of(ack);
        line.send(ack, target());
    }

    private void request(Inbound inbound, Request request) {
        if (request.method().equals(Method.ACK)) {
            return;
        }
        var answer =
                switch (request.method().name()) {
                    case "NOTIFY" -> notified(inbound, request);
                    case "BYE" -> bye(request);
                    case "OPTIONS" -> reply(request, 200, "OK").build();
                    case "INVITE" -> reply(request, 488, "Not Acceptable Here").build();
                    case "CANCEL" -> reply(request, 481, "Call/Transaction Does Not Exist").build();
                    default -> UaAnswers.methodNotAllowed(request, self.newTag()).build();
                };
        line.respond(inbound.connection(), answer);
    }

    private ResponseBuilder reply(Request request, int status, String reason) {
        return UaAnswers.to(request, status, reason, self.newTag());
    }

    private Response bye(Request request) {
        if (dialog.filter(d -> d.owns(request)).isEmpty()) {
            return reply(request, 481, "Call/Transaction Does Not Exist").build();
        }
        ended = true;
        return reply(request, 200, "OK").build();
    }

    /// POL-48: 489 for another package, 481 for another call, 200 for what is ours.
    private Response notified(Inbound inbound, Request request) {
        var tag = plan.assurance().optionTag();
        if (!HopNotify.isHopNotify(request, tag)) {
            return reply(request, 489, "Bad Event").add("Allow-Events", tag).build();
        }
        if (!request.callId().equals(invite.callId())
                || !request.to().tag().equals(invite.from().tag())
                || !flow.equals(Optional.of(inbound.connection()))) {
            hops.remark("a NOTIFY came that belongs to no request of ours, or by another way");
            return reply(request, 481, "Subscription Does Not Exist").build();
        }
        var opened = envelopes.readHopReport(request.body());
        if (opened.isEmpty()) {
            hops.remark("a NOTIFY came whose body is no e2e-sec report");
            return reply(request, 400, "Bad Request").build();
        }
        if (!HopLedger.speaksOf(opened.get().report(), invite)) {
            return reply(request, 481, "Subscription Does Not Exist").build();
        }
        var taken = hops.take(opened.get());
        return taken
                ? reply(request, 200, "OK").build()
                : reply(request, 500, "Server Internal Error")
                        .add("Retry-After", Integer.toString(RETRY_AFTER_SECONDS))
                        .build();
    }

    Verdict verdict() {
        if (failure.isPresent() && !answered()) {
            return Verdict.failed(failure.get().reason());
        }
        var success = last.filter(r -> r.status().success());
        if (success.isEmpty()) {
            return Verdict.failed(refusal());
        }
        return hops.judge(hopRecord(success.get()), Hop.of(self.host(), self.port()));
    }

    private Reason refusal() {
        if (!answered()) {
            return Reason.PEER_TIMEOUT;
        }
        var response = last.orElseThrow();
        return response.headers("Warning").stream()
                .map(w -> w.substring(w.indexOf('"') + 1).replace("\"", ""))
                .flatMap(w -> Words.reason(w).stream())
                .findFirst()
                .orElse(
                        switch (response.status().value()) {
                            case 420 -> Reason.BAD_EXTENSION;
                            case 487 -> Reason.CANCELLED;
                            case 493, 496 -> Reason.UNDECIPHERABLE;
                            case 495 -> Reason.SIGNATURE_MISSING;
                            default -> Reason.CALLEE_REFUSED;
                        });
    }

    static Optional<List<String>> hopRecord(Response success) {
        var rows = success.headers("Hop-Record");
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows);
    }

    List<ProbeFindings.Evidence> evidence() {
        return hops.evidence();
    }

    Optional<ChannelSecurity> security() {
        return security;
    }

    List<String> remarks() {
        return hops.remarks();
    }

    /// Why nothing could be sent, for people.
    Optional<String> failureText() {
        return failure.map(Event.SendFailed::detail);
    }

    private Target target() {
        return flow.<Target>map(f -> new Target.FlowElse(f, plan.via()))
                .orElseGet(() -> new Target.Locate(plan.via()));
    }

    private static TransactionKey key(Request request) {
        return new TransactionKey(request.topVia().branch(), request.method());
    }
}
