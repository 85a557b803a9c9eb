package org.surehop.core.config;

import java.net.Inet4Address;
import java.util.Optional;

/// Address translation for descriptions that the gateway may rewrite: in clear, signed by nobody,
/// and allowed by policy. `outside` is an IPv4 address of this box that the outside can reach
/// (empty: no translation); the ports are given out in pairs, RTP even and RTCP odd.
public record Nat(Optional<Inet4Address> outside, int lowestPort, int highestPort) {
    public static final Nat NONE = new Nat(Optional.empty(), 20_000, 29_999);

    public Nat {
        Valid.port("pinholes.nat.lowest-port", lowestPort);
        Valid.port("pinholes.nat.highest-port", highestPort);
        Valid.that(
                lowestPort > 0 && lowestPort < highestPort,
                "pinholes.nat.highest-port must be above lowest-port");
    }

    public boolean present() {
        return outside.isPresent();
    }
}
