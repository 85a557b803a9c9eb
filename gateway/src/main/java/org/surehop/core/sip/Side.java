package org.surehop.core.sip;

/// The side of the border, following the firewall (RFC 5190: internal and external).
public enum Side {
    INSIDE,
    OUTSIDE;

    public Side other() {
        return this == INSIDE ? OUTSIDE : INSIDE;
    }
}
