package org.surehop.core.gateway;

import org.surehop.core.sip.ConnectionId;

/// One caller behind one connection, as NOTIFYs of ours find him: many may share the connection.
record Upstream(ConnectionId flow, String user) {

    static Upstream of(Passage passage) {
        var from = passage.request.from().uri();
        return new Upstream(passage.inbound.connection(), from.user() + "@" + from.host());
    }
}
