package org.surehop.core.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.surehop.core.assurance.HopRecord;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.disclosure.Judgement;
import org.surehop.core.disclosure.SignedHeaders;
import org.surehop.core.report.NoticeKind;
import org.surehop.core.report.Reason;
import org.surehop.core.report.Severity;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.OptionTags;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.ResponseBuilder;

/// What the asking side is told: the far side's responses as they may go back, and our own
/// refusals, each with its status, its Warning, its counter and its notice.
final class Answers {
    private final Desks desks;

    Answers(Desks desks) {
        this.desks = desks;
    }

    /// A response of the far side in the form in which it goes back.
    Response relayed(Turn turn, Passage passage, Response response) {
        var config = turn.config();
        var veil = Veil.before(config, Admission.identities(passage.inbound));
        var unheard = new Unheard(config);
        if (unheard.rejectsOurs(response, passage.demand)) {
            return unheard.instead(passage.request, turn.tokens().next());
        }
        var told = unheard.cleared(response, passage.demand);
        var back =
                switch (passage.terms.mode) {
                    case ANCHORED -> anchored(config, passage, told);
                    case TRANSPARENT -> transparent(config, passage, told);
                };
        var out = veil.cover(back, passage.request).toBuilder().remove("Hop-Record");
        if (response.status().success() && !copied(passage, response)) {
            supported(config.assurance().optionTag(), response, out);
        }
        if (response.status().success() && passage.assured() && passage.demand.mayHear()) {
            hopRecord(veil, passage, response).ifPresent(v -> out.add("Hop-Record", v));
        }
        if (response.status().value() == 503) {
            // RFC 3261 §16.7: a bare 503 would make the caller avoid this gateway (EDG-32).
            out.status(new org.surehop.core.sip.StatusCode(500))
                    .reason("Server Internal Error")
                    .remove("Retry-After");
        }
        if (passage.asked() && unheard.rejectsTag(response)) {
            var tag = config.assurance().optionTag();
            var text = tag + ": " + Reason.NEXT_HOP_REJECTED.wireName() + peer(veil, passage);
            out.add("Warning", Crossing.warning(config.gateway(), text).value());
        }
        return out.build();
    }

    private static Response anchored(GatewayConfig config, Passage passage, Response told) {
        var contact =
                passage.relation.map(
                        r ->
                                Crossing.contact(
                                        config.gateway(),
                                        r.token(passage.from),
                                        passage.request.uri().secure()));
        return Crossing.back(told, passage.request, contact);
    }

    private static Response transparent(GatewayConfig config, Passage passage, Response told) {
        var theirs = passage.relation.map(r -> r.token(passage.from.other())).orElse("");
        var ours = passage.relation.map(r -> r.token(passage.from)).orElse("");
        var swap = new Transparent.Swap(config.gateway(), theirs, ours);
        return Transparent.back(told, passage.request, swap);
    }

    /// Beside a signed copy of the answer, or of the request, nothing is added (D10b).
    private static boolean copied(Passage passage, Response response) {
        return passage.copied || SignedHeaders.hold(response.body());
    }

    /// POL-32: who has refused, where the asker may know.
    private static String peer(Veil veil, Passage passage) {
        return veil.open()
                        && passage.egressSecurity.orElse(null) instanceof ChannelSecurity.Tls tls
                        && !tls.identities().isEmpty()
                ? " " + tls.identities().getFirst()
                : "";
    }

    private static void supported(String tag, Response response, ResponseBuilder out) {
        if (!OptionTags.contains(response.supported(), tag)) {
            out.supported(Crossing.with(response.supported(), tag));
        }
    }

    /// POL-64: our own Hop-Record, merged of what stands before us and what stands behind.
    private static Optional<String> hopRecord(Veil veil, Passage passage, Response response) {
        var rows = response.headers("Hop-Record");
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        return HopRecord.parse(rows)
                .flatMap(r -> veil.record(r, passage.request.vias()))
                .map(HopRecord::render);
    }

    Reason causeOf(Turn turn, Passage passage, Response response) {
        var unheard = new Unheard(turn.config());
        if (unheard.rejectsOurs(response, passage.demand)) {
            desks.injection().rejected(turn, passage);
            return Reason.INJECTED_REJECTED;
        }
        return passage.asked() && unheard.rejectsTag(response)
                ? rejectedDownstream(turn, passage)
                : calleeRefused(turn, passage, response);
    }

