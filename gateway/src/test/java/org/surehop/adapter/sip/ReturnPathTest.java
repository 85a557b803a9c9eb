package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Via;

/// POL-25: where a response goes when its connection is gone, and where it never goes.
class ReturnPathTest {
    private static final ConnectionId GONE = new ConnectionId(4711);

    @Test
    void dialsWhereTheRequestCameFromAndAsksForTheNameOfTheSentBy() {
        var via = via("SIP/2.0/TLS peer.example:5071;branch=z9hG4bK1;received=192.0.2.7", "TLS");
        assertEquals(
                Optional.of(new NextHop("peer.example", "192.0.2.7", 5071)),
                ReturnPath.of(Overload.answer(request(via))));
    }

    @Test
    void givesNothingBackToWhoCameInClear() {
        var via = via("SIP/2.0/TCP peer.example:5071;branch=z9hG4bK1", "TCP");
        assertEquals(Optional.empty(), ReturnPath.of(Overload.answer(request(via))));
    }

    /// A caller could name anybody in its Via and go away: whoever answers there must prove that
    /// name, or the response is lost.
    @Test
    void losesAResponseRatherThanGiveItToAnotherName() throws Exception {
        var port = new JdkTls("gw.example", "gw.example", "peer.example");
        try (var edge = new TestEdge(SipSamples.LIMITS, port);
                var other =
                        new TestEdge(
                                SipSamples.LIMITS,
                                new JdkTls("peer.example", "gw.example", "peer.example"))) {
            var at = other.listen().getPort();
            edge.transport.sendResponse(effect("someone.example", at));
            var lost = edge.await(Event.ResponseLost.class);
            assertEquals(true, lost.assured());
            edge.awaitRefusal(Reason.WRONG_NAME);
            edge.transport.sendResponse(effect("peer.example", at));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> other.transport.counters().containsKey("responses-not-ours"));
            assertEquals(1, edge.seen(Event.ResponseLost.class).size());
        }
    }

    private static Effect.SendResponse effect(String sentBy, int port) {
        var text = "SIP/2.0/TLS " + sentBy + ":" + port + ";branch=z9hG4bK1;received=127.0.0.1";
        var via = new Via(text, "TLS", sentBy, port, "z9hG4bK1");
        return new Effect.SendResponse(GONE, Overload.answer(request(via)), true);
    }

    private static org.surehop.core.sip.Request request(Via via) {
        return TestEdge.request().toBuilder().vias(List.of(via)).build();
    }

    private static Via via(String text, String transport) {
        return new Via(text, transport, "peer.example", 5071, "z9hG4bK1");
    }
}
