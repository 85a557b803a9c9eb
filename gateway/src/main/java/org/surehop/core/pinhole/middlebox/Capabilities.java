package org.surehop.core.pinhole.middlebox;

import java.time.Duration;

/// What the middlebox says of itself in the SE reply (MID-11). It is a pure firewall for both
/// versions of IP; rules are not kept over a restart, and interfaces cannot be named.
///
/// @param optional whether GLC, GL and GS are served (MID-13)
public record Capabilities(
        boolean internalWildcard,
        boolean externalWildcard,
        boolean portWildcard,
        boolean optional,
        Duration maxLifetime,
        int maxSessions) {}
