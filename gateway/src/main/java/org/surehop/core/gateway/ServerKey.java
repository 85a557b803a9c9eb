package org.surehop.core.gateway;

import org.surehop.core.sip.ConnectionId;
import org.surehop.core.sip.Method;
import org.surehop.core.sip.Request;

/// A server transaction (RFC 3261 §17.2.3). The connection is part of it: nobody on another one can
/// touch it, and a CANCEL follows its INVITE (POL-11).
record ServerKey(ConnectionId connection, String branch, String host, int port, Method method) {

    static ServerKey of(ConnectionId connection, Request request) {
        var via = request.topVia();
        var method = request.method().equals(Method.ACK) ? Method.INVITE : request.method();
        return new ServerKey(connection, via.branch(), via.host(), via.port(), method);
    }

    /// The INVITE transaction that a CANCEL on the same connection means (§9.2).
    ServerKey invite() {
        return new ServerKey(connection, branch, host, port, Method.INVITE);
    }

    String owner() {
        return connection.value() + "|" + branch + "|" + host + "|" + port + "|" + method.name();
    }
}
