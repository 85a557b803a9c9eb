package org.surehop.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.CSeq;
import org.surehop.core.sip.CallId;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// Whose turn it is in the queue of the loop (R-SEC-7).
class EventQueueTest {
    private static final Instant NOW = Instant.EPOCH;

    private final EventQueue queue = new EventQueue(100);

    private static Event request(long connection, int number) {
        var uri = new SipUri("sip:bob@b.example", "sip", "bob", "b.example", 0, "");
        var party = new NameAddr("<sip:bob@b.example>;tag=1", uri, "1");
        var via = new Via("SIP/2.0/TLS a.example;branch=z9hG4bK1", "TLS", "a.example", 0, "1");
        var request =
                new Request(
                        Method.OPTIONS,
                        uri,
                        new CallId("c"),
                        party,
                        party,
                        new CSeq(number, Method.OPTIONS),
                        List.of(via),
                        OptionalInt.of(70),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Body.NONE);
        var from = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5061);
        var inbound =
                new Inbound(
                        new ConnectionId(connection),
                        new ChannelSecurity.Clear(),
                        from,
                        Side.INSIDE);
        return new Event.RequestReceived(NOW, inbound, request);
    }

    private List<String> all() throws InterruptedException {
        var seen = new ArrayList<String>();
        for (var event = queue.poll(0); event != null; event = queue.poll(0)) {
            seen.add(
                    switch (event) {
                        case Event.RequestReceived(_, var in, var request) ->
                                in.connection().value() + ":" + request.cseq().number();
                        case Event.ConnectionClosed(_, var id) -> id.value() + ":end";
                        default -> "own";
                    });
        }
        return seen;
    }

    /// A connection that sent a thousand messages made every other wait for all of them.
    @Test
    void aFloodMakesOthersWaitForOneOfItsMessages() throws InterruptedException {
        for (int i = 1; i <= 50; i++) {
            queue.offer(request(1, i));
        }
        queue.offer(request(2, 1));
        queue.offer(request(2, 2));
        queue.offer(request(3, 1));
        assertEquals(List.of("1:1", "2:1", "3:1", "1:2", "2:2", "1:3", "1:4"), all().subList(0, 7));
    }

    @Test
    void keepsTheOrderOfOneConnectionAndItsEndLast() throws InterruptedException {
        queue.offer(request(1, 1));
        queue.offer(request(1, 2));
        queue.offer(new Event.ConnectionClosed(NOW, new ConnectionId(1)));
        queue.offer(request(2, 1));
        assertEquals(List.of("1:1", "2:1", "1:2", "1:end"), all());
    }

    @Test
    void whatWasBegunGoesFirst() throws InterruptedException {
        queue.offer(request(1, 1));
        queue.offer(new Event.StopRequested(NOW));
        assertEquals(List.of("own", "1:1"), all());
    }

    @Test
    void strangersAreBoundedAndOurOwnWorkIsNot() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            assertTrue(queue.offer(request(i % 3, i)));
        }
        assertFalse(queue.offer(request(7, 1)));
        assertFalse(queue.offer(new Event.EdgeRefused(NOW, Reason.MALFORMED, "", "")));
        assertTrue(queue.offer(new Event.StopRequested(NOW)));
        assertEquals(101, queue.size());
        assertInstanceOf(Event.StopRequested.class, queue.poll(0));
        assertFalse(queue.offer(request(7, 1)));
        assertInstanceOf(Event.RequestReceived.class, queue.poll(0));
        assertTrue(queue.offer(request(7, 1)));
    }

    @Test
    void tellsHowMuchOfAConnectionWaits() throws InterruptedException {
        queue.offer(request(1, 1));
        queue.offer(request(1, 2));
        assertEquals(2, queue.of(new ConnectionId(1)));
        assertEquals(0, queue.of(new ConnectionId(2)));
        queue.poll(0);
        queue.poll(0);
        assertEquals(0, queue.of(new ConnectionId(1)));
        assertNull(queue.poll(Duration.ofMillis(1).toNanos()));
    }
}
