package org.surehop.adapter.sip;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.NextHop;

/// The ways out: one per next hop, each with a live connection or with requests that wait, in
/// order, while it is dialled. Called by the loop thread and by dialling threads; the lock is held
/// only for moments.
final class Outlets {
    /// Makes and starts a connection of a dialled channel.
    interface Opener {
        Connection open(SecureChannel channel, String domain);
    }

    private final Object lock = new Object();
    private final Map<Way, Outlet> outlets = new HashMap<>();
    private final Map<Connection, Dialled> dialled = new HashMap<>();
    private final Dialler dialler;
    private final Edge edge;
    private final Opener opener;
    private int dialling;

    Outlets(Locator locator, Edge edge, Opener opener) {
        this.dialler = new Dialler(locator, edge);
        this.edge = edge;
        this.opener = opener;
    }

    /// Queues the message on the connection for the hop, dialling it first if need be.
    void send(NextHop where, Outgoing.Message request) {
        send(where, Set.of(), request);
    }

    /// The same at none of the places `tried`.
    void send(NextHop where, Set<InetSocketAddress> tried, Outgoing.Message request) {
        var way =
                new Way(
                        new NextHop(
                                where.domain().toLowerCase(Locale.ROOT),
                                where.address().toLowerCase(Locale.ROOT),
                                where.port()),
                        tried);
        Reason refused;
        synchronized (lock) {
            refused = queue(way, request);
        }
        if (refused != Reason.NONE) {
            failed(request, refused, "too much waits for this hop");
        }
    }

    private Reason queue(Way way, Outgoing.Message request) {
        var limits = edge.settings().limits();
        var outlet = outlets.get(way);
        if (outlet != null && outlet.live != null) {
            switch (give(outlet.live, request)) {
                case YES -> {
                    return Reason.NONE;
                }
                case FULL -> {
                    return Reason.CONGESTION;
                }
                case CLOSED -> {
                    outlets.remove(way);
                    outlet = null;
                }
            }
        }
        if (outlet == null) {
            if (dialling >= limits.handshakes() || outlets.size() >= limits.connections()) {
                return Reason.CONGESTION;
            }
            outlet = new Outlet();
            outlets.put(way, outlet);
            dialling++;
            var opening = outlet;
            Thread.ofVirtual().name("sip-dial").start(() -> dial(way, opening));
        }
        if (outlet.waiting.size() >= limits.writeQueue()) {
            return Reason.CONGESTION;
        }
        outlet.waiting.add(request);
        return Reason.NONE;
    }

    private void dial(Way way, Outlet outlet) {
        try {
            var connection =
                    dialler.dial(
                            way.hop(),
                            way.tried(),
                            address -> reusable(way.hop(), address),
                            (channel, address) -> opened(way.hop(), channel, address));
            attach(way, outlet, connection);
        } catch (TlsChannel.Refused refused) {
            var reason = Dialler.cause(refused.reason());
            var detail =
                    reason == refused.reason()
                            ? refused.why()
                            : refused.reason().wireName() + ": " + refused.why();
            abandon(way, outlet, reason, detail);
        } catch (RuntimeException e) {
            abandon(way, outlet, Reason.INTERNAL, "dialling failed");
            throw e;
        }
    }

    private Connection opened(NextHop hop, SecureChannel channel, InetSocketAddress address) {
        var present = edge.settings().presentCertificate(hop.domain());
        var connection = opener.open(channel, hop.domain());
        synchronized (lock) {
            dialled.put(connection, new Dialled(address, present));
        }
        if (!connection.open()) {
            forget(connection);
        }
        return connection;
    }

    /// EDG-13: another domain at the same place may share the connection only if the leaf that was
    /// shown there is good for it, and we showed the same of ours.
    private Optional<Connection> reusable(NextHop hop, InetSocketAddress address) {
        var wanted = new Dialled(address, edge.settings().presentCertificate(hop.domain()));
        synchronized (lock) {
            return dialled.entrySet().stream()
                    .filter(e -> e.getValue().equals(wanted) && e.getKey().open())
                    .map(Map.Entry::getKey)
                    .filter(c -> good(c, hop))
                    .findFirst();
        }
    }

    private boolean good(Connection connection, NextHop hop) {
        var link = edge.links().to(hop.domain());
        return switch (connection.channel()) {
            case TlsChannel tls ->
                    link.isEmpty()
                            && tls.leaf()
                                    .map(l -> edge.tls().matches(l, hop.domain()))
                                    .orElse(false);
            case IpsecChannel ipsec -> link.filter(ipsec::of).isPresent();
            case TcpChannel _ -> false;
        };
    }

    private void attach(Way way, Outlet outlet, Connection connection) {
        var left = new ArrayDeque<Outgoing.Message>();
        synchronized (lock) {
            dialling--;
            outlet.live = connection;
            while (!outlet.waiting.isEmpty()) {
                var request = outlet.waiting.remove();
                if (give(connection, request) != Connection.Taken.YES) {
                    left.add(request);
                }
            }
            if (!connection.open()) {
                outlets.remove(way, outlet);
            }
        }
        left.forEach(r -> failed(r, Reason.CONNECTION_LOST, "the connection closed"));
    }

    private void abandon(Way way, Outlet outlet, Reason reason, String detail) {
        Deque<Outgoing.Message> left;
        synchronized (lock) {
            dialling--;
            outlets.remove(way, outlet);
            left = new ArrayDeque<>(outlet.waiting);
            outlet.waiting.clear();
        }
        left.forEach(r -> failed(r, reason, detail));
    }

    private static Connection.Taken give(Connection connection, Outgoing.Message message) {
        return switch (message) {
            case Outgoing.OfRequest request -> connection.send(request);
            case Outgoing.OfResponse response -> connection.send(response);
        };
    }

    /// A connection has closed: no request finds it again.
    void forget(Connection connection) {
        synchronized (lock) {
            dialled.remove(connection);
            outlets.values().removeIf(outlet -> outlet.live == connection);
        }
    }

    void failed(Outgoing.Message message, Reason reason, String detail) {
        var at = edge.clock().instant();
        switch (message) {
            case Outgoing.OfRequest(var key, _) ->
                    edge.tell(new Event.SendFailed(at, key, reason, detail));
            case Outgoing.OfResponse response -> edge.lost(response);
        }
    }

    /// A next hop, and the places of it that have failed a request.
    private record Way(NextHop hop, Set<InetSocketAddress> tried) {}

    private static final class Outlet {
        private final Deque<Outgoing.Message> waiting = new ArrayDeque<>();
        private @Nullable Connection live;
    }

    /// Where a connection was dialled, and whether we showed our certificate.
    private record Dialled(InetSocketAddress address, boolean presented) {}
}
