package org.surehop.runtime;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.surehop.core.gateway.Event;

/// What has happened and waits for the loop. What strangers can cause (messages, refusals at the
/// edge) is bounded; what our own work brings back is not refused, since it is bounded by the work
/// itself and its loss would leave a call hanging.
final class EventQueue {
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicInteger fromStrangers = new AtomicInteger();
    private final int limit;

    EventQueue(int limit) {
        this.limit = limit;
    }

    boolean offer(Event event) {
        if (!bounded(event)) {
            return events.add(event);
        }
        if (fromStrangers.incrementAndGet() > limit) {
            fromStrangers.decrementAndGet();
            return false;
        }
        return events.add(event);
    }

    private static boolean bounded(Event event) {
        return switch (event) {
            case Event.RequestReceived _, Event.ResponseReceived _, Event.EdgeRefused _ -> true;
            case Event.RequestSent _,
                    Event.SendFailed _,
                    Event.ResponseLost _,
                    Event.ConnectionClosed _,
                    Event.BodyOpened _,
                    Event.MessageRead _,
                    Event.LocationRead _,
                    Event.EntryKept _,
                    Event.EntryNotKept _,
                    Event.HopReportRead _,
                    Event.HopReportRefused _,
                    Event.HopReportMade _,
                    Event.BodySigned _,
                    Event.RuleSetApplied _,
                    Event.RuleSetFailed _,
                    Event.FlowsVanished _,
                    Event.DeadlineReached _,
                    Event.ConfigChanged _,
                    Event.StopRequested _ ->
                    false;
        };
    }

    /// The next event, or null when none comes in that time.
    @Nullable Event poll(long nanos) throws InterruptedException {
        var event = nanos <= 0 ? events.poll() : events.poll(nanos, TimeUnit.NANOSECONDS);
        if (event != null && bounded(event)) {
            fromStrangers.decrementAndGet();
        }
        return event;
    }

    int size() {
        return events.size();
    }
}
