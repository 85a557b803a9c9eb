package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;

/// The next place of a location, for a request that the last one did not serve (POL-23, EDG-32).
class NextTargetTest {
    private final JdkTls peer = new JdkTls("full.example", "gw.example", "full.example");
    private final JdkTls gateway = new JdkTls("gw.example", "gw.example", "full.example");
    private final List<Event> events = new CopyOnWriteArrayList<>();

    @Test
    void dialsThePlacesThatWereNotTriedByTlsUnderTheSameName() throws IOException {
        try (var one = new TestEdge(SipSamples.LIMITS, peer);
                var two = new TestEdge(SipSamples.LIMITS, peer);
                var dns = new TestDns(zone(one.listen().getPort(), two.listen().getPort()));
                var transport = transport(dns)) {
            var hop = new NextHop("full.example", "", 0);
            var first = sent(transport, "z1", new Target.Locate(hop));
            assertEquals(one.transport.addresses().getFirst(), first);
            var second = sent(transport, "z2", new Target.Another(hop, List.of(first)));
            assertEquals(two.transport.addresses().getFirst(), second);

            send(transport, "z3", new Target.Another(hop, List.of(first, second)));
            var failed = await(Event.SendFailed.class, "z3").reason();
            assertEquals(Reason.UNREACHABLE, failed);

            // The next request begins with the first place again.
            assertEquals(first, sent(transport, "z4", new Target.Locate(hop)));
            one.await(Event.RequestReceived.class, 2);
            two.await(Event.RequestReceived.class);
        }
    }

    private static String zone(int one, int two) {
        return "full IN NAPTR 1 1 \"s\" \"SIPS+D2T\" \"\" _s._tcp.full.example.\n"
                + "_s._tcp.full IN SRV 1 0 %d here.example.\n".formatted(one)
                + "_s._tcp.full IN SRV 2 0 %d here.example.\n".formatted(two)
                + "here IN A 127.0.0.1\n";
    }

    private SipTransport transport(TestDns dns) {
        var settings =
                new SipTransport.Settings(
                        SipSamples.LIMITS,
                        Duration.ofSeconds(3),
                        "gw.example",
                        "e2e-sec",
                        _ -> true,
                        _ -> Optional.empty(),
                        _ -> Side.OUTSIDE,
                        hop -> hop);
        return new SipTransport(
                settings,
                SipTransport.Protection.byTls(gateway),
                Locator.of(dns.address(), new Random(1)),
                events::add,
                InstantSource.system());
    }

    private static void send(SipTransport transport, String branch, Target target) {
        var key = new TransactionKey(branch, Method.OPTIONS);
        transport.sendRequest(new Effect.SendRequest(key, target, TestEdge.request()));
    }

    private InetSocketAddress sent(SipTransport transport, String branch, Target target) {
        send(transport, branch, target);
        return await(Event.RequestSent.class, branch).place().orElseThrow();
    }

    private <E extends Event> E await(Class<E> type, String branch) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                events.stream()
                                        .filter(type::isInstance)
                                        .filter(e -> e.toString().contains("branch=" + branch))
                                        .map(type::cast)
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}
