package org.surehop.core.sip;

import java.net.InetSocketAddress;

/// Where a message came in: the connection, its protection, the far address and the side of the
/// border it stands on.
public record Inbound(
        ConnectionId connection, ChannelSecurity security, InetSocketAddress remote, Side side) {}
