package org.surehop.core.sip;

/// One of the two dialogs that a call joins: A towards the caller, B towards the callee, for life.
public enum Leg {
    A,
    B;

    public Leg other() {
        return this == A ? B : A;
    }
}
