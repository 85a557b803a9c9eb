package org.surehop.app;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.surehop.adapter.sip.TlsPort;
import org.surehop.adapter.tls.TlsSockets;
import org.surehop.core.config.Listener;
import org.surehop.core.report.Reason;

/// Joins two rooms that do not know each other: what the SIP transport needs of TLS, from the room
/// that has it.
public record SipTls(TlsSockets sockets) implements TlsPort {
    @Override
    public SSLSocket client(Socket connected, String domain, boolean presentCertificate)
            throws IOException {
        return sockets.client(connected, domain, presentCertificate);
    }

    @Override
    public SSLSocket server(Socket accepted, Listener.ClientCertificate wish) throws IOException {
        return sockets.server(accepted, wish);
    }

    @Override
    public List<String> identities(X509Certificate leaf) {
        return sockets.identities(leaf);
    }

    @Override
    public boolean matches(X509Certificate leaf, String domain) {
        return sockets.matches(leaf, domain);
    }

    @Override
    public Reason explain(IOException failure) {
        return sockets.explain(failure);
    }
}
