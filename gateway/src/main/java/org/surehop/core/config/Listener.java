package org.surehop.core.config;

import org.surehop.core.sip.Side;

/// One socket that accepts SIP: where, on which side of the border, over what, and whether a TLS
/// client is asked for a certificate. `authenticate` says whether requests need credentials.
/// One that asks for Digest is not in clear.
public record Listener(
        String name,
        String address,
        int port,
        Side side,
        Transport transport,
        ClientCertificate clientCertificate,
        Authentication.Wish authenticate) {
    public Listener {
        Valid.named("listener name", name);
        Valid.port("listener port", port);
        Valid.that(
                authenticate == Authentication.Wish.NONE || transport != Transport.TCP,
                "a listener that authenticates by digest must not be in clear");
    }

    /// One that asks for no credentials.
    public Listener(
            String name,
            String address,
            int port,
            Side side,
            Transport transport,
            ClientCertificate wish) {
        this(name, address, port, side, transport, wish, Authentication.Wish.NONE);
    }

    /// A TLS listener that asks for no credentials.
    public Listener(String name, String address, int port, Side side, ClientCertificate wish) {
        this(name, address, port, side, Transport.TLS, wish);
    }

    /// What runs on the socket.
    public enum Transport {
        TLS,
        /// In clear: to tell callers why they are refused (POL-28).
        TCP,
        /// TCP where peers on a declared IPsec link count as secure, and all others as in clear
        /// (POL-80).
        IPSEC
    }

    /// What the server asks of a TLS client (EDG-11).
    public enum ClientCertificate {
        REQUIRED,
        OPTIONAL,
        NONE
    }
}
