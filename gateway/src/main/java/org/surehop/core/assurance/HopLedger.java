package org.surehop.core.assurance;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Request;

/// What hops have asserted of one request, one entry per hop (POL-48). Immutable. It holds at most
/// `maxHops` hops (POL-95); `overflowed` says that some were turned away, and then the request can
/// no longer become ASSURED. `told` is the Hop-Record that the UAS reported by NOTIFY (POL-52).
public record HopLedger(
        int maxHops, Map<Hop, HopAssertion> byHop, boolean overflowed, Optional<List<Hop>> told) {
    public HopLedger {
        byHop = Collections.unmodifiableMap(new LinkedHashMap<>(byHop));
        told = told.map(List::copyOf);
        if (maxHops < 1 || byHop.size() > maxHops) {
            throw new IllegalArgumentException("a ledger holds 1 to maxHops hops");
        }
    }

    /// What became of a report. Those that changed the ledger carry the new one.
    public sealed interface Outcome {
        record Accepted(HopLedger ledger) implements Outcome {}

        /// Every hop of it is known and says what it said before.
        record Duplicate() implements Outcome {}

        /// A hop says yes and no; the no is kept.
        record Contradiction(HopLedger ledger) implements Outcome {}

        /// More hops than the limit: those beyond it are not kept (POL-95).
        record TooMany(HopLedger ledger) implements Outcome {}

        /// Not from the egress flow, or not signed as demanded: it counts for nothing (POL-99).
        record Untrusted() implements Outcome {}
    }

    public static HopLedger empty(int maxHops) {
        return new HopLedger(maxHops, Map.of(), false, Optional.empty());
    }

    /// Whether the report is about that request of ours: Call-ID, From tag, CSeq and method
    /// (POL-44). CSeq tells a request from its second try after a challenge.
    public static boolean speaksOf(HopReport report, Request request) {
        return report.callId().equals(request.callId())
                && report.fromTag().equals(request.from().tag())
                && report.cseq() == request.cseq().number()
                && report.method().equals(request.method());
    }

    /// Takes a report. `trusted` says that it came over the egress TLS flow and, when signatures
    /// are demanded, that its signature holds (POL-99).
    public Outcome accept(HopReport report, boolean trusted) {
        if (!trusted) {
            return new Outcome.Untrusted();
        }
        var hops = new LinkedHashMap<>(byHop);
        boolean contradiction = false;
        boolean tooMany = false;
        for (var assertion : report.hops()) {
            var known = hops.get(assertion.hop());
            if (known == null && hops.size() >= maxHops) {
                tooMany = true;
            } else if (known == null) {
                hops.put(assertion.hop(), assertion);
            } else if (VerdictTable.positive(known) != VerdictTable.positive(assertion)) {
                contradiction = true;
                hops.put(assertion.hop(), VerdictTable.positive(known) ? assertion : known);
            }
        }
        var next = new HopLedger(maxHops, hops, overflowed || tooMany, told.or(() -> told(report)));
        if (tooMany) {
            return new Outcome.TooMany(next);
        }
        if (contradiction) {
            return new Outcome.Contradiction(next);
        }
        return next.equals(this) ? new Outcome.Duplicate() : new Outcome.Accepted(next);
    }

    /// About how much room it takes, in octets.
    public int octets() {
        return byHop.values().stream().mapToInt(HopAssertion::octets).sum()
                + told.map(hops -> hops.size() * 256).orElse(0);
    }

    public Collection<HopAssertion> assertions() {
        return byHop.values();
    }

    /// The same by the names that those rows of a Hop-Record have for the hops (POL-65).
    public Collection<HopAssertion> assertions(HopNames names, Optional<List<String>> rows) {
        var listed = rows.flatMap(HopRecord::parse).map(HopRecord::hops).orElse(Set.of());
        return names.listedAs(assertions(), listed);
    }

    Optional<List<String>> toldRows() {
        return told.map(hops -> hops.stream().map(Hop::toString).toList());
    }

    /// Whether header and NOTIFY of the UAS name different hops; `self` stands in neither.
    boolean contradicts(Optional<List<String>> rows, Set<Hop> self) {
        if (told.isEmpty() || rows.isEmpty()) {
            return false;
        }
        var header = rows.flatMap(HopRecord::parse).map(HopRecord::hops).orElse(Set.of());
        return !others(header, self).equals(others(told.get(), self));
    }

    private static Set<Hop> others(Collection<Hop> hops, Set<Hop> self) {
        return hops.stream()
                .filter(h -> !self.contains(h))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Optional<List<Hop>> told(HopReport report) {
        var byUas = report.hops().stream().anyMatch(a -> a.role() == HopAssertion.Role.UAS);
        return byUas ? report.hopRecord() : Optional.empty();
    }
}
