package org.surehop.core.pinhole.middlebox;

import java.util.Optional;
import org.surehop.core.pinhole.middlebox.Terms.Interfaces;
import org.surehop.core.pinhole.middlebox.Terms.Protocol;

/// What a PRR asks to keep. `internal` may be empty: the A0 is not known yet. `outsideVersion` is
/// of the address that a NAT would keep outside.
public record Reservation(
        Service service,
        Optional<Endpoint> internal,
        Protocol protocol,
        int range,
        Parity parity,
        IpVersion outsideVersion,
        Optional<Interfaces> interfaces) {

    /// Which addresses a NAT translates; a pure firewall translates none (MID-7).
    public enum Service {
        TRADITIONAL,
        TWICE
    }

    /// A version of IP, or whichever there is.
    public enum IpVersion {
        ANY,
        V4,
        V6
    }

    /// Of the lowest outside port (MID-9).
    public enum Parity {
        ANY,
        ODD,
        EVEN
    }
}
