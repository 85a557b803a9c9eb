package org.surehop.sim;

import org.surehop.core.gateway.Event;
import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// A TLS connection: keeps the order in each direction, and loses what is under way when it closes.
final class SimConnection {
    final ConnectionId id;
    final SimPeer peer;
    private final SimNet net;
    private boolean open = true;
    private long inwards;
    private long outwards;

    SimConnection(ConnectionId id, SimPeer peer, SimNet net) {
        this.id = id;
        this.peer = peer;
        this.net = net;
    }

    boolean open() {
        return open;
    }

    void toGateway(Request request) {
        inwards = net.arrival(inwards);
        net.world.at(
                inwards,
                () -> {
                    if (open) {
                        net.post(
                                new Event.RequestReceived(
                                        net.world.now(), peer.inbound(this), request));
                    }
                });
    }

    void toGateway(Response response) {
        inwards = net.arrival(inwards);
        net.world.at(
                inwards,
                () -> {
                    if (open) {
                        net.post(
                                new Event.ResponseReceived(
                                        net.world.now(), peer.inbound(this), response));
                    }
                });
    }

    void toPeer(Request request) {
        outwards = net.arrival(outwards);
        net.world.at(
                outwards,
                () -> {
                    if (open) {
                        peer.receive(this, request);
                    }
                });
    }

    void toPeer(Response response) {
        outwards = net.arrival(outwards);
        net.world.at(
                outwards,
                () -> {
                    if (open) {
                        peer.receive(this, response);
                    }
                });
    }

    /// Either side has closed it; the gateway hears of it a little later.
    void close() {
        if (open) {
            open = false;
            peer.connections.remove(this);
            net.closed(this);
        }
    }
}
