package org.surehop.core.config;

import org.surehop.core.sip.Side;

/// What happens with the bodies of MESSAGE requests (RFC 4189 §2.1, DEP-1 and DEP-2).
public enum Messages {
    /// They are not looked at.
    PASS,
    /// They are read; what cannot be read goes on and is told.
    REPORT,
    /// Those from the inside must be readable, or they are refused with 496; those from the outside
    /// as with `REPORT`.
    OUTGOING,
    /// Those of both sides must be readable.
    INSPECT;

    /// Whether bodies are read at all.
    public boolean read() {
        return this != PASS;
    }

    /// Whether a body that cannot be read may go on.
    public boolean opaqueMayPass(Side from) {
        return switch (this) {
            case PASS, REPORT -> true;
            case OUTGOING -> from == Side.OUTSIDE;
            case INSPECT -> false;
        };
    }
}
