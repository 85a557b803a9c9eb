package org.surehop.core.config;

import org.surehop.core.sip.Side;

/// Calls to `urn:service:sos` (RFC 5031): the peer that takes them, empty when none does (416), the
/// side where it stands, and whether they pass what else would stop them (EDG-63).
public record Emergency(String to, Side side, boolean bypass) {
    public static final Emergency NONE = new Emergency("", Side.OUTSIDE, true);

    public boolean taken() {
        return !to.isEmpty();
    }
}
