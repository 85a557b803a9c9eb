package org.surehop.core.assurance;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.assurance.Verdict.Level;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Hop;

/// The verdict table of POL-66 for a request that got a 2xx.
public final class VerdictTable {
    private static final String UNPROTECTED = "none";

    private VerdictTable() {}

    /// Judges by the rows of the 2xx's `Hop-Record` (empty: it had none) and what hops asserted,
    /// at most one assertion per hop.
    public static Verdict judge(
            Optional<List<String>> hopRecordRows, Collection<HopAssertion> assertions) {
        return judge(hopRecordRows, assertions, Set.of());
    }

    /// The same for a UAC that goes by the names `self`, which some UAS put into Hop-Record though
    /// POL-61 says not to: it needs no assertion from itself.
    public static Verdict judge(
            Optional<List<String>> hopRecordRows,
            Collection<HopAssertion> assertions,
            Set<Hop> self) {
        if (hopRecordRows.isEmpty()) {
            return unverified(Reason.NO_HOP_RECORD, assertions);
        }
        return HopRecord.parse(hopRecordRows.get())
                .map(hopRecord -> compare(without(hopRecord.hops(), self), assertions))
                .orElseGet(() -> unverified(Reason.HOP_RECORD_MALFORMED, assertions));
    }

    /// The same from a ledger. A ledger that had to turn away hops, or whose reports tell another
    /// Hop-Record than the header does (POL-52), never gives ASSURED.
    public static Verdict judge(
            Optional<List<String>> hopRecordRows, HopLedger ledger, Set<Hop> self) {
        return judge(hopRecordRows, ledger, self, HopNames.NONE);
    }

    /// The same where elements go by several names.
    public static Verdict judge(
            Optional<List<String>> hopRecordRows, HopLedger ledger, Set<Hop> self, HopNames names) {
        var rows = hopRecordRows.or(ledger::toldRows);
        var verdict = judge(rows, ledger.assertions(names, rows), self);
        if (verdict.level() == Level.ASSURED && ledger.overflowed()) {
            return verdict.as(Level.PARTIAL, Reason.UNLISTED_HOP);
        }
        if (verdict.level() == Level.ASSURED && ledger.contradicts(hopRecordRows, self)) {
            return verdict.as(Level.MISMATCH, Reason.UNLISTED_HOP);
        }
        return verdict;
    }

    /// Whether the assertion says yes. One that claims to have complied over an unprotected
    /// channel contradicts itself and counts as a no.
    static boolean positive(HopAssertion assertion) {
        return assertion.complied()
                && !assertion.received().security().equalsIgnoreCase(UNPROTECTED)
                && !assertion.forwarded().security().equalsIgnoreCase(UNPROTECTED);
    }

    private static Verdict compare(Set<Hop> listed, Collection<HopAssertion> assertions) {
        var attested = hops(assertions, true);
        var negative = hops(assertions, false);
        // One hop, two answers: the no counts.
        attested.removeAll(negative);
        var silent = new LinkedHashSet<>(listed);
        silent.removeAll(attested);
        silent.removeAll(negative);
        var unlisted = intermediaries(assertions);
        unlisted.removeAll(listed);
        Level level;
        Reason reason;
        if (!negative.isEmpty()) {
            level = Level.MISMATCH;
            reason = Reason.NEGATIVE_ASSERTION;
        } else if (!silent.isEmpty()) {
            level = Level.MISMATCH;
            reason = Reason.SILENT_HOP;
        } else if (!unlisted.isEmpty()) {
            level = Level.PARTIAL;
            reason = Reason.UNLISTED_HOP;
        } else {
            level = Level.ASSURED;
            reason = listed.isEmpty() ? Reason.NO_HOPS : Reason.ALL_HOPS_ATTESTED;
        }
        return new Verdict(
                level,
                reason,
                List.copyOf(attested),
                List.copyOf(silent),
                List.copyOf(negative),
                List.copyOf(unlisted));
    }

    private static Verdict unverified(Reason reason, Collection<HopAssertion> assertions) {
        var negative = hops(assertions, false);
        var attested = hops(assertions, true);
        attested.removeAll(negative);
        return new Verdict(
                Level.UNVERIFIED,
                reason,
                List.copyOf(attested),
                List.of(),
                List.copyOf(negative),
                List.of());
    }

    private static Set<Hop> hops(Collection<HopAssertion> assertions, boolean positive) {
        var hops = new LinkedHashSet<Hop>();
        assertions.stream()
                .filter(a -> positive(a) == positive)
                .map(HopAssertion::hop)
                .forEach(hops::add);
        return hops;
    }

    /// The UAS may report too (POL-52) and never stands in its own Hop-Record.
    private static Set<Hop> intermediaries(Collection<HopAssertion> assertions) {
        var hops = new LinkedHashSet<Hop>();
        assertions.stream()
                .filter(a -> a.role() != HopAssertion.Role.UAS || !positive(a))
                .map(HopAssertion::hop)
                .forEach(hops::add);
        return hops;
    }

    private static Set<Hop> without(Set<Hop> hops, Set<Hop> self) {
        var others = new LinkedHashSet<>(hops);
        others.removeAll(self);
        return others;
    }
}
