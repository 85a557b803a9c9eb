package org.surehop.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.ChannelSecurity.Authentication;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.Side;

/// A neighbour of the gateway: a server with a certificate, behind which the users of many calls
/// stand. It can crash: then its connections close and its users forget everything.
final class SimPeer {
    final String domain;
    final Side side;
    final InetSocketAddress address;
    final List<SimConnection> connections = new ArrayList<>();
    private final Map<Integer, SimUser> users = new HashMap<>();
    boolean up = true;

    SimPeer(String domain, Side side, String literal) {
        this.domain = domain;
        this.side = side;
        this.address = new InetSocketAddress(InetAddress.ofLiteral(literal), 5061);
    }

    Inbound inbound(SimConnection connection) {
        return new Inbound(connection.id, security(), address, side);
    }

    ChannelSecurity security() {
        return new ChannelSecurity.Tls(
                "TLSv1.3",
                "TLS_AES_256_GCM_SHA384",
                Authentication.MUTUAL,
                List.of(domain),
                "fp-" + domain);
    }

    void seat(int number, SimUser user) {
        users.put(number, user);
    }

    void leave(int number) {
        users.remove(number);
    }

    void receive(SimConnection connection, Request request) {
        var user = users.get(SimMessages.number(request.callId()));
        if (user != null) {
            user.onRequest(connection, request);
        } else if (!request.method().name().equals("ACK")) {
            // A server that has lost its state says so (RFC 3261 §12.2.2).
            connection.toGateway(SimMessages.response(request, 481, "lost"));
        }
    }

    void receive(SimConnection connection, Response response) {
        var user = users.get(SimMessages.number(response.callId()));
        if (user != null) {
            user.onResponse(connection, response);
        }
    }

    /// Its users forget all and never act again.
    void crash() {
        users.values().forEach(SimUser::vanish);
        users.clear();
        List.copyOf(connections).forEach(SimConnection::close);
    }

    int users() {
        return users.size();
    }
}
