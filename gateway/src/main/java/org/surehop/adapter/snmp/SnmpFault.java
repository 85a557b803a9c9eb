package org.surehop.adapter.snmp;

/// SNMP cannot start as configured. The message is one sentence that names the key, the fault and
/// what is expected.
public final class SnmpFault extends Exception {
    private static final long serialVersionUID = 1L;

    /// What is wrong, for callers that decide.
    public enum Kind {
        /// A reference to a passphrase leads nowhere.
        SECRET_UNREADABLE,
        /// A passphrase has fewer than the 8 characters of RFC 3414 §11.2.
        PASSPHRASE_SHORT,
        /// A receiver names no configured user, or an address that is none.
        RECEIVER,
        /// The address or port cannot be listened on.
        PORT,
        /// The state directory, which keeps engineBoots, cannot be used.
        STATE
    }

    private final Kind kind;

    SnmpFault(Kind kind, String sentence) {
        super(sentence);
        this.kind = kind;
    }

    SnmpFault(Kind kind, String sentence, Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
