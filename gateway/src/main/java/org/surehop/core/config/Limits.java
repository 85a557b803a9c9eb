package org.surehop.core.config;

import java.time.Duration;

/// The most of everything (R-SEC-9, EDG-35). `refusals` are a second's, of one connection.
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
        int writeQueue,
        int subscriptions,
        int refusals) {
    /// As the shipped configuration has it.
    public static final int REFUSALS = 1000;

    public Limits {
        Valid.positive("limits.calls", calls);
        Valid.positive("limits.calls-per-peer", callsPerPeer);
        Valid.positive("limits.transactions", transactions);
        Valid.positive("limits.queue", queue);
        Valid.positive("limits.connections", connections);
        Valid.positive("limits.connections-per-address", connectionsPerAddress);
        Valid.positive("limits.handshakes", handshakes);
        Valid.positive("limits.header-bytes", headerBytes);
        Valid.positive("limits.header-count", headerCount);
        Valid.positive("limits.list-values", listValues);
        Valid.positive("limits.body-bytes", bodyBytes);
        Valid.positive("limits.write-queue", writeQueue);
        Valid.positive("limits.subscriptions", subscriptions);
        Valid.positive("limits.refusals", refusals);
        Valid.positive("limits.first-line", firstLine);
        Valid.positive("limits.message", message);
        Valid.positive("limits.write", write);
        Valid.positive("limits.idle", idle);
    }

    /// With the shipped pace of refusals.
    public Limits(
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
            int writeQueue,
            int subscriptions) {
        this(
                calls,
                callsPerPeer,
                transactions,
                queue,
                connections,
                connectionsPerAddress,
                handshakes,
                headerBytes,
                headerCount,
                listValues,
                bodyBytes,
                firstLine,
                message,
                write,
                idle,
                writeQueue,
                subscriptions,
                REFUSALS);
    }
}
