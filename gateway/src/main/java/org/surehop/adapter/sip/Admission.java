package org.surehop.adapter.sip;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.surehop.core.config.Limits;

/// Who may come in: at most so many connections in all and from one address, and so many
/// handshakes at once (EDG-23). One address can hold a quarter of the handshakes, so that a
/// crowd of half-open connections does not keep others out.
final class Admission {
    private final Limits limits;
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<InetAddress, Seat> seats = new ConcurrentHashMap<>();
    private final Semaphore handshakes;
    private final int handshakesPerAddress;

    Admission(Limits limits) {
        this.limits = limits;
        this.handshakes = new Semaphore(limits.handshakes());
        this.handshakesPerAddress = Math.max(1, limits.handshakes() / 4);
    }

    /// Takes a place, or says no. Each yes needs one [#leave].
    boolean enter(InetAddress address) {
        if (connections.incrementAndGet() > limits.connections()) {
            connections.decrementAndGet();
            return false;
        }
        var seat =
                seats.compute(
                        address,
                        (_, old) -> {
                            var one = old == null ? new Seat(handshakesPerAddress) : old;
                            one.wanted++;
                            return one;
                        });
        if (seat.taken.incrementAndGet() > limits.connectionsPerAddress()) {
            seat.taken.decrementAndGet();
            forget(address);
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave(InetAddress address) {
        var seat = seats.get(address);
        if (seat != null) {
            seat.taken.decrementAndGet();
        }
        forget(address);
        connections.decrementAndGet();
    }

    /// Waits for a turn to shake hands; false when none came in time.
    boolean beginHandshake(InetAddress address, Duration most) throws InterruptedException {
        var seat = seats.get(address);
        if (seat == null || !seat.handshakes.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        if (!handshakes.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
            seat.handshakes.release();
            return false;
        }
        return true;
    }

    void endHandshake(InetAddress address) {
        handshakes.release();
        var seat = seats.get(address);
        if (seat != null) {
            seat.handshakes.release();
        }
    }

    private void forget(InetAddress address) {
        seats.computeIfPresent(address, (_, seat) -> --seat.wanted == 0 ? null : seat);
    }

    /// The places of one address; `wanted` changes only within the map's own lock.
    private static final class Seat {
        private final AtomicInteger taken = new AtomicInteger();
        private final Semaphore handshakes;
        private int wanted;

        Seat(int handshakes) {
            this.handshakes = new Semaphore(handshakes);
        }
    }
}
