package org.surehop.adapter.cms;

/// How often our private key may be used for one body, and how often it was (R-SEC-9). Belongs to
/// one reading.
public final class KeyOperations {
    private final int allowed;
    private int used;

    public KeyOperations(int allowed) {
        this.allowed = allowed;
    }

    /// False when nothing is left.
    boolean take() {
        if (used >= allowed) {
            return false;
        }
        used++;
        return true;
    }

    int allowed() {
        return allowed;
    }

    /// How often the key was used so far.
    public int used() {
        return used;
    }
}
