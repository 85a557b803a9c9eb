package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.gateway.TransactionKey;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;

/// A transport on loopback whose events are kept.
final class TestEdge implements AutoCloseable {
    final List<Event> events = new CopyOnWriteArrayList<>();
    final SipTransport transport;
    volatile boolean full;
    volatile Optional<Peer> peer = Optional.empty();

    TestEdge(Limits limits, TlsPort tls) {
        this(limits, tls, Duration.ofSeconds(3));
    }

    TestEdge(Limits limits, TlsPort tls, Duration handshake) {
        this(limits, tls, handshake, Links.NONE);
    }

    TestEdge(Limits limits, TlsPort tls, Duration handshake, Links links) {
        var settings =
                new SipTransport.Settings(
                        limits,
                        handshake,
                        "gw.example",
                        "e2e-sec",
                        via -> via.host().equals("gw.example"),
                        _ -> peer,
                        _ -> Side.OUTSIDE,
                        hop -> hop);
        this.transport =
                new SipTransport(
                        settings,
                        new SipTransport.Protection(tls, links),
                        Locator.ofSystem(new Random(1)),
                        event -> !full && events.add(event),
                        InstantSource.system());
    }

    InetSocketAddress listen(String address, Listener.ClientCertificate wish) throws IOException {
        transport.start(List.of(new Listener("test", address, 0, Side.INSIDE, wish)));
        return transport.addresses().getFirst();
    }

    InetSocketAddress listen() throws IOException {
        return listen("127.0.0.1", Listener.ClientCertificate.OPTIONAL);
    }

    void send(String branch, String domain, InetSocketAddress to) {
        var hop = new NextHop(domain, to.getAddress().getHostAddress(), to.getPort());
        send(branch, new Target.Locate(hop));
    }

    void send(String branch, Target target) {
        var key = new TransactionKey(branch, Method.OPTIONS);
        transport.sendRequest(new Effect.SendRequest(key, target, request()));
    }

    static Request request() {
        var codec = new SipCodec(SipSamples.LIMITS, "gw.example");
        return ((Decoded.Request) codec.decode(SipSamples.options(1))).request();
    }

    <E extends Event> List<E> seen(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <E extends Event> E await(Class<E> type) {
        return await(type, 1).getLast();
    }

    <E extends Event> List<E> await(Class<E> type, int count) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> seen(type), list -> list.size() >= count);
    }

    boolean refused(Reason reason) {
        return seen(Event.EdgeRefused.class).stream().anyMatch(e -> e.reason() == reason);
    }

    void awaitRefusal(Reason reason) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> refused(reason));
    }

    /// Everything until the far end closes.
    static String rest(SSLSocket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes());
    }

    @Override
    public void close() {
        transport.close();
    }
}
