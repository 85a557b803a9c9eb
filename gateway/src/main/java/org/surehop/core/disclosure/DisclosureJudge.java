package org.surehop.core.disclosure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Demands;
import org.surehop.core.config.Disclosure;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.disclosure.Expectation.Direction;
import org.surehop.core.disclosure.Judgement.Accepted;
import org.surehop.core.disclosure.Judgement.NoSdp;
import org.surehop.core.disclosure.Judgement.Refused;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.StatusCode;

/// Decides, by policy, which bodies this gateway must read and whether what was read is good enough
/// to open a pinhole. `host` is our own host name: the one that labels and warnings carry. Pure.
public record DisclosureJudge(Disclosure policy, String host) {
    private static final String SDP = "application/sdp";

    /// What stands for the body of a MESSAGE (E2M-14): all of it is meant.
    private static final String TEXT = "text/plain";

    /// The requests that can carry an offer or an answer (RFC 3261, RFC 3262, RFC 3311).
    private static final Set<Method> SESSION =
            Set.of(Method.INVITE, Method.ACK, Method.PRACK, Method.UPDATE);

    /// The package of INFO requests that carry fragments of trickle ICE (RFC 8840 §10).
    private static final String TRICKLE = "trickle-ice";

    /// What the sender may be told of an unreadable body: what everybody on the way could see.
    private static final Set<Reason> UNSECRET = Set.of(Reason.KEY_LOST, Reason.ALGORITHM_REFUSED);

    private static final Set<String> IDENTITY = Set.of("", "7bit", "8bit", "binary");
    private static final Set<String> SMIME =
            Set.of("application/pkcs7-mime", "application/x-pkcs7-mime");

    /// What must be done with the body of this request before it goes on.
    public Need need(Request request) {
        return need(request.method(), request.others(), request.body());
    }

    /// What must be done with the body of this response before it goes on.
    public Need need(Response response) {
        return need(response.cseq().method(), response.others(), response.body());
    }

    /// Whether that body passes unread: nobody here reads bodies, or not in a call for help.
    public Optional<Unread> unread(Body body, boolean helped) {
        boolean passes = helped || policy.profile() == Disclosure.Profile.ROUTE_ONLY;
        return passes && !body.isEmpty() ? Optional.of(new Unread()) : Optional.empty();
    }

    private Need need(Method method, List<Header> headers, Body body) {
        if (body.isEmpty()
                || policy.profile() == Disclosure.Profile.ROUTE_ONLY
                || !(SESSION.contains(method) || trickles(method, headers, body))) {
            return new Need.NothingToRead();
        }
        var rows = InspectLabel.HEADERS.stream().flatMap(h -> Header.all(headers, h).stream());
        return switch (InspectLabel.parse(rows.toList())) {
            case InspectLabel.Parsed.Malformed _ ->
                    new Need.BadLabel(refused(Reason.MALFORMED, 400));
            case InspectLabel.Parsed.Labels(var labels) ->
                    byType(
                            body,
                            Expectation.mediaType(method),
                            InspectLabel.labelledFor(labels, host));
        };
    }

    /// Other packages of INFO are the users' own business.
    private static boolean trickles(Method method, List<Header> headers, Body body) {
        return method.equals(Method.INFO)
                && (body.mediaType().equals(Expectation.mediaType(method))
                        || Header.first(headers, "Info-Package")
                                .map(p -> p.split(";", 2)[0].strip())
                                .filter(TRICKLE::equalsIgnoreCase)
                                .isPresent());
    }

    private static Need byType(Body body, String wanted, List<String> contentIds) {
        var type = body.mediaType();
        if (type.equals(wanted)) {
            // Base64 or quoted-printable SDP is undone where S/MIME is read (SM-5).
            return IDENTITY.contains(encoding(body))
                    ? new Need.ClearSdp()
                    : new Need.Open(contentIds);
        }
        return SMIME.contains(type) || type.startsWith("multipart/")
                ? new Need.Open(contentIds)
                : new Need.NothingToRead();
    }

