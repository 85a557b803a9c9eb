package org.surehop.core.sip;

import java.net.InetSocketAddress;
import java.util.List;

/// How a request finds its connection. What is dialled is TLS; a flow is whatever the far side came
/// on, and a request that asks for e2e-sec is never written to one in clear.
public sealed interface Target {

    /// Dial, or use a kept connection whose peer has authenticated for that domain.
    record Locate(NextHop hop) implements Target {}

    /// As [Locate], but at none of the places that were tried already (RFC 3263 §4.3).
    record Another(NextHop hop, List<InetSocketAddress> tried) implements Target {
        public Another {
            tried = List.copyOf(tried);
        }
    }

    /// The connection named, or nothing (POL-45: back on the same flow).
    record Flow(ConnectionId connection) implements Target {}

    /// The connection named while it lives, else the hop (POL-24).
    record FlowElse(ConnectionId connection, NextHop hop) implements Target {}
}
