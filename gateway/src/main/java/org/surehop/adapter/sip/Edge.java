package org.surehop.adapter.sip;

import java.time.Duration;
import java.time.InstantSource;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.report.Reason;

/// What every part of the transport shares. Any thread.
record Edge(
        SipTransport.Settings settings,
        TlsPort tls,
        Links links,
        EventSink sink,
        InstantSource clock,
        SipCodec codec,
        Watchdog watchdog,
        Tally tally) {
    private static final Duration STUBBORN = Duration.ofSeconds(30);

    /// Tells of something that must not be lost (an answer to an effect, an end). When the queue is
    /// full, a virtual thread tries again for a while; the caller never waits.
    void tell(Event event) {
        if (!sink.post(event)) {
            Thread.ofVirtual().name("sip-tell").start(() -> insist(event));
        }
    }

    /// The same for a virtual thread that may wait: what it tells stays in order.
    void insist(Event event) {
        if (sink.post(event)) {
            return;
        }
        var end = Watchdog.in(STUBBORN);
        try {
            while (end - System.nanoTime() > 0) {
                Thread.sleep(Duration.ofMillis(5));
                if (sink.post(event)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tally.add("events-lost");
    }

    /// A response that could be written nowhere (POL-25).
    void lost(Outgoing.OfResponse response) {
        tally.add("responses-dropped");
        tell(new Event.ResponseLost(clock.instant(), response.response(), response.assured()));
    }

    /// Counts and reports something that the edge refused by itself; under overload only counts.
    void refused(Reason reason, String peer, String detail) {
        tally.add("refused." + reason.wireName());
        sink.post(new Event.EdgeRefused(clock.instant(), reason, peer, detail));
    }
}
