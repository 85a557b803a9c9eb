package org.surehop.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What really happened in one call, kept by those who did it: the judge of what the gateway says.
final class Truth {
    final CallPlan plan;
    /// Media ports, by side, of descriptions that a pinhole may rest on and that were sent.
    final Set<Integer> goodInside = new HashSet<>();
    final Set<Integer> goodOutside = new HashSet<>();
    /// Final answers that each INVITE got, by connection and branch.
    final Map<String, Set<String>> finals = new HashMap<>();
    /// INVITEs that were sent and whose connection has stood since.
    final Set<String> owed = new HashSet<>();
    final Map<String, Evidence> evidence = new HashMap<>();
    /// 2xx that the gateway has heard and neither acknowledged nor ended by BYE, by To tag and
    // CSeq.
    final Set<String> unacknowledged = new HashSet<>();
    /// Tags of users who think that they are in a dialog and have been told nothing else.
    final Set<String> dialogs = new HashSet<>();
    private final Set<String> endedDialogs = new HashSet<>();
    /// From and To tag of each BYE that a user has sent.
    final Set<String> hungUp = new HashSet<>();
    /// Descriptions of forks that never answer.
    final Set<Integer> losing = new HashSet<>();
    /// A fork has accepted, and the caller was told.
    boolean won;
    /// The firewall refused a change of this call, or was late with it.
    boolean firewallFailed;
    /// The gateway crashed while the call went on.
    boolean orphaned;
    boolean toldEnded;
    /// The callee has refused the tag.
    boolean tagRefused;

    Truth(CallPlan plan) {
        this.plan = plan;
    }

    /// About one request under e2e-sec.
    static final class Evidence {
        /// Empty until the 2xx; then the names that its Hop-Record has, or nothing readable.
        Optional<Set<String>> listed = Optional.empty();

        final Set<String> attested = new HashSet<>();
        final Set<String> denied = new HashSet<>();
        /// A hop of the path was heard to say no.
        boolean heardNo;
        String verdict = "";
        int verdicts;
        int changes;
    }

    /// That user is in a dialog, unless it was told before that there is none any more.
    boolean begun(String tag) {
        if (endedDialogs.contains(tag)) {
            return false;
        }
        dialogs.add(tag);
        return true;
    }

    void ended(String tag) {
        dialogs.remove(tag);
        endedDialogs.add(tag);
    }

    Evidence evidence(String method, long cseq) {
        return evidence.computeIfAbsent(method + cseq, _ -> new Evidence());
    }

    void good(boolean inside, int version) {
        good(inside).add(version);
    }

    Set<Integer> good(boolean inside) {
        return inside ? goodInside : goodOutside;
    }

    boolean isGood(boolean inside, int version) {
        return good(inside).contains(version);
    }
}
