package org.surehop.adapter.cms;

import org.surehop.core.config.Disclosure;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.gateway.Effect;

/// What one message may cost (R-SEC-9); every take that is one too many ends the reading.
final class ReadingBudget {
    /// R-SEC-9: at most four signatures per message.
    static final int SIGNATURES = 4;

    /// Kept content keys that are tried for one message.
    static final int SHARED_KEYS = 4;

    private final int maxDepth;
    private final int maxRecipients;
    private int parts;
    private final KeyOperations keyOperations;
    private int sharedKeys = SHARED_KEYS;
    private int signatures = SIGNATURES;

    ReadingBudget(Disclosure policy, KeyOperations keyOperations) {
        this.keyOperations = keyOperations;
        this.maxDepth = policy.maxMimeDepth();
        this.maxRecipients = policy.maxRecipients();
        this.parts = policy.maxMimeParts();
    }

    void depth(int depth) throws BodyFault {
        if (depth > maxDepth) {
            throw BodyFault.tooComplex();
        }
    }

    int partsLeft() {
        return parts;
    }

    void takePart() throws BodyFault {
        if (parts-- <= 0) {
            throw BodyFault.tooComplex();
        }
    }

    void recipients(int count) throws BodyFault {
        if (count > maxRecipients) {
            throw BodyFault.tooComplex();
        }
    }

    /// False when there is nothing left for this message: the recipient is then not tried. Ends
    /// the reading when its sender may cause less than one message may cost.
    boolean takePrivateKeyOperation() throws BodyFault {
        if (keyOperations.take()) {
            return true;
        }
        if (keyOperations.allowed() < Effect.OpenBody.KEY_OPERATIONS) {
            throw new BodyFault(Obstacle.OVER_BUDGET);
        }
        return false;
    }

    /// The same for a content key of an earlier message.
    boolean takeSharedKey() {
        return sharedKeys-- > 0;
    }

    void takeSignatures(int count) throws BodyFault {
        signatures -= count;
        if (signatures < 0) {
            throw BodyFault.tooComplex();
        }
    }
}
