package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.sip.ConnectionId;

/// How fast one connection is read (R-SEC-7).
class PaceTest {
    private static final int LOOKS = 5;

    private final AtomicInteger waiting = new AtomicInteger();
    private final EventSink sink =
            new EventSink() {
                @Override
                public boolean post(Event event) {
                    return true;
                }

                @Override
                public int waiting(ConnectionId connection) {
                    return waiting.get();
                }
            };

    /// How often a reader looked whether it may go on; it loses its connection in the end.
    private static int looks(Pace pace) {
        var looks = new AtomicInteger();
        pace.breathe(() -> looks.incrementAndGet() < LOOKS);
        return looks.get();
    }

    private Pace pace(int perSecond) {
        return new Pace(new ConnectionId(1), sink, perSecond);
    }

    @Test
    void readsOnAsLongAsRefusalsAreFew() {
        var pace = pace(10);
        for (int i = 0; i < 9; i++) {
            pace.answered(407);
        }
        assertEquals(1, looks(pace));
    }

    @Test
    void waitsWhereRefusalsAreMany() {
        var pace = pace(10);
        for (int i = 0; i < 12; i++) {
            pace.answered(407);
        }
        assertEquals(LOOKS, looks(pace));
    }

    /// Each request of a phone is asked for credentials first: half of all answers are refusals.
    @Test
    void weighsRefusalsAgainstSuccesses() {
        var pace = pace(10);
        for (int i = 0; i < 1_000; i++) {
            pace.answered(407);
            pace.answered(100);
            pace.answered(200);
        }
        assertEquals(1, looks(pace));
    }

    @Test
    void waitsWhileTheOwnMessagesAreNotLookedAt() {
        var pace = pace(10);
        waiting.set(Pace.AHEAD - 1);
        assertEquals(1, looks(pace));
        waiting.set(Pace.AHEAD);
        assertEquals(LOOKS, looks(pace));
    }
}