    private Reason rejectedDownstream(Turn turn, Passage passage) {
        tell(
                turn,
                passage,
                new Reporter.What(
                        NoticeKind.E2E_SEC_REJECTED, Severity.WARNING, Reason.NEXT_HOP_REJECTED),
                420);
        return Reason.NEXT_HOP_REJECTED;
    }

    private Reason calleeRefused(Turn turn, Passage passage, Response response) {
        if (passage.opensCall()) {
            tell(
                    turn,
                    passage,
                    new Reporter.What(
                            NoticeKind.CALL_REFUSED, Severity.INFO, Reason.CALLEE_REFUSED),
                    response.status().value());
        }
        return Reason.CALLEE_REFUSED;
    }

    /// The body stood in the way: 496, 495, 403, 400 or 413 with what the asker needs to know.
    void refuse(Turn turn, Passage passage, Judgement.Refused refused) {
        if (passage.request.method().equals(Method.ACK)) {
            desks.acks().refused(turn, passage, refused.reason());
            return;
        }
        var judge = desks.judge(turn.config(), passage);
        var method = passage.request.method();
        var answer = judge.answer(refused, method, desks.certificate());
        passage.failure = refused.reason();
        var kind =
                switch (refused.reason()) {
                    case KEY_LOST -> NoticeKind.CEK_LOST;
                    case NOT_A_RECIPIENT, UNDECIPHERABLE, ALGORITHM_REFUSED ->
                            NoticeKind.UNDECIPHERABLE;
                    case SIGNATURE_MISSING -> NoticeKind.SIGNATURE_REQUIRED;
                    case SIGNATURE_INVALID, SIGNER_UNVERIFIED, SIGNER_REVOKED, SIGNATURE_STALE ->
                            NoticeKind.BAD_SIGNATURE;
                    case BODY_MALFORMED, MALFORMED -> NoticeKind.MALFORMED_INPUT;
                    case BODY_TOO_COMPLEX, KEY_BUDGET -> NoticeKind.LIMIT_EXCEEDED;
                    case SRTP_KEY_EXPOSED -> NoticeKind.SRTP_KEY_EXPOSED;
                    case ARCHIVE_FULL, ARCHIVE_FAILED -> NoticeKind.ARCHIVE_FAILED;
                    case LOCATION_UNUSABLE, LOCATION_UNVERIFIED, LOCATION_BY_REFERENCE ->
                            NoticeKind.LOCATION_UNUSED;
                    default -> NoticeKind.CALL_REFUSED;
                };
        respond(
                turn,
                passage,
                new Rejection(
                        answer.status().value(),
                        answer.phrase(),
                        refused.reason(),
                        answer.headers()),
                answer.body());
        var what = new Reporter.What(kind, Severity.WARNING, refused.reason());
        tell(turn, passage, what, answer.status().value());
        if (kind != NoticeKind.CALL_REFUSED && passage.opensCall()) {
            refusedCall(turn, passage, refused.reason(), answer.status().value());
        }
        desks.offers().unanswerable(turn, passage, refused.reason());
    }

    /// Any other cause; `detail` is one phrase for people.
    void decline(Turn turn, Passage passage, Reason reason, String detail) {
        if (passage.request.method().equals(Method.ACK)) {
            desks.acks().refused(turn, passage, reason);
            return;
        }
        passage.failure = reason;
        var broken = passage.assured() && passage.request.inDialog() && POL_31.contains(reason);
        if (broken) {
            broken(turn, passage, reason, detail);
        }
        if (passage.request.method().equals(Method.BYE)) {
            // The asking side has ended its dialog whatever became of the other one.
            desks.transactions()
                    .respond(
                            turn,
                            passage.serverKey,
                            Crossing.local(passage.request, 200, "OK", turn.tokens().next()));
            return;
        }
        var rejection = rejection(turn, passage, broken ? Reason.CONNECTION_LOST : reason);
        if (rejection.status() == 408 && !passage.request.method().equals(Method.INVITE)) {
            // RFC 4320 §4.2: nobody may answer a non-INVITE with 408; silence says the same.
            desks.transactions().abandon(turn, passage.serverKey);
        } else {
            respond(turn, passage, rejection, org.surehop.core.sip.Body.NONE);
        }
        if (reason == Reason.CANCELLED) {
            desks.reporter().count("call.cancelled");
            return;
        }
        if (broken) {
            return;
        }
        var e2e = passage.asked() && POL_31.contains(reason);
        var kind = e2e ? NoticeKind.E2E_SEC_REJECTED : NoticeKind.CALL_REFUSED;
        tell(
                turn,
                passage,
                new Reporter.What(kind, Severity.WARNING, reason),
                rejection.status(),
                detail);
        desks.offers().unanswerable(turn, passage, reason);
        if (e2e && passage.opensCall()) {
            refusedCall(turn, passage, reason, rejection.status());
        }
    }

