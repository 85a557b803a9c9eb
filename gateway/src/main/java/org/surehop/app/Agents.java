package org.surehop.app;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.surehop.adapter.simco.SimcoServer;
import org.surehop.adapter.simco.SimcoTls;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Listener.ClientCertificate;
import org.surehop.core.gateway.EventSink;

/// Joins SIMCO with TLS: who we are to agents and middleboxes is who we are to SIP peers.
final class Agents {
    private Agents() {}

    /// The door for agents, if the configuration has one; not open yet.
    static Optional<SimcoServer> open(
            GatewayConfig config, TlsSockets sockets, EventSink sink, InstantSource clock)
            throws IOException {
        if (!config.midcom().listens()) {
            return Optional.empty();
        }
        var setting =
                new SimcoServer.Setting(
                        config.midcom(), config.tls().handshakeTimeout(), new Joined(sockets));
        return Optional.of(SimcoServer.open(setting, sink, clock));
    }

    /// What SIMCO needs of TLS.
    record Joined(TlsSockets sockets) implements SimcoTls {
        @Override
        public SSLSocket server(Socket accepted) throws IOException {
            return sockets.server(accepted, ClientCertificate.REQUIRED);
        }

        @Override
        public SSLSocket client(Socket connected, String name) throws IOException {
            return sockets.client(connected, name, true);
        }

        @Override
        public List<String> identities(X509Certificate leaf) {
            return sockets.identities(leaf);
        }

        @Override
        public boolean matches(X509Certificate leaf, String domain) {
            return sockets.matches(leaf, domain);
        }
    }
}
