package org.surehop.adapter.cms;

import org.surehop.core.config.Disclosure;

/// What one message may cost (R-SEC-9); every take that is one too many ends the reading.
final class ReadingBudget {
    /// R-SEC-9: at most two private-key operations per message.
    static final int PRIVATE_KEY_OPERATIONS = 2;

    /// R-SEC-9: at most four signatures per message.
    static final int SIGNATURES = 4;

    private final int maxDepth;
    private final int maxRecipients;
    private int parts;
    private int privateKeyOperations = PRIVATE_KEY_OPERATIONS;
    private int signatures = SIGNATURES;

    ReadingBudget(Disclosure policy) {
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

    /// False when there is nothing left: the recipient is then not tried.
    boolean takePrivateKeyOperation() {
        return privateKeyOperations-- > 0;
    }

    void takeSignatures(int count) throws BodyFault {
        signatures -= count;
        if (signatures < 0) {
            throw BodyFault.tooComplex();
        }
    }
}
