package org.surehop.core.gateway;

/// How adapters speak: from any thread, never blocking.
@FunctionalInterface
public interface EventSink {
    /// Takes the event, or says no when the queue is full; the caller then refuses its input (503).
    boolean post(Event event);
}