    private static String encoding(Body body) {
        return Header.first(body.headers(), "Content-Transfer-Encoding")
                .orElse("")
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /// Judges SDP that nobody protected: good only where policy says so.
    public Judgement clear(Body body, Expectation expectation) {
        var part =
                new DisclosedPart(
                        expectation.mediaType(),
                        "",
                        body.octets(),
                        List.of(),
                        false,
                        false,
                        body.disposition());
        return judge(new BodyFacts(List.of(part), Set.of()), expectation);
    }

    /// Judges what the CMS layer found. Whatever is malformed or too much is refused even beside a
    /// good part; what is encrypted for others only is no fault as long as an SDP can be read.
    public Judgement judge(BodyFacts facts, Expectation expectation) {
        if (facts.obstacles().contains(Obstacle.BUSY)) {
            return refused(Reason.CONGESTION, 503, expectation);
        }
        if (facts.obstacles().contains(Obstacle.TOO_COMPLEX)) {
            return refused(Reason.BODY_TOO_COMPLEX, 413, expectation);
        }
        if (facts.obstacles().contains(Obstacle.MALFORMED)) {
            return refused(Reason.BODY_MALFORMED, 400, expectation);
        }
        if (facts.obstacles().contains(Obstacle.OVER_BUDGET)) {
            return refused(Reason.KEY_BUDGET, 413, expectation);
        }
        var whole = wholeBody(facts, expectation);
        if (whole.isPresent()) {
            return whole.get();
        }
        var candidates = candidates(facts, expectation.mediaType());
        if (candidates.isEmpty()) {
            return unreadable(facts.obstacles(), expectation);
        }
        var sdp = candidates.getFirst();
        // Two that differ: the callee might act on the one that we did not look at.
        if (candidates.stream().anyMatch(c -> !c.octets().equals(sdp.octets()))) {
            return refused(Reason.BODY_MALFORMED, 400, expectation);
        }
        return judge(sdp, expectation);
    }

    /// E2M-14, E2M-17: where all of the body is asked for, what was sealed for others alone or is
    /// not signed stands in the way.
    private Optional<Judgement> wholeBody(BodyFacts facts, Expectation expectation) {
        if (policy.demands().mustRead() != Demands.MustRead.BODY) {
            return Optional.empty();
        }
        var hidden = unreadable(facts.obstacles());
        if (hidden.isPresent()) {
            return Optional.of(refused(hidden.get(), policy.emitCode(), expectation));
        }
        var unsigned = facts.parts().stream().anyMatch(p -> p.signers().isEmpty());
        return policy.requireSignature() && unsigned
                ? Optional.of(refused(Reason.SIGNATURE_MISSING, 495, expectation))
                : Optional.empty();
    }

    private static boolean counts(DisclosedPart part, String type) {
        return type.equals(SDP) ? part.describesSession() : part.mediaType().equals(type);
    }

    /// The SDP parts that count: the encrypted ones if there are any.
    private static List<DisclosedPart> candidates(BodyFacts facts, String type) {
        var all = facts.parts().stream().filter(p -> counts(p, type)).toList();
        var encrypted = all.stream().filter(DisclosedPart::encrypted).toList();
        return encrypted.isEmpty() ? all : encrypted;
    }

    private Judgement unreadable(Set<Obstacle> obstacles, Expectation expectation) {
        return unreadable(obstacles)
                .<Judgement>map(reason -> refused(reason, policy.emitCode(), expectation))
                .orElseGet(NoSdp::new);
    }

    /// Why something could not be read, if that is so: what most needs to be known first.
    static Optional<Reason> unreadable(Set<Obstacle> obstacles) {
        if (obstacles.contains(Obstacle.DECRYPTION_FAILED)) {
            return Optional.of(Reason.UNDECIPHERABLE);
        }
        if (obstacles.contains(Obstacle.ALGORITHM_REFUSED)) {
            return Optional.of(Reason.ALGORITHM_REFUSED);
        }
        if (obstacles.contains(Obstacle.KEY_LOST)) {
            return Optional.of(Reason.KEY_LOST);
        }
        return obstacles.contains(Obstacle.NOT_A_RECIPIENT)
                ? Optional.of(Reason.NOT_A_RECIPIENT)
                : Optional.empty();
    }

    private Judgement judge(DisclosedPart sdp, Expectation expectation) {
        if (sdp.malleable() && !sdp.octets().isText()) {
            // A block that was bent on the way: the same answer as for wrong padding (SM-23).
            return refused(Reason.UNDECIPHERABLE, policy.emitCode(), expectation);
        }
        var bad = signatureFault(sdp.signers());
        if (bad.isPresent()) {
            return refused(bad.get(), 403, expectation);
        }
        var signer = sdp.signers().stream().findFirst();
        var named = signer.filter(s -> SignerName.matches(s, expectation.signer()));
        if (policy.requireSignature() && signer.isEmpty()) {
            return refused(Reason.SIGNATURE_MISSING, 495, expectation);
        }
        if (signer.isPresent() && named.isEmpty() && mustMatch(expectation)) {
            return refused(Reason.SIGNER_UNVERIFIED, 403, expectation);
        }
        if (!sdp.encrypted() && !policy.clearSdp()) {
            return refused(Reason.CLEAR_SDP_REFUSED, 488, expectation);
        }
        var proof = new Assured(sdp.octets(), basis(sdp, named.isPresent()), named);
        return policy.demands().srtpKeys() == Demands.SrtpKeys.REFUSE && proof.showsMediaKeys()
                ? refused(Reason.SRTP_KEY_EXPOSED, 403, expectation)
                : new Accepted(proof);
    }

    /// A response may rightly come from another party than the one that was called (SM-7c).
    private boolean mustMatch(Expectation expectation) {
        return policy.requireSignature() || expectation.direction() == Direction.REQUEST;
    }

    /// A signature that does not hold is never treated as none (E2M-18, SM-7c).
    private static Optional<Reason> signatureFault(List<SignerFacts> signers) {
        Optional<Reason> fault = Optional.empty();
        for (var signer : signers) {
            switch (signer.status()) {
                case VALID -> {}
                case DIGEST_OR_SIGNATURE_WRONG -> {
                    return Optional.of(Reason.SIGNATURE_INVALID);
                }
                case REVOKED -> fault = Optional.of(Reason.SIGNER_REVOKED);
                case STALE -> fault = Optional.of(Reason.SIGNATURE_STALE);
                case UNTRUSTED, REVOCATION_UNKNOWN, EXPIRED, CERTIFICATE_MISSING, UNSUPPORTED ->
                        fault = Optional.of(Reason.SIGNER_UNVERIFIED);
            }
        }
        return fault;
    }

    private static Assured.Basis basis(DisclosedPart sdp, boolean signed) {
        if (sdp.encrypted()) {
            return signed ? Assured.Basis.DISCLOSED_AND_SIGNED : Assured.Basis.DISCLOSED;
        }
        return signed ? Assured.Basis.CLEAR_AND_SIGNED : Assured.Basis.CLEAR_BY_POLICY;
    }

    private Refused refused(Reason reason, int status, Expectation expectation) {
        return switch (expectation.direction()) {
            case REQUEST -> refused(reason, status);
            case RESPONSE -> refused(reason, answerStatus(reason, expectation));
        };
    }

    /// E2M-16: the caller can repair an unreadable answer only by a label it has not sent yet.
    private int answerStatus(Reason reason, Expectation expectation) {
        return switch (reason) {
            case UNDECIPHERABLE, NOT_A_RECIPIENT, KEY_LOST, ALGORITHM_REFUSED ->
                    expectation.offerLabelled() ? 403 : policy.emitCode();
            case CONGESTION -> 503;
            default -> 403;
        };
    }

    private static Refused refused(Reason reason, int status) {
        return new Refused(reason, new StatusCode(status));
    }

    /// The answer to a refused body. `certificate` is our S/MIME certificate in DER: whoever could
    /// not be read learns by it how to be (E2M-13).
    public Refusal answer(Refused refused, Octets certificate) {
        return answer(refused, certificate, SDP);
    }

    /// The same for a request of that method.
    public Refusal answer(Refused refused, Method method, Octets certificate) {
        var type = method.equals(Method.MESSAGE) ? TEXT : Expectation.mediaType(method);
        return answer(refused, certificate, type);
    }

    /// The same where `required` is the media type that must be readable (E2M-14).
    private Refusal answer(Refused refused, Octets certificate, String required) {
        var headers = new ArrayList<Header>();
        var body = Body.NONE;
        switch (refused.reason()) {
            case UNDECIPHERABLE, NOT_A_RECIPIENT, KEY_LOST, ALGORITHM_REFUSED -> {
                headers.addAll(required(required));
                if (UNSECRET.contains(refused.reason())) {
                    headers.add(why(refused));
                }
                if (refused.status().value() == policy.emitCode()) {
                    body =
                            new Body(
                                    List.of(new Header("Content-Type", "application/pkix-cert")),
                                    certificate);
                }
            }
            case SIGNATURE_MISSING -> headers.addAll(required(required));
            case LOCATION_UNUSABLE, LOCATION_UNVERIFIED, LOCATION_BY_REFERENCE -> {
                headers.add(why(refused));
                headers.add(locationError(refused.reason()));
            }
            default -> {
                headers.add(why(refused));
                if (refused.reason() == Reason.KEY_BUDGET) {
                    // RFC 3261 §21.4.11: too much for now, not for ever.
                    headers.add(new Header("Retry-After", "2"));
                }
            }
        }
        return new Refusal(refused.status(), phrase(refused.status()), headers, body);
    }

    /// No Warning says that all of the body is meant (E2M-14).
    private List<Header> required(String type) {
        return policy.demands().mustRead() == Demands.MustRead.BODY
                ? List.of()
                : List.of(warning("Required to View Content-Type '" + type + "'"));
    }

    /// Whether who asks is told what we want to read: of sessions, or where `messages` of it is
    /// refused that cannot be read.
    public boolean announces(boolean messages) {
        return (messages || policy.profile() == Disclosure.Profile.INSPECT)
                && !policy.hideInspectPolicy();
    }

    /// What a refusal would say, for who asks beforehand: the same words, and one more for
    /// signatures, which a refusal says by its status.
    public List<Header> announced(boolean messages) {
        var headers = new ArrayList<Header>();
        if (announces(messages)) {
            if (policy.profile() == Disclosure.Profile.INSPECT) {
                headers.addAll(required(SDP));
            }
            if (messages) {
                headers.addAll(required(TEXT));
            }
            if (policy.requireSignature()) {
                headers.add(warning("Signature Required"));
            }
        }
        return headers;
    }

    private Header why(Refused refused) {
        return new Header(
                "Warning",
                "399 %s \"end-to-middle: %s\"".formatted(host, refused.reason().wireName()));
    }

    /// RFC 6442 §4.3.
    private static Header locationError(Reason reason) {
        return new Header(
                "Geolocation-Error",
                reason == Reason.LOCATION_BY_REFERENCE
                        ? "300 ;code=\"Dereference Failure\""
                        : "100 ;code=\"Cannot Process Location\"");
    }

    private Header warning(String text) {
        return new Header("Warning", "%d %s \"%s\"".formatted(policy.warnCode(), host, text));
    }

    private static String phrase(StatusCode status) {
        return switch (status.value()) {
            case 400 -> "Bad Request";
            case 413 -> "Request Entity Too Large";
            case 424 -> "Bad Location Information";
            case 488 -> "Not Acceptable Here";
            case 493 -> "Undecipherable";
            case 495 -> "Signature Required";
            case 496 -> "Proxy Undecipherable";
            case 500 -> "Server Internal Error";
            case 503 -> "Service Unavailable";
            default -> "Forbidden";
        };
    }
}
