package org.surehop.core.pinhole;

/// How a policy rule stands, in the words and numbers of RFC 5190 `midcomRuleOperStatus`. Rules
/// here are made whole or not at all, so that the states of a request on its way never show.
public enum OperStatus {
    RESERVED(7),
    ENABLED(8),
    /// Its lifetime is over.
    TIMED_OUT(9),
    /// Who asked for it has ended it.
    TERMINATED_ON_REQUEST(10),
    /// It ended for another reason: somebody else removed it.
    TERMINATED(11);

    private final int number;

    OperStatus(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
