package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
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

/// RFC 3263 against a name server of our own (EDG-30, EDG-31, POL-20).
class LocatorTest {
    private static final String ZONE =
            """
            full IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.full.example.
            full IN NAPTR 20 10 "s" "SIPS+D2T" "" _secure._tcp.full.example.
            full IN NAPTR 15 10 "s" "SIP+D2T" "" _sip._tcp.full.example.
            _secure._tcp.full IN SRV 10 0 5071 a.example.
            _secure._tcp.full IN SRV 20 0 5072 b.example.
            _sip._udp.full IN SRV 1 0 5060 c.example.
            _sips._tcp.full IN SRV 1 0 5999 c.example.
            clear IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.clear.example.
            clear IN NAPTR 10 20 "s" "SIP+D2T" "" _sip._tcp.clear.example.
            _sip._tcp.clear IN SRV 1 0 5060 c.example.
            _sips._tcp.clear IN SRV 1 0 5061 c.example.
            clear IN A 192.0.2.9
            service IN A 192.0.2.8
            _sips._tcp.service IN SRV 10 0 5073 a.example.
            _sip._tcp.service IN SRV 10 0 5060 c.example.
            plain IN A 192.0.2.7
            plain IN AAAA 2001:db8::7
            alias IN CNAME plain.example.
            weighed IN TXT "x"
            _sips._tcp.weighed IN SRV 10 1 5061 a.example.
            _sips._tcp.weighed IN SRV 10 9 5061 b.example.
            withdrawn IN TXT "x"
            _sips._tcp.withdrawn IN SRV 0 0 0 .
            a IN A 192.0.2.1
            b IN A 192.0.2.2
            c IN A 192.0.2.3
            """;

    @Test
    void keepsOnlyTlsOfNaptr() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            assertEquals(
                    List.of("/192.0.2.1:5071", "/192.0.2.2:5072"),
                    locate(dns, new NextHop("full.example", "", 0)));
            assertTrue(dns.questions.stream().noneMatch(q -> q.startsWith("_sip._")));
        }
    }

    /// Falling back to SRV or to an address here would be a way round the domain's own statement.
    @Test
    void findsNoTargetWhereNaptrOffersNoTls() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            var nowhere = nowhere(dns, new NextHop("clear.example", "", 0));
            assertEquals(Reason.NO_TLS_TARGET, nowhere.reason());
        }
    }

    @Test
    void asksForSipsServiceWithoutNaptr() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            assertEquals(
                    List.of("/192.0.2.1:5073"), locate(dns, new NextHop("service.example", "", 0)));
            assertTrue(dns.questions.stream().noneMatch(q -> q.startsWith("_sip._")));
        }
    }

    @Test
    void fallsBackToAddressesOnTheTlsPort() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            var both = List.of("/192.0.2.7:5061", "/[2001:db8:0:0:0:0:0:7]:5061");
            assertEquals(both, locate(dns, new NextHop("plain.example", "", 0)));
            assertEquals(both, locate(dns, new NextHop("alias.example", "", 0)));
        }
    }

    @Test
    void asksOnlyForAddressesWhenAPortIsGiven() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            assertEquals(
                    List.of("/192.0.2.8:5090"),
                    locate(dns, new NextHop("service.example", "", 5090)));
            assertEquals(
                    Set.of("service.example. A", "service.example. AAAA"),
                    new HashSet<>(dns.questions));
        }
    }

    @Test
    void asksNothingForNumbers() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            assertEquals(
                    List.of("/192.0.2.4:5061"),
                    locate(dns, new NextHop("x.example", "192.0.2.4", 0)));
            assertEquals(
                    List.of("/[2001:db8:0:0:0:0:0:4]:5070"),
                    locate(dns, new NextHop("[2001:db8::4]", "", 5070)));
            assertTrue(dns.questions.isEmpty());
        }
    }

    @Test
    void drawsByWeight() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            var random = new Random(7);
            var locator = Locator.of(dns.address(), random);
            var heavy = 0;
            for (int i = 0; i < 300; i++) {
                var targets =
                        (Located.Targets) locator.locate(new NextHop("weighed.example", "", 0));
                assertEquals(2, targets.addresses().size());
                heavy += targets.addresses().getFirst().toString().contains(".2:") ? 1 : 0;
            }
            // Weights 1 and 9 with the draw of RFC 2782: 0 to 10 inclusive, so 9 of 11.
            assertTrue(heavy > 220 && heavy < 270, "heavy first: " + heavy);
        }
    }

    @Test
    void saysUnreachableForNamesThatDoNotExist() throws IOException {
        try (var dns = new TestDns(ZONE)) {
            assertEquals(
                    Reason.UNREACHABLE, nowhere(dns, new NextHop("no.example", "", 0)).reason());
            assertEquals(
                    Reason.UNREACHABLE,
                    nowhere(dns, new NextHop("withdrawn.example", "", 0)).reason());
        }
    }

    /// POL-23: the next target of the same domain, still by TLS and still under the domain's name.
    @Test
    void failsOverToTheNextTlsTarget() throws IOException {
        var peer = new JdkTls("full.example", "gw.example", "full.example");
        var gateway = new JdkTls("gw.example", "gw.example", "full.example");
        int dead;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = socket.getLocalPort();
        }
        var events = new CopyOnWriteArrayList<Event>();
        try (var far = new TestEdge(SipSamples.LIMITS, peer)) {
            var live = far.listen().getPort();
            var zone =
                    "full IN NAPTR 1 1 \"s\" \"SIPS+D2T\" \"\" _s._tcp.full.example.\n"
                            + "_s._tcp.full IN SRV 1 0 "
                            + dead
                            + " here.example.\n"
                            + "_s._tcp.full IN SRV 2 0 "
                            + live
                            + " here.example.\n"
                            + "here IN A 127.0.0.1\n";
            var settings =
                    new SipTransport.Settings(
                            SipSamples.LIMITS,
                            java.time.Duration.ofSeconds(3),
                            "gw.example",
                            "e2e-sec",
                            _ -> true,
                            _ -> Optional.empty(),
                            _ -> Side.OUTSIDE,
                            hop -> hop);
            try (var dns = new TestDns(zone);
                    var transport =
                            new SipTransport(
                                    settings,
                                    SipTransport.Protection.byTls(gateway),
                                    Locator.of(dns.address(), new Random(1)),
                                    events::add,
                                    InstantSource.system())) {
                transport.sendRequest(
                        new Effect.SendRequest(
                                new TransactionKey("z1", Method.OPTIONS),
                                new Target.Locate(new NextHop("full.example", "", 0)),
                                TestEdge.request()));
                Awaitility.await()
                        .until(() -> events.stream().anyMatch(Event.RequestSent.class::isInstance));
                far.await(Event.RequestReceived.class);
            }
        }
    }

    private static List<String> locate(TestDns dns, NextHop hop) {
        var located = Locator.of(dns.address(), new Random(1)).locate(hop);
        return assertInstanceOf(Located.Targets.class, located).addresses().stream()
                .map(Object::toString)
                .map(text -> text.substring(text.indexOf('/')))
                .toList();
    }

    private static Located.Nowhere nowhere(TestDns dns, NextHop hop) {
        var located = Locator.of(dns.address(), new Random(1)).locate(hop);
        return assertInstanceOf(Located.Nowhere.class, located);
    }
}
