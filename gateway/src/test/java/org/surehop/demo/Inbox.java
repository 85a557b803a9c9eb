package org.surehop.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/// What a receiver has received, in order, with a way to wait for more. Keeps at most 1000.
final class Inbox<T> {
    private static final int KEPT = 1000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final List<Arrival<T>> arrivals = new ArrayList<>();

    /// One thing and when it came.
    record Arrival<T>(Instant at, T what) {}

    void add(T what) {
        lock.lock();
        try {
            if (arrivals.size() < KEPT) {
                arrivals.add(new Arrival<>(Instant.now(), what));
            }
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    List<T> all() {
        lock.lock();
        try {
            return arrivals.stream().map(Arrival::what).toList();
        } finally {
            lock.unlock();
        }
    }

    /// The first that fits, waiting for it if need be.
    Optional<T> await(Predicate<T> fits, Duration atMost) throws InterruptedException {
        var left = atMost.toNanos();
        var next = 0;
        lock.lockInterruptibly();
        try {
            while (true) {
                for (; next < arrivals.size(); next++) {
                    if (fits.test(arrivals.get(next).what())) {
                        return Optional.of(arrivals.get(next).what());
                    }
                }
                if (left <= 0) {
                    return Optional.empty();
                }
                left = news.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
