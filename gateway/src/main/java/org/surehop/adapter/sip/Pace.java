package org.surehop.adapter.sip;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.sip.ConnectionId;

/// How fast one connection is read (R-SEC-7). Who sends faster than we look at it, or does little
/// but what must be refused, fills the buffers of the own connection and not our queue, and leaves
/// the processors to others. Nothing is lost by it: TCP tells the far end to wait.
///
/// Refusals are weighed against successes: a peer whose every request is asked for credentials
/// first is no flood. Any thread.
final class Pace {
    /// Requests that were read and not looked at yet.
    static final int AHEAD = 16;

    private static final Duration BREATH = Duration.ofMillis(1);
    private static final int SECOND = 1_000_000_000;

    private final ConnectionId id;
    private final EventSink sink;
    private final int perSecond;
    private double credit;
    private long since = System.nanoTime();

    /// `perSecond` refusals are answered in a second, and so many at once.
    Pace(ConnectionId id, EventSink sink, int perSecond) {
        this.id = id;
        this.sink = sink;
        this.perSecond = perSecond;
        this.credit = perSecond;
    }

    /// An answer to a request that came on this connection.
    synchronized void answered(int status) {
        if (status >= 400) {
            credit--;
        } else if (status >= 200) {
            credit = Math.min(perSecond, credit + 1);
        }
    }

    private synchronized boolean spent() {
        var now = System.nanoTime();
        credit = Math.min(perSecond, credit + (double) (now - since) * perSecond / SECOND);
        since = now;
        return credit <= 0;
    }

    /// Called by the reader between two messages; gives the readers of others their turn, and
    /// waits while this connection is ahead of what it may cost.
    void breathe(BooleanSupplier open) {
        Thread.yield();
        try {
            while (open.getAsBoolean() && (spent() || sink.waiting(id) >= AHEAD)) {
                Thread.sleep(BREATH);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
