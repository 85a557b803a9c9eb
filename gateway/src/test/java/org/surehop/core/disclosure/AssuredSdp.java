package org.surehop.core.disclosure;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.surehop.core.sip.Octets;

/// Proofs for tests of rooms that may only receive them.
public final class AssuredSdp {
    private AssuredSdp() {}

    public static Unread unread() {
        return new Unread();
    }

    public static Assured of(String sdp) {
        return new Assured(
                Octets.copyOf(sdp.getBytes(StandardCharsets.UTF_8)),
                Assured.Basis.DISCLOSED,
                Optional.empty());
    }
}
