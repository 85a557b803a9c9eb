package org.surehop.core.gateway;

import org.surehop.core.sip.ConnectionId;

/// How adapters speak: from any thread, never blocking.
@FunctionalInterface
public interface EventSink {
    /// Takes the event, or says no when the queue is full; the caller then refuses its input (503).
    boolean post(Event event);

    /// How many messages of that connection were taken and wait to be looked at: who reads more of
    /// it may let others go first (R-SEC-7). A sink that does not know says none.
    default int waiting(ConnectionId connection) {
        return 0;
    }
}
