package org.surehop.core.disclosure;

import java.util.List;
import java.util.Set;

/// What the CMS layer reports of a body: what could be read and what stood in the way. One opaque
/// part beside a readable one is no failure by itself; [DisclosureJudge] judges.
public record BodyFacts(List<DisclosedPart> parts, Set<Obstacle> obstacles) {
    public BodyFacts {
        parts = List.copyOf(parts);
        obstacles = Set.copyOf(obstacles);
    }

    /// Why something could not be read. Decryption failures of every kind are one value, so that no
    /// answer tells them apart (SM-23).
    public enum Obstacle {
        NOT_A_RECIPIENT,
        /// Encrypted under a key of an earlier message that we do not hold, or no longer (CEK-6).
        KEY_LOST,
        /// For us, but by an algorithm that policy refuses. Everybody can see which one, so this
        /// tells nothing about a key.
        ALGORITHM_REFUSED,
        DECRYPTION_FAILED,
        MALFORMED,
        TOO_COMPLEX,
        /// Our private key was needed more often than the sender may cause (R-SEC-9).
        OVER_BUDGET,
        /// Nobody had time to look: too much of this work was waiting already.
        BUSY
    }
}
