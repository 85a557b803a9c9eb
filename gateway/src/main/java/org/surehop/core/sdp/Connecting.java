package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.Optional;

/// What one medium says of its connection (RFC 4145): who opens it, whether one that stands is to
/// be kept, and for MSRP the first address of its path (RFC 4975).
public record Connecting(Optional<Setup> setup, boolean existing, Optional<Path> path) {

    /// `a=setup`.
    public enum Setup {
        ACTIVE,
        PASSIVE,
        ACTPASS,
        HOLDCONN
    }

    /// The leftmost URI of `a=path`. `address` is empty when its host is a name. `relayed`: more
    /// URIs follow, so that the first one is a relay of the author (RFC 4976).
    public record Path(Optional<InetAddress> address, int port, boolean relayed) {}
}
