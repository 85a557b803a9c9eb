package org.surehop.app.ua;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets Ctrl-C and SIGTERM end a call in good order: the signal stops the line, and the process
/// waits a moment until [#close] says that all is done.
final class Stopping implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch done = new CountDownLatch(1);

    private Stopping() {}

    static Stopping of(SipLine line) {
        var stopping = new Stopping();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopping.onSignal(line), "stopping"));
        return stopping;
    }

    private void onSignal(SipLine line) {
        if (done.getCount() == 0) {
            return;
        }
        line.stop();
        try {
            var _ = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
    }
}
