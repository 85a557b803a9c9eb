package org.surehop.runtime;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.surehop.core.gateway.Event;
import org.surehop.core.sip.ConnectionId;

/// What has happened and waits for the loop. What strangers can cause (messages, refusals at the
/// edge) is bounded; what our own work brings back is not refused, since it is bounded by the work
/// itself and its loss would leave a call hanging.
///
/// Our own work goes first: what was begun is ended before more is begun. After it the connections
/// have their turn, one event each and in the order of each, so that one that floods us makes no
/// other wait for more than one of its messages (R-SEC-7).
final class EventQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition something = lock.newCondition();
    private final ArrayDeque<Event> own = new ArrayDeque<>();
    private final Map<Optional<ConnectionId>, Lane> lanes = new HashMap<>();
    private final ArrayDeque<Lane> turns = new ArrayDeque<>();
    private final int limit;
    private int fromStrangers;
    private int size;

    /// What waits of one connection; of none, what the edge itself has refused and what
    /// agents ask.
    private record Lane(Optional<ConnectionId> connection, ArrayDeque<Event> events) {
        Lane(Optional<ConnectionId> connection) {
            this(connection, new ArrayDeque<>());
        }
    }

    EventQueue(int limit) {
        this.limit = limit;
    }

    boolean offer(Event event) {
        lock.lock();
        try {
            if (bounded(event)) {
                if (fromStrangers >= limit) {
                    return false;
                }
                fromStrangers++;
            }
            place(event);
            size++;
            something.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void place(Event event) {
        switch (event) {
            case Event.RequestReceived e -> wait(Optional.of(e.inbound().connection()), event);
            case Event.ResponseReceived e -> wait(Optional.of(e.inbound().connection()), event);
            // Behind what was received before the end.
            case Event.ConnectionClosed e -> wait(Optional.of(e.connection()), event);
            // Agents take their turn as the connections do.
            case Event.AgentRequested _ -> wait(Optional.empty(), event);
            case Event.EdgeRefused _ -> wait(Optional.empty(), event);
            case Event.RequestSent _,
                    Event.SendFailed _,
                    Event.ResponseLost _,
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
                    Event.AgentConnected _,
                    Event.AgentDisconnected _,
                    Event.DeadlineReached _,
                    Event.ConfigChanged _,
                    Event.StopRequested _ ->
                    own.add(event);
        }
    }

    private void wait(Optional<ConnectionId> connection, Event event) {
        var lane = lanes.computeIfAbsent(connection, Lane::new);
        if (lane.events().isEmpty()) {
            turns.add(lane);
        }
        lane.events().add(event);
    }

    private static boolean bounded(Event event) {
        return event instanceof Event.RequestReceived
                || event instanceof Event.ResponseReceived
                || event instanceof Event.AgentRequested
                || event instanceof Event.EdgeRefused;
    }

    /// The next event, or null when none comes in that time.
    @Nullable Event poll(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = nanos;
            while (size == 0) {
                if (left <= 0) {
                    return null;
                }
                left = something.awaitNanos(left);
            }
            return next();
        } finally {
            lock.unlock();
        }
    }

    private Event next() {
        size--;
        if (!own.isEmpty()) {
            return own.remove();
        }
        var lane = turns.remove();
        var event = lane.events().remove();
        if (lane.events().isEmpty()) {
            lanes.remove(lane.connection());
        } else {
            turns.add(lane);
        }
        if (bounded(event)) {
            fromStrangers--;
        }
        return event;
    }

    /// How many events of that connection wait.
    int of(ConnectionId connection) {
        lock.lock();
        try {
            var lane = lanes.get(Optional.of(connection));
            return lane == null ? 0 : lane.events().size();
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }
}
