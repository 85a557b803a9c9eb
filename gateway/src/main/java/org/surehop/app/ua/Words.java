package org.surehop.app.ua;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.report.Reason;

/// The sentences of `probe` and `answer`: what a verdict, a reason, a status or a Warning means for
/// the person who reads it.
final class Words {
    private static final Pattern WARNING =
            Pattern.compile("^(\\d{3}) (\\S+) \"((?:[^\"\\\\]|\\\\.)*)\"");

    private Words() {}

    static String of(Verdict verdict) {
        return switch (verdict.level()) {
            case ASSURED ->
                    verdict.reason() == Reason.NO_HOPS
                            ? "there is no element between you and the callee: your own TLS"
                                    + " connection ends there."
                            : "every element that the callee saw on the path says that it received"
                                    + " and forwarded the call over authenticated TLS, and nobody"
                                    + " else spoke.";
            case PARTIAL ->
                    "every element that the callee saw on the path attested, but others spoke too:"
                            + " a fork, or an element that hides others. The list did not match.";
            case MISMATCH -> mismatch(verdict.reason());
            case UNVERIFIED -> unverified(verdict.reason());
            case FAILED -> "the call was not delivered: " + of(verdict.reason());
            case OUT_OF_SCOPE -> "end-to-end assurance does not apply to this call.";
            case ASSERTED ->
                    "elements on the path say that they kept to TLS, but the callee did not say"
                            + " over which path the call came.";
            case UNASSURED ->
                    "the call arrived without the demand for a secure path, which was refused"
                            + " further on.";
        };
    }

    private static String mismatch(Reason reason) {
        return reason == Reason.NEGATIVE_ASSERTION
                ? "an element on the path says that it did not comply. The call arrived all the"
                        + " same."
                : "an element on the path did not say how it forwarded the call. It arrived, but"
                        + " nothing shows that it stayed on TLS there.";
    }

    private static String unverified(Reason reason) {
        return reason == Reason.HOP_RECORD_MALFORMED
                ? "the callee's list of the path (Hop-Record) cannot be read, so nobody knows whom"
                        + " to expect evidence from."
                : "the callee did not say over which path the call came (no Hop-Record), so nobody"
                        + " knows whose evidence is missing.";
    }

    /// What one word of the registry means.
    static String of(Reason reason) {
        return switch (reason) {
            case NO_TLS_TARGET -> "no TLS address is known for the next hop.";
            case TLS_HANDSHAKE_FAILED -> "the TLS handshake with the next hop failed.";
            case PEER_NOT_AUTHENTICATED, WRONG_NAME ->
                    "the next hop's certificate does not carry the name that was asked for.";
            case POLICY_FLOOR -> "the TLS session is weaker than the policy allows.";
            case NEXT_HOP_REJECTED -> "an element further on refused to promise a secure path.";
            case CONNECTION_LOST -> "the TLS connection was lost and could not be made again.";
            case INGRESS_NOT_SECURE -> "the request reached that element without TLS.";
            case INJECTED_REJECTED ->
                    "the security was demanded on your behalf and refused further on.";
            case BAD_EXTENSION -> "the callee's side does not understand what was required of it.";
            case UNKNOWN_CA -> "the certificate of the far end comes from an unknown authority.";
            case CERTIFICATE_EXPIRED -> "the certificate of the far end is not valid today.";
            case NO_CERTIFICATE -> "a certificate was demanded and none was shown.";
            case UNREACHABLE -> "the next hop cannot be reached.";
            case PEER_TIMEOUT -> "no answer came in time.";
            case CANCELLED -> "the call was given up before an answer.";
            case CALLEE_REFUSED -> "the far side refused the call.";
            case UNDECIPHERABLE, NOT_A_RECIPIENT, KEY_LOST, ALGORITHM_REFUSED ->
                    "an element on the path must read the session description and cannot.";
            case CLEAR_SDP_REFUSED ->
                    "a session description that nobody encrypted is not accepted there.";
            case NO_ROUTE -> "it has no route to that domain.";
            case PEER_UNKNOWN -> "it does not know who is calling it.";
            case SIGNATURE_MISSING -> "an element on the path wants the body to be signed.";
            default -> reason.wireName().replace('-', ' ') + ".";
        };
    }

    /// A `Warning` value in words; as it came when it says nothing that we know.
    static String warning(String value) {
        var match = WARNING.matcher(value);
        if (!match.find()) {
            return value;
        }
        var agent = match.group(2);
        var text = match.group(3);
        return reason(text)
                .map(r -> agent + " says '" + r.wireName() + "': " + of(r))
                .orElse(agent + " says: " + text);
    }

    /// The registry entry that a text begins with, after a prefix such as `e2e-sec: `.
    static Optional<Reason> reason(String text) {
        var word = text.replaceFirst("^[a-z0-9-]+: +", "").replaceFirst(" .*", "");
        return Arrays.stream(Reason.values()).filter(r -> r.wireName().equals(word)).findFirst();
    }

    /// What a final response means for somebody who wanted an assured call.
    static String status(int status) {
        return switch (status) {
            case 0 -> "no final response came";
            case 420 -> "an element could not promise what was required";
            case 488, 606 -> "the offer was not acceptable";
            case 493 -> "the callee cannot decrypt the offer";
            case 495 -> "an element on the path wants a signature";
            case 496 -> "an element on the path must read the offer and cannot";
            case 403 -> "refused by policy";
            case 404 -> "nobody by that name, or no route to them";
            case 408 -> "nobody answered in time";
            case 480 -> "the callee is not available now";
            case 486 -> "the callee is busy";
            case 487 -> "the call was given up";
            case 503 -> "an element is overloaded or stopping";
            default -> status < 300 ? "the call was answered" : "the call was refused";
        };
    }

    static String of(SignerFacts signer) {
        var who = signer.identities().isEmpty() ? "an unnamed key" : signer.identities().getFirst();
        var key = signer.fingerprint().isEmpty() ? "" : ", key " + shortened(signer.fingerprint());
        return who
                + key
                + switch (signer.status()) {
                    case VALID -> "";
                    case DIGEST_OR_SIGNATURE_WRONG -> ", but the signature is wrong";
                    case UNTRUSTED -> ", whom nobody you trust vouches for";
                    case REVOKED -> ", whose certificate was revoked";
                    case REVOCATION_UNKNOWN -> ", who may have been revoked";
                    case STALE -> ", but at another time";
                    case EXPIRED -> ", whose certificate is not valid today";
                    case CERTIFICATE_MISSING -> ", whose certificate was not sent";
                    case UNSUPPORTED -> ", in a way that is not supported";
                };
    }

    /// Enough of a SHA-256 to compare by eye with `surehop pki show`.
    private static String shortened(String fingerprint) {
        return "sha256:" + fingerprint.substring(0, Math.min(16, fingerprint.length()));
    }
}
