package org.surehop.adapter.simco;

/// Octets that are no message. After a `fatal` one nobody knows where the next message begins, and
/// the connection ends.
final class BadFrame extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /// What is wrong.
    enum Kind {
        TOO_LONG(true),
        ODD_LENGTH(true),
        CUT_OFF(true),
        ATTRIBUTE_LENGTH(false),
        UNKNOWN_ATTRIBUTE(false),
        BAD_VALUE(false),
        MISSING_ATTRIBUTE(false),
        REPEATED_ATTRIBUTE(false);

        private final boolean fatal;

        Kind(boolean fatal) {
            this.fatal = fatal;
        }
    }

    BadFrame(Kind kind) {
        super(kind.name());
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    boolean fatal() {
        return kind.fatal;
    }
}
