package org.surehop.core.config;

import java.time.Duration;
import java.util.Locale;

/// The NOTIFYs of `e2e-sec`, ours and those of others. `reason` is what ours end with (POL-43).
/// `badPerSecond` is how many reports that fit nothing one source may send in a second, `excess`
/// what the others get (POL-95); `evidence` is the most, in octets, that hops may have told of all
/// requests that are not judged for good. `minimumExpires` is the shortest subscription at the
/// collector (RFC 6665 §4.2.1.1: at most an hour).
public record Notifying(
        EndReason reason, Excess excess, int badPerSecond, int evidence, Duration minimumExpires) {

    /// The `reason` of a one-time NOTIFY's `Subscription-State` (RFC 6665 §4.1.3).
    public enum EndReason {
        NORESOURCE,
        INVARIANT;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What becomes of a NOTIFY that is one too many.
    public enum Excess {
        /// 500 with Retry-After.
        ANSWER,
        /// No answer at all.
        DROP
    }

    public Notifying {
        Valid.positive("notifies.bad-per-second", badPerSecond);
        Valid.positive("notifies.evidence", evidence);
        Valid.positive("notifies.minimum-expires", minimumExpires);
        Valid.that(
                minimumExpires.compareTo(Duration.ofHours(1)) <= 0,
                "notifies.minimum-expires must be at most 1h");
    }

    /// The defaults, which a gateway without that section has.
    public static Notifying usual() {
        return new Notifying(
                EndReason.NORESOURCE, Excess.ANSWER, 50, 16 << 20, Duration.ofSeconds(60));
    }
}
