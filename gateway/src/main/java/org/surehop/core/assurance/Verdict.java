package org.surehop.core.assurance;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Hop;

/// The one verdict on a request under e2e-sec (POL-66), with who asserted what. `attested` said
/// that they complied, `silent` stand in the Hop-Record and said nothing, `negative` said that they
/// did not comply, `unlisted` spoke though the Hop-Record does not name them. It rests on what
/// hops assert; nothing is proven (POL-69).
public record Verdict(
        Level level,
        Reason reason,
        List<Hop> attested,
        List<Hop> silent,
        List<Hop> negative,
        List<Hop> unlisted) {
    public Verdict {
        attested = List.copyOf(attested);
        silent = List.copyOf(silent);
        negative = List.copyOf(negative);
        unlisted = List.copyOf(unlisted);
    }

    /// The rows of POL-66. NO-HOPS is ASSURED with the reason NO_HOPS.
    public enum Level {
        /// Every element on the path attested, and nobody else spoke.
        ASSURED,
        /// Every element on the path attested, and others spoke.
        PARTIAL,
        /// An element on the path was silent, or one said no.
        MISMATCH,
        /// Delivered, but nobody says over which path.
        UNVERIFIED,
        /// Not delivered under e2e-sec.
        FAILED,
        /// e2e-sec does not apply to it (POL-90, POL-91).
        OUT_OF_SCOPE,
        /// Delivered, nobody says over which path, and the operator trusts those who spoke: at
        /// least one hop said yes and none no (POL-66, `trust-notifies`).
        ASSERTED,
        /// Delivered over TLS by this hop, without the demand that this gateway had added and
        /// that was refused further on (POL-81, `retry-without`).
        UNASSURED
    }

    /// A 420 or any other rejection.
    public static Verdict failed(Reason reason) {
        return bare(Level.FAILED, reason);
    }

    public static Verdict outOfScope(Reason reason) {
        return bare(Level.OUT_OF_SCOPE, reason);
    }

    /// The demand that this gateway had added was refused, and taken back (POL-81).
    public static Verdict unassured(Reason reason) {
        return bare(Level.UNASSURED, reason);
    }

    /// Whether waiting for more reports is of no use: the sets match, or the end is known (POL-66).
    public boolean settled() {
        return switch (level) {
            case ASSURED, FAILED, OUT_OF_SCOPE, UNASSURED -> true;
            case PARTIAL, MISMATCH, UNVERIFIED, ASSERTED -> false;
        };
    }

    /// Whether `newer` may replace this one after the grace (POL-67): only MISMATCH to ASSURED.
    public boolean upgradesTo(Verdict newer) {
        return level == Level.MISMATCH && newer.level == Level.ASSURED;
    }

    /// The hops that keep this from being ASSURED, each once.
    public Set<Hop> faulty() {
        var all = new LinkedHashSet<>(silent);
        all.addAll(negative);
        all.addAll(unlisted);
        return all;
    }

    /// The same for an operator who trusts those who spoke where the callee lists no path: at least
    /// one said yes and none no (POL-66, `trust-notifies`).
    public Verdict trusting() {
        return level == Level.UNVERIFIED
                        && reason == Reason.NO_HOP_RECORD
                        && !attested.isEmpty()
                        && negative.isEmpty()
                ? as(Level.ASSERTED, Reason.NOTIFIES_TRUSTED)
                : this;
    }

    Verdict as(Level other, Reason why) {
        return new Verdict(other, why, attested, silent, negative, unlisted);
    }

    private static Verdict bare(Level level, Reason reason) {
        return new Verdict(level, reason, List.of(), List.of(), List.of(), List.of());
    }
}
