package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.assurance.E2eSec;
import org.surehop.core.config.Listener;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;

/// POL-21, POL-28: a listener in clear hears callers out, and nothing e2e-sec goes back to them.
class TcpListenerTest {
    private static final Listener CLEAR =
            new Listener(
                    "clear",
                    "127.0.0.1",
                    0,
                    Side.INSIDE,
                    Listener.Transport.TCP,
                    Listener.ClientCertificate.NONE);

    @Test
    void saysOfARequestInClearThatItCameInClear() throws Exception {
        try (var edge = new TestEdge(SipSamples.LIMITS, new JdkTls("gw.example", "gw.example"));
                var caller = call(edge)) {
            var came = edge.await(Event.RequestReceived.class);
            assertInstanceOf(ChannelSecurity.Clear.class, came.inbound().security());
            assertEquals(caller.getLocalPort(), came.inbound().remote().getPort());
        }
    }

    @Test
    void writesNoOctetOfAnAssuredRequestInClear() throws Exception {
        try (var edge = new TestEdge(SipSamples.LIMITS, new JdkTls("gw.example", "gw.example"));
                var caller = call(edge)) {
            var flow = edge.await(Event.RequestReceived.class).inbound().connection();
            send(edge, "z9hG4bK-assured", flow, true);
            var failed = edge.await(Event.SendFailed.class);
            assertEquals("z9hG4bK-assured", failed.key().branch());
            assertEquals(Reason.CONNECTION_LOST, failed.reason());
            send(edge, "z9hG4bK-plain", flow, false);
            assertEquals("z9hG4bK-plain", edge.await(Event.RequestSent.class).key().branch());
            edge.transport.closeConnection(new Effect.CloseConnection(flow));
            caller.shutdownOutput();
            var heard = new String(caller.getInputStream().readAllBytes());
            assertTrue(heard.startsWith("OPTIONS "), heard);
            assertEquals(1, heard.split("OPTIONS sip:", -1).length - 1, heard);
            assertEquals(List.of(), heard.lines().filter(l -> l.contains("e2e-sec")).toList());
        }
    }

    private static void send(
            TestEdge edge, String branch, org.surehop.core.sip.ConnectionId flow, boolean assured) {
        var request = TestEdge.request();
        var key = new TransactionKey(branch, request.method());
        var out = assured ? E2eSec.demand(request, "E2E-sec") : request;
        edge.transport.sendRequest(new Effect.SendRequest(key, new Target.Flow(flow), out));
    }

    private static Socket call(TestEdge edge) throws Exception {
        edge.transport.start(List.of(CLEAR));
        var caller = new Socket("127.0.0.1", edge.transport.addresses().getFirst().getPort());
        caller.setSoTimeout(10_000);
        caller.getOutputStream().write(SipSamples.options(1));
        caller.getOutputStream().flush();
        return caller;
    }
}
