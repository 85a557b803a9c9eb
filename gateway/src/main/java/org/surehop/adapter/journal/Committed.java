package org.surehop.adapter.journal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The number of the last entry that is safe on disk: the writer moves it, the pumps wait for it.
final class Committed {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private volatile long last;

    Committed(long last) {
        this.last = last;
    }

    long last() {
        return last;
    }

    void moveTo(long seq) {
        last = seq;
    }

    void wake() {
        lock.lock();
        try {
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until an entry after `seq` is committed, or the time is over.
    void awaitAfter(long seq, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            var left = atMost.toNanos();
            while (last <= seq && left > 0) {
                left = grown.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
