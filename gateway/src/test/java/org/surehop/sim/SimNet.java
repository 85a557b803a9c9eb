package org.surehop.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.surehop.core.gateway.Effect;
import org.surehop.core.gateway.Event;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.Target;

/// All neighbours and connections: what the SIP edge does, in virtual time.
final class SimNet {
    final World world;
    final SimSettings settings;
    final SimCms cms;
    final List<SimPeer> inside = new ArrayList<>();
    final List<SimPeer> outside = new ArrayList<>();
    private final Map<String, SimPeer> byDomain = new HashMap<>();
    private final Map<ConnectionId, SimConnection> connections = new HashMap<>();
    private final SimGateway gateway;
    private Consumer<SimConnection> closing = _ -> {};
    private Consumer<String> told = _ -> {};
    private long lastId;

    SimNet(World world, SimGateway gateway, SimSettings settings, SimCms cms) {
        this.world = world;
        this.gateway = gateway;
        this.settings = settings;
        this.cms = cms;
        for (int i = 0; i < SimSettings.INSIDE_PEERS; i++) {
            add(
                    inside,
                    new SimPeer("in" + i + ".inside.example", Side.INSIDE, "10.255.0." + (i + 1)));
        }
        for (int i = 0; i < SimSettings.OUTSIDE_PEERS; i++) {
            add(outside, new SimPeer("out" + i + ".example", Side.OUTSIDE, "20.255.0." + (i + 1)));
        }
    }

    private void add(List<SimPeer> side, SimPeer peer) {
        side.add(peer);
        byDomain.put(peer.domain, peer);
    }

    void onTold(Consumer<String> then) {
        told = then;
    }

    /// A subscriber was told that.
    void told(String what) {
        told.accept(what);
    }

    List<SimPeer> peers() {
        var all = new ArrayList<>(inside);
        all.addAll(outside);
        return all;
    }

    void post(Event event) {
        gateway.post(event);
    }

    /// When something sent now arrives, after what was sent before it the same way.
    long arrival(long before) {
        return Math.max(before, world.millis() + world.chance.between(1, 40));
    }

    /// A connection that the peer has opened to the gateway, or opens now.
    SimConnection fromPeer(SimPeer peer) {
        return peer.connections.stream()
                .filter(SimConnection::open)
                .findFirst()
                .orElseGet(() -> open(peer));
    }

    /// One more connection from the peer, beside those that it has.
    SimConnection open(SimPeer peer) {
        var connection = new SimConnection(new ConnectionId(++lastId), peer, this);
        connections.put(connection.id, connection);
        peer.connections.add(connection);
        return connection;
    }

    void onClose(Consumer<SimConnection> watcher) {
        closing = watcher;
    }

    void closed(SimConnection connection) {
        closing.accept(connection);
        connections.remove(connection.id);
        gateway.whileItLives(
                world.chance.between(0, 30),
                () -> post(new Event.ConnectionClosed(world.now(), connection.id)));
    }

    void closeByGateway(ConnectionId id) {
        Optional.ofNullable(connections.get(id)).ifPresent(SimConnection::close);
    }

    /// The gateway's process is gone: every connection with it.
    void gatewayCrashed() {
        for (var connection : List.copyOf(connections.values())) {
            connection.close();
        }
    }

    void send(Effect.SendResponse effect) {
        Optional.ofNullable(connections.get(effect.connection()))
                .ifPresent(c -> c.toPeer(effect.response()));
    }

    void send(Effect.SendRequest effect) {
        switch (effect.target()) {
            case Target.Flow(var id) -> onFlow(effect, connections.get(id));
            case Target.FlowElse(var id, var hop) -> {
                var kept = connections.get(id);
                if (kept == null) {
                    dial(effect, hop);
                } else {
                    onFlow(effect, kept);
                }
            }
            case Target.Locate(var hop) -> dial(effect, hop);
            // Each domain has one place here.
            case Target.Another _ -> failed(effect, Reason.UNREACHABLE);
        }
    }

    private void onFlow(Effect.SendRequest effect, @Nullable SimConnection flow) {
        if (flow == null) {
            failed(effect, Reason.CONNECTION_LOST);
        } else {
            written(effect, flow);
        }
    }

    private void dial(Effect.SendRequest effect, NextHop hop) {
        var peer = byDomain.get(hop.domain());
        if (peer == null) {
            failed(effect, Reason.NO_TLS_TARGET);
        } else if (!peer.up) {
            failed(effect, world.chance.of(Reason.UNREACHABLE, Reason.TLS_HANDSHAKE_FAILED));
        } else if (world.strikes(60)) {
            failed(effect, Reason.PEER_NOT_AUTHENTICATED);
        } else {
            written(effect, fromPeer(peer));
        }
    }

    private void written(Effect.SendRequest effect, SimConnection connection) {
        connection.toPeer(effect.request());
        // Who writes and who reads are two threads: now and then the answer is heard first.
        var late = world.strikes(20) ? world.chance.between(1, 100) : 0;
        ChannelSecurity security = connection.peer.security();
        gateway.whileItLives(
                late,
                () ->
                        post(
                                new Event.RequestSent(
                                        world.now(), effect.key(), connection.id, security)));
    }

    private void failed(Effect.SendRequest effect, Reason reason) {
        gateway.whileItLives(
                world.chance.between(0, 50),
                () -> post(new Event.SendFailed(world.now(), effect.key(), reason, "simulated")));
    }

    int openConnections() {
        return connections.size();
    }
}
