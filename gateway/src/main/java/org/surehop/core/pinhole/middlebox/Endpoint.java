package org.surehop.core.pinhole.middlebox;

import java.net.InetAddress;

/// One end of what a rule is about (A0 or A3 of RFC 5189 §2.3.5). A prefix shorter than the address
/// is an address wildcard; port 0 is a port wildcard (MID-7).
public record Endpoint(InetAddress address, int prefixLength, int port) {
    public Endpoint {
        if (prefixLength < 0 || prefixLength > address.getAddress().length * 8) {
            throw new IllegalArgumentException("a prefix length fits its address family");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is 0 to 65535");
        }
    }

    /// One address, no wildcard in it.
    public Endpoint(InetAddress address, int port) {
        this(address, address.getAddress().length * 8, port);
    }

    /// Whether it stands for exactly one address.
    boolean isOne() {
        return prefixLength == address.getAddress().length * 8;
    }

    /// Whether it stands for every address of its family.
    boolean isAnyone() {
        return prefixLength == 0;
    }
}