    /// POL-24: the dialog's connection is lost and TLS is not to be had again. The call and its
    /// pinholes stay as they are until somebody ends them or their lifetime does.
    private void broken(Turn turn, Passage passage, Reason reason, String detail) {
        var words = detail.isEmpty() ? reason.wireName() : reason.wireName() + ": " + detail;
        tell(
                turn,
                passage,
                new Reporter.What(
                        NoticeKind.E2E_SEC_BROKEN, Severity.WARNING, Reason.CONNECTION_LOST),
                turn.config().assurance().rejectStatus(),
                words);
    }

    private static final java.util.Set<Reason> POL_31 =
            java.util.Set.of(
                    Reason.NO_TLS_TARGET,
                    Reason.TLS_HANDSHAKE_FAILED,
                    Reason.PEER_NOT_AUTHENTICATED,
                    Reason.POLICY_FLOOR,
                    Reason.NEXT_HOP_REJECTED,
                    Reason.CONNECTION_LOST,
                    Reason.INGRESS_NOT_SECURE,
                    Reason.INJECTED_REJECTED,
                    Reason.UNREACHABLE);

    /// No way over TLS leads on; a timeout after the request went out is none of these.
    private static final java.util.Set<Reason> NO_TLS =
            java.util.Set.of(
                    Reason.NO_TLS_TARGET,
                    Reason.TLS_HANDSHAKE_FAILED,
                    Reason.PEER_NOT_AUTHENTICATED,
                    Reason.POLICY_FLOOR,
                    Reason.UNREACHABLE);

    private static Rejection rejection(Turn turn, Passage passage, Reason reason) {
        var admission = new Admission(turn.config());
        if (passage.asked() && POL_31.contains(reason)) {
            return admission.assurance(
                    reason == Reason.UNREACHABLE ? Reason.NO_TLS_TARGET : reason);
        }
        if (passage.request.uri().secure() && NO_TLS.contains(reason)) {
            return admission.sipsNotAllowed(reason);
        }
        return switch (reason) {
            case CANCELLED -> Rejection.of(487, "Request Terminated", reason);
            case PEER_TIMEOUT -> admission.rejection(408, "Request Timeout", reason);
            case NO_SUCH_CALL -> Rejection.of(481, "Call/Transaction Does Not Exist", reason);
            case GATEWAY_STOPPING -> admission.rejection(480, "Temporarily Unavailable", reason);
            case SDP_MALFORMED,
                    ADDRESS_REFUSED,
                    PORT_REFUSED,
                    TOO_MANY_MEDIA,
                    LACK_OF_RESOURCES,
                    NAT_WITHOUT_ICE,
                    MEDIA_UNKNOWN,
                    CLEAR_SDP_REFUSED ->
                    admission.rejection(488, "Not Acceptable Here", reason);
            default -> admission.rejection(500, "Server Internal Error", reason);
        };
    }

    private void respond(
            Turn turn, Passage passage, Rejection rejection, org.surehop.core.sip.Body body) {
        var out =
                Crossing.local(
                                passage.request,
                                rejection.status(),
                                rejection.phrase(),
                                turn.tokens().next())
                        .toBuilder()
                        .others(rejection.headers())
                        .body(body)
                        .build();
        passage.call.ifPresent(
                call ->
                        call.line(
                                turn.now(),
                                "GW",
                                passage.from.name(),
                                rejection.status() + " " + rejection.reason().wireName()));
        desks.transactions().respond(turn, passage.serverKey, out);
    }

    private void refusedCall(Turn turn, Passage passage, Reason reason, int status) {
        tell(
                turn,
                passage,
                new Reporter.What(NoticeKind.CALL_REFUSED, Severity.WARNING, reason),
                status);
    }

    private void tell(Turn turn, Passage passage, Reporter.What what, int status) {
        tell(turn, passage, what, status, "");
    }

    private void tell(Turn turn, Passage passage, Reporter.What what, int status, String detail) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("status", Integer.toString(status));
        if (!detail.isEmpty()) {
            details.put("detail", detail);
        }
        desks.reporter()
                .tell(turn, what, Optional.of(passage.key()), Optional.of(passage.from), details);
    }

    static Header retryAfter() {
        return new Header("Retry-After", "10");
    }
}
