package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Limits;
import org.surehop.core.config.Listener;
import org.surehop.core.config.Peer;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.EventSink;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Hop;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;
import org.surehop.core.sip.Via;

/// SIP over TLS connections of our own, over TCP on IPsec links that are declared (POL-80), and
/// over plain TCP where a listener says so (POL-28): the events and effects of
/// [org.surehop.core.gateway] on one side, sockets on the other. The three effect methods may
/// be called from any thread and return at once; what they did comes back as an event. A
/// request to one of our own addresses is nothing special: it goes through a socket, TLS and
/// the name check like any other.
public final class SipTransport implements AutoCloseable {

    /// What the transport must know of the configuration. `optionTag` marks what never leaves in
    /// clear; `ours` says whether a response's top Via is one that we wrote; `peers` finds the
    /// configured peer of a domain; `side` the side of the border that a dialled domain stands on;
    /// `known` how a hop that a message names is dialled if it is a peer.
    public record Settings(
            Limits limits,
            Duration handshakeTimeout,
            String warnAgent,
            String optionTag,
            Predicate<Via> ours,
            Function<String, Optional<Peer>> peers,
            Function<String, Side> side,
            UnaryOperator<NextHop> known) {

        /// As the gateway runs: one public name and port, the configured peers and routes.
        public static Settings of(GatewayConfig config) {
            var self = config.gateway().hop();
            return new Settings(
                    config.limits(),
                    config.tls().handshakeTimeout(),
                    config.gateway().name(),
                    config.assurance().optionTag(),
                    via -> Hop.of(via.host(), via.port()).equals(self),
                    domain -> config.peerFor(List.of(domain)),
                    domain -> side(config, domain),
                    config::known);
        }

        private static Side side(GatewayConfig config, String domain) {
            var peer = config.peerFor(List.of(domain)).map(Peer::name).orElse("dns");
            return config.routes().stream()
                    .filter(r -> r.to().equals(peer))
                    .filter(r -> !r.byDns() || r.matches(domain))
                    .findFirst()
                    .map(org.surehop.core.config.Route::side)
                    .orElse(Side.OUTSIDE);
        }

        /// Unknown peers are shown our certificate when they ask for one.
        boolean presentCertificate(String domain) {
            return peers.apply(domain).map(Peer::presentCertificate).orElse(true);
        }
    }

    /// What secures a connection: TLS, and IPsec links if any are declared.
    public record Protection(TlsPort tls, Links links) {
        public static Protection byTls(TlsPort tls) {
            return new Protection(tls, Links.NONE);
        }
    }

    private final Edge edge;
    private final Admission admission;
    private final Outlets outlets;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<ConnectionId, Connection> connections = new ConcurrentHashMap<>();
    private final List<Acceptor> acceptors = new ArrayList<>();
    private volatile boolean stopped;

    public SipTransport(
            Settings settings,
            Protection protection,
            Locator locator,
            EventSink sink,
            InstantSource clock) {
        this.edge =
                new Edge(
                        settings,
                        protection.tls(),
                        protection.links(),
                        sink,
                        clock,
                        new SipCodec(settings.limits(), settings.warnAgent()),
                        new Watchdog(),
                        new Tally());
        this.admission = new Admission(settings.limits());
        this.outlets = new Outlets(locator, edge, this::dialled);
        edge.watchdog().start();
    }

    /// Begins to listen on all of them, or on none. The exception names the listener at fault.
    public void start(List<Listener> listeners) throws IOException {
        try {
            for (var listener : listeners) {
                acceptors.add(
                        new Acceptor(
                                listener,
                                edge,
                                admission,
                                (channel, leave) -> accepted(channel, listener, leave)));
            }
        } catch (IOException e) {
            acceptors.forEach(Acceptor::stop);
            acceptors.clear();
            throw e;
        }
        acceptors.forEach(Acceptor::start);
    }

