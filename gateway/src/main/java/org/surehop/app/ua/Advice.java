package org.surehop.app.ua;

import java.util.ArrayList;
import java.util.List;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.report.Reason;

/// What a person may do about a verdict: one sentence for each, for `probe` and `explain` alike.
public final class Advice {
    /// What is assured by IPsec is assured by its operator alone.
    public static final String ON_IPSEC =
            "a side runs on IPsec: no certificate was shown there; its operator vouches for it.";

    private static final int COLUMNS = 96;

    private Advice() {}

    /// A sentence in lines of at most so many columns, the first after `first`, the others
    /// below it.
    public static List<String> lines(String first, String text) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder(first);
        for (var word : text.split(" ", -1)) {
            var full = line.length() + 1 + word.length() > COLUMNS;
            if (full) {
                lines.add(line.toString());
                line = new StringBuilder(" ".repeat(first.length()));
            }
            line.append(line.length() > first.length() ? " " : "").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /// What to do about that verdict with that reason.
    public static String of(Verdict.Level level, Reason reason) {
        return switch (level) {
            case ASSURED ->
                    reason == Reason.NO_HOPS
                            ? "nothing."
                            : "nothing, as far as you believe the hops above.";
            case PARTIAL ->
                    "look at those who spoke without being on the list: branches of a fork and hops"
                            + " that a session border hides are harmless, others are not.";
            case MISMATCH -> mismatch(reason);
            case UNVERIFIED ->
                    reason == Reason.HOP_RECORD_MALFORMED
                            ? "have the callee's side repair its Hop-Record; until then nobody can"
                                    + " say who is missing."
                            : "have the callee's side send Hop-Record, or ask whether something on"
                                    + " the way took the demand off (probe --sipfrag shows that).";
            case ASSERTED ->
                    "take it as far as you trust those who spoke: nobody knows who is missing.";
            case UNASSURED ->
                    "say nothing secret: the path beyond the refusal is watched by nobody. Ask"
                            + " there for support of e2e-sec.";
            case OUT_OF_SCOPE ->
                    "call by TLS from the first request on, and have nobody challenge it in clear.";
            case FAILED -> failed(reason);
        };
    }

    private static String mismatch(Reason reason) {
        return switch (reason) {
            case NEGATIVE_ASSERTION ->
                    "say nothing secret; mend the cause that the hop gives, or go round that hop.";
            case UNLISTED_HOP ->
                    "find out which of the two lists of the path is right: the header of the"
                            + " answer and the reports differ.";
            default ->
                    "say nothing secret: treat the way beyond that hop as unprotected, and ask"
                            + " whoever runs it whether it supports e2e-sec.";
        };
    }

    private static String failed(Reason reason) {
        return switch (reason) {
            case NO_TLS_TARGET, UNREACHABLE ->
                    "give the next hop an address for TLS (_sips._tcp in DNS, port 5061), or bring"
                            + " its IPsec link up: policies and security associations.";
            case TLS_HANDSHAKE_FAILED -> "compare TLS versions and suites of the two ends.";
            case PEER_NOT_AUTHENTICATED,
                    WRONG_NAME,
                    UNKNOWN_CA,
                    CERTIFICATE_EXPIRED,
                    NO_CERTIFICATE ->
                    "give the far end a certificate in force with the name that is asked for, from"
                            + " a CA that is trusted here.";
            case POLICY_FLOOR -> "raise the far end's TLS, or lower tls.minimum-version knowingly.";
            case NEXT_HOP_REJECTED, BAD_EXTENSION, REJECTED_DOWNSTREAM ->
                    "ask whoever refused to support e2e-sec; calling without it is a decision of"
                            + " the user, not of a gateway.";
            case CONNECTION_LOST, PEER_TIMEOUT, CONGESTION -> "call again.";
            case INGRESS_NOT_SECURE -> "have the caller use TLS from its first request on.";
            case INJECTED_REJECTED ->
                    "decide by policy whether calls to that destination may go without the demand"
                            + " that the gateway adds.";
            case CALLEE_REFUSED, CANCELLED -> "nothing: the path is not at fault.";
            default -> "see the reports of the call.";
        };
    }
}
