package org.surehop.core.config;

import org.surehop.core.sip.Side;

/// One TLS socket that accepts SIP: where, on which side of the border, and whether a client
/// certificate is asked for.
public record Listener(
        String name, String address, int port, Side side, ClientCertificate clientCertificate) {
    public Listener {
        Valid.named("listener name", name);
        Valid.port("listener port", port);
    }

    /// What the server asks of a TLS client (EDG-11).
    public enum ClientCertificate {
        REQUIRED,
        OPTIONAL,
        NONE
    }
}