    /// Where each listener listens, in the order given (port 0 has become a real one).
    public List<InetSocketAddress> addresses() {
        return acceptors.stream().map(Acceptor::address).toList();
    }

    /// Takes no more connections, lets each one write what is queued, and ends it within a second
    /// or so.
    public void stop() {
        stopped = true;
        acceptors.forEach(Acceptor::stop);
        connections.values().forEach(Connection::finish);
        var end = Watchdog.in(Duration.ofSeconds(2));
        try {
            while (!connections.isEmpty() && end - System.nanoTime() > 0) {
                Thread.sleep(Duration.ofMillis(10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.values().forEach(Connection::close);
        edge.watchdog().stop();
    }

    @Override
    public void close() {
        stop();
    }

    /// Handler of [Effect.SendRequest]; answered by one `RequestSent` or `SendFailed`.
    public void sendRequest(Effect.SendRequest effect) {
        var request = new Outgoing.OfRequest(effect.key(), effect.request());
        switch (effect.target()) {
            case Target.Locate(var hop) -> outlets.send(hop, request);
            case Target.Another(var hop, var tried) ->
                    outlets.send(hop, Set.copyOf(tried), request);
            case Target.Flow(var id) -> onFlow(id, request, Optional.empty());
            case Target.FlowElse(var id, var hop) -> onFlow(id, request, Optional.of(hop));
        }
    }

    /// Handler of [Effect.SendResponse]: back on the connection, else by TLS to where the request
    /// says that it came from, else nowhere (POL-25).
    public void sendResponse(Effect.SendResponse effect) {
        var connection = connections.get(effect.connection());
        var message = new Outgoing.OfResponse(effect.response(), effect.assured());
        var taken = connection == null ? Connection.Taken.CLOSED : connection.send(message);
        switch (taken) {
            case YES -> {}
            case FULL -> edge.lost(message);
            case CLOSED ->
                    ReturnPath.of(effect.response())
                            .map(edge.settings().known())
                            .ifPresentOrElse(
                                    hop -> outlets.send(hop, message), () -> edge.lost(message));
        }
    }

    /// Handler of [Effect.CloseConnection].
    public void closeConnection(Effect.CloseConnection effect) {
        var connection = connections.get(effect.connection());
        if (connection != null) {
            connection.finish();
        }
    }

    /// Counters by name, for example `refused.framing`, `responses-dropped`, `keep-alives`.
    public Map<String, Long> counters() {
        return edge.tally().read();
    }

    private void onFlow(ConnectionId id, Outgoing.OfRequest request, Optional<NextHop> orElse) {
        var connection = connections.get(id);
        var taken = connection == null ? Connection.Taken.CLOSED : connection.send(request);
        switch (taken) {
            case YES -> {}
            case FULL -> outlets.failed(request, Reason.CONGESTION, "the peer does not read");
            case CLOSED -> {
                if (orElse.isPresent()) {
                    outlets.send(orElse.get(), request);
                } else {
                    outlets.failed(request, Reason.CONNECTION_LOST, "the connection is gone");
                }
            }
        }
    }

    private void accepted(Channel channel, Listener listener, Runnable leave) {
        open(channel, listener.side(), listener.name(), leave);
        edge.tally().add("accepted");
    }

    private Connection dialled(SecureChannel channel, String domain) {
        edge.tally().add("dialled");
        return open(channel, edge.settings().side().apply(domain), "", () -> {});
    }

    private Connection open(Channel channel, Side side, String listener, Runnable leave) {
        var id = new ConnectionId(lastId.incrementAndGet());
        var connection =
                new Connection(
                        new Inbound(id, channel.security(), channel.remote(), side, listener),
                        channel,
                        edge,
                        closed -> {
                            connections.remove(id);
                            outlets.forget(closed);
                            leave.run();
                        });
        connections.put(id, connection);
        connection.start();
        if (stopped) {
            connection.close();
        }
        return connection;
    }
}
