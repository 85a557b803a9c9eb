package org.surehop.app;

import java.util.Locale;
import java.util.Optional;
import org.surehop.core.config.Listener;
import org.surehop.core.report.Reason;

/// Verdicts and reasons in sentences. They say what hops asserted; nothing here proves anything.
final class Words {
    private Words() {}

    /// What runs on a listener.
    static String transport(Listener.Transport transport) {
        return switch (transport) {
            case TLS -> "TLS";
            case TCP -> "TCP in clear";
            case IPSEC -> "TCP, secure for peers on an IPsec link";
        };
    }

    static String verdict(String level) {
        return switch (level.replace('-', '_').toUpperCase(Locale.ROOT)) {
            case "ASSURED" -> "ASSURED: every hop on the path asserted that it kept to TLS.";
            case "PARTIAL" ->
                    "PARTIAL: every listed hop asserted TLS, and unlisted ones spoke too.";
            case "MISMATCH" -> "MISMATCH: a hop on the path said nothing, or said no.";
            case "UNVERIFIED" -> "UNVERIFIED: delivered, but nobody says over which path.";
            case "FAILED" -> "FAILED: not delivered under end-to-end security.";
            case "OUT_OF_SCOPE" -> "OUT OF SCOPE: end-to-end security does not apply to it.";
            case "ASSERTED" -> "ASSERTED: hops said yes and none no, but nobody listed the path.";
            case "UNASSURED" -> "UNASSURED: delivered, but without the demand that was refused.";
            default -> level;
        };
    }

    /// The sentence for a reason by its wire name; the name itself when it is not ours.
    static String reason(String wireName) {
        return reasonNamed(wireName).map(Words::reason).orElse(wireName);
    }

    private static Optional<Reason> reasonNamed(String wireName) {
        for (var reason : Reason.values()) {
            if (reason.wireName().equals(wireName)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    private static String reason(Reason reason) {
        return switch (reason) {
            case NONE -> "no reason to give";
            case NO_TLS_TARGET -> "the next hop cannot be reached by TLS";
            case TLS_HANDSHAKE_FAILED -> "the TLS handshake with the next hop failed";
            case PEER_NOT_AUTHENTICATED -> "the next hop did not show who it is";
            case POLICY_FLOOR -> "the connection is weaker than the policy allows";
            case NEXT_HOP_REJECTED -> "the next hop does not support end-to-end security";
            case CONNECTION_LOST -> "the connection was lost";
            case INGRESS_NOT_SECURE -> "it did not come in over TLS";
            case INJECTED_REJECTED -> "the demand that the gateway added was rejected";
            case ALL_HOPS_ATTESTED -> "every hop in Hop-Record asserted TLS";
            case NO_HOPS -> "there is no hop between the two ends";
            case SILENT_HOP -> "a hop in Hop-Record asserted nothing";
            case NEGATIVE_ASSERTION -> "a hop asserted that it did not comply";
            case UNLISTED_HOP -> "a hop spoke that Hop-Record does not name";
            case NO_HOP_RECORD -> "the answer carried no Hop-Record";
            case HOP_RECORD_MALFORMED -> "the Hop-Record could not be read";
            case REJECTED_DOWNSTREAM -> "somebody after the gateway rejected it";
            case NOTIFIES_TRUSTED -> "who spoke is trusted, as the configuration says";
            case E2E_SEC_NOT_ASKED -> "nobody asked for end-to-end security";
            default -> reason.wireName().replace('-', ' ');
        };
    }
}
