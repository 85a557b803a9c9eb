package org.surehop.core.config;

import java.time.Duration;

/// The most of everything (R-SEC-9, EDG-35).
public record Limits(
        int calls,
        int callsPerPeer,
        int transactions,
        int queue,
        int connections,
        int connectionsPerAddress,
        int handshakes,
        int headerBytes,
        int headerCount,
        int listValues,
        int bodyBytes,
        Duration firstLine,
        Duration message,
        Duration write,
        Duration idle,
        int writeQueue) {}
