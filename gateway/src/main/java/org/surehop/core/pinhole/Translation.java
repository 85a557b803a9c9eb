package org.surehop.core.pinhole;

import java.net.InetSocketAddress;

/// One UDP port of an inside host (A0) and the place where the outside knows it (A2), RFC 5189
/// §2.3.5: what comes to the one goes to the other, and back. Both are IPv4.
public record Translation(InetSocketAddress inside, InetSocketAddress outside) {}
