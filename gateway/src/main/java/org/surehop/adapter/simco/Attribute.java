package org.surehop.adapter.simco;

import java.net.InetAddress;
import java.util.Optional;

/// One attribute of a message, its value read. Identifiers and lifetimes are unsigned 32 bits.
sealed interface Attribute {

    record Version(int major, int minor) implements Attribute {}

    /// A challenge or token: TLS authenticates, so that nobody looks into it.
    record Secret(int type, int length) implements Attribute {}

    /// `flags` are I, E, P, S and the versions of IP, as the RFC packs them.
    record Abilities(int kind, int flags, long maxLifetime) implements Attribute {}

    record RuleId(long id) implements Attribute {}

    record GroupId(long id) implements Attribute {}

    record Lifetime(long seconds) implements Attribute {}

    record Owner(String name) implements Attribute {}

    /// `address` is empty for "protocols only"; `version` is 1 for IPv4, 2 for IPv6, and may be 0
    /// for any in such a one; `ports` is the number of subsequent ports.
    record Tuple(
            Place place,
            int version,
            int protocol,
            Optional<InetAddress> address,
            int prefixLength,
            int port,
            int ports)
            implements Attribute {}

    /// `parity` 0 any, 1 odd, 2 even; `natMode` 1 traditional, 2 twice; versions 0 any, 1, 2;
    /// `ports` 0xFFFF stands for all ports of the protocol.
    record ReserveSet(
            int natMode, int parity, int insideVersion, int outsideVersion, int protocol, int ports)
            implements Attribute {}

    /// `parity` 0 any, 3 same; `direction` 1 in, 2 out, 3 both.
    record EnableSet(int parity, int direction) implements Attribute {}

    /// A0 to A3, in the order of the wire.
    enum Place {
        INTERNAL,
        INSIDE,
        OUTSIDE,
        EXTERNAL
    }
}
