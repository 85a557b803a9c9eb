package org.surehop.core.archive;

/// How a message fared that had been archived before it went on. An entry for which none was
/// written down is unknown too: the gateway ended in between.
public enum Outcome {
    /// The receiver answered with success.
    DELIVERED("delivered"),
    /// It was refused or could not be sent: its content is no message that was exchanged, and goes.
    REFUSED("refused"),
    /// Nobody answered: the receiver may have it.
    UNKNOWN("unknown");

    private final String wireName;

    Outcome(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
