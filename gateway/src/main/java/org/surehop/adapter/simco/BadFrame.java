package org.surehop.adapter.simco;

/// Octets that are no message. After a `fatal` one nobody knows where the next message begins, and
/// the connection ends.
final class BadFrame extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /// What is wrong.
    enum Kind {
        TOO_LONG(true),
        CUT_OFF(true),
        ATTRIBUTE_LENGTH(false),
        UNKNOWN_ATTRIBUTE(false),
        BAD_VALUE(false),
        MISSING_ATTRIBUTE(false),
        REPEATED_ATTRIBUTE(false),
        UNEXPECTED_ATTRIBUTE(false),
        INCONSISTENT(false),
        NO_SUCH_PROTOCOL(false);

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

    /// What a request with that fault is answered with.
    int number() {
        return switch (kind) {
            case INCONSISTENT -> Code.INCONSISTENT;
            case NO_SUCH_PROTOCOL -> Code.NO_SUCH_PROTOCOL;
            case TOO_LONG,
                    CUT_OFF,
                    ATTRIBUTE_LENGTH,
                    UNKNOWN_ATTRIBUTE,
                    BAD_VALUE,
                    MISSING_ATTRIBUTE,
                    REPEATED_ATTRIBUTE,
                    UNEXPECTED_ATTRIBUTE ->
                    Code.BADLY_FORMED;
        };
    }

    boolean fatal() {
        return kind.fatal;
    }
}
