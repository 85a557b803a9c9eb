package org.surehop.core.sip;

import java.net.InetSocketAddress;

/// Where a message came in: the connection, its protection, the far address, the side of the
/// border it stands on, and the name of the listener, empty when we dialled.
public record Inbound(
        ConnectionId connection,
        ChannelSecurity security,
        InetSocketAddress remote,
        Side side,
        String listener) {

    /// On a connection that we dialled.
    public Inbound(
            ConnectionId connection,
            ChannelSecurity security,
            InetSocketAddress remote,
            Side side) {
        this(connection, security, remote, side, "");
    }
}
