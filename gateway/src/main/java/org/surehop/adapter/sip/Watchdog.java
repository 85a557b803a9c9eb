package org.surehop.adapter.sip;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends what takes too long. Its own virtual thread looks at every guarded thing often, because a
/// socket timeout begins anew with each octet that a slow-loris sends and does not bound a write.
final class Watchdog {
    /// Something with a deadline.
    interface Guarded {
        /// In the clock of `System.nanoTime`; [#NEVER] when there is none now.
        long deadline();

        /// Called once the deadline has passed, perhaps again until it is no longer guarded.
        void expired();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    static final long NEVER = Long.MAX_VALUE;
    private static final Duration TICK = Duration.ofMillis(50);

    private final Set<Guarded> guarded = ConcurrentHashMap.newKeySet();
    private volatile boolean running = true;

    void start() {
        Thread.ofVirtual().name("sip-watchdog").start(this::run);
    }

    void stop() {
        running = false;
    }

    void guard(Guarded one) {
        guarded.add(one);
    }

    void release(Guarded one) {
        guarded.remove(one);
    }

    static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private void run() {
        try {
            while (running) {
                Thread.sleep(TICK);
                var now = System.nanoTime();
                for (var one : guarded) {
                    var deadline = one.deadline();
                    if (deadline != NEVER && deadline - now < 0) {
                        end(one);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// One that fails to end must not take the watch over all others with it.
    private void end(Guarded one) {
        try {
            one.expired();
        } catch (RuntimeException e) {
            LOG.error("ending what took too long failed", e);
            release(one);
        }
    }
}
