package org.surehop.app.ua;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.surehop.adapter.cms.HopReportOpener;
import org.surehop.core.assurance.HopLedger;
import org.surehop.core.assurance.Verdict;
import org.surehop.core.assurance.VerdictTable;
import org.surehop.core.config.Assurance;
import org.surehop.core.disclosure.SignerFacts;
import org.surehop.core.sip.Hop;

/// The caller's table of hops (POL-48): which hop asserted what, and under which key. Made before
/// the INVITE leaves, so that a NOTIFY never comes too early.
final class HopTable {
    private final Assurance policy;
    private final Map<Hop, Optional<SignerFacts>> signers = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();
    private HopLedger ledger;

    HopTable(Assurance policy) {
        this.policy = policy;
        this.ledger = HopLedger.empty(policy.maxHops());
    }

    /// Takes a report about our request; false when it names more hops than there may be (POL-95).
    boolean take(HopReportOpener.Opened opened) {
        var trusted =
                opened.signer().isEmpty()
                        ? !policy.requireSignedNotify()
                        : Envelopes.valid(opened.signer());
        return switch (ledger.accept(opened.report(), trusted)) {
            case HopLedger.Outcome.Accepted(var next) -> remember(next, opened);
            case HopLedger.Outcome.Contradiction(var next) -> {
                remark("a hop said both yes and no; the no counts");
                yield remember(next, opened);
            }
            case HopLedger.Outcome.TooMany(var next) -> !remember(next, opened);
            case HopLedger.Outcome.Duplicate _ -> true;
            case HopLedger.Outcome.Untrusted _ -> {
                remark("a NOTIFY came whose signature cannot be trusted: it counts for nothing");
                yield true;
            }
        };
    }

    private boolean remember(HopLedger next, HopReportOpener.Opened opened) {
        ledger = next;
        opened.report().hops().forEach(h -> signers.putIfAbsent(h.hop(), opened.signer()));
        return true;
    }

    /// POL-66, by the rows of the success and what was asserted; `self` needs no assertion.
    Verdict judge(Optional<List<String>> hopRecord, Hop self) {
        return VerdictTable.judge(hopRecord, ledger, Set.of(self));
    }

    List<ProbeFindings.Evidence> evidence() {
        return ledger.assertions().stream()
                .map(
                        a ->
                                new ProbeFindings.Evidence(
                                        a, signers.getOrDefault(a.hop(), Optional.empty())))
                .toList();
    }

    /// Something that a person should know of.
    void remark(String text) {
        remarks.add(text);
    }

    List<String> remarks() {
        return List.copyOf(remarks);
    }
}
