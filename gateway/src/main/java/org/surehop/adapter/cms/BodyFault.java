package org.surehop.adapter.cms;

import org.surehop.core.disclosure.BodyFacts.Obstacle;

/// Ends the reading of a body or of one branch of it. Carries no text and no cause: what was being
/// read may have been decrypted, and must not reach a log.
final class BodyFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final Obstacle obstacle;

    BodyFault(Obstacle obstacle) {
        super(obstacle.name(), null, false, false);
        this.obstacle = obstacle;
    }

    static BodyFault malformed() {
        return new BodyFault(Obstacle.MALFORMED);
    }

    static BodyFault tooComplex() {
        return new BodyFault(Obstacle.TOO_COMPLEX);
    }

    static BodyFault undecipherable() {
        return new BodyFault(Obstacle.DECRYPTION_FAILED);
    }

    Obstacle obstacle() {
        return obstacle;
    }

    /// Whether the rest of the body must not be looked at either.
    boolean fatal() {
        return switch (obstacle) {
            case MALFORMED, TOO_COMPLEX, OVER_BUDGET, BUSY -> true;
            case NOT_A_RECIPIENT, KEY_LOST, ALGORITHM_REFUSED, DECRYPTION_FAILED -> false;
        };
    }
}
