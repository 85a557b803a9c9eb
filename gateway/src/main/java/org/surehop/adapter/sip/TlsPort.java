package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.surehop.core.config.Listener;
import org.surehop.core.report.Reason;

/// What the transport needs of TLS; another room provides it and `app` joins the two. All methods
/// may be called from many threads at once. Neither socket method shakes hands: the transport
/// does, under its own deadline. Closing the TLS socket closes the socket beneath.
public interface TlsPort {

    /// TLS over a connected socket as client, with `domain` as SNI (never an address or a name that
    /// DNS gave), chain validation on, and our certificate shown only if asked for.
    SSLSocket client(Socket connected, String domain, boolean presentCertificate)
            throws IOException;

    /// TLS over an accepted socket as server; `wish` says what is asked of the client (EDG-11).
    SSLSocket server(Socket accepted, Listener.ClientCertificate wish) throws IOException;

    /// The SIP domain identities of a leaf certificate (RFC 5922 §7.1).
    List<String> identities(X509Certificate leaf);

    /// Whether the leaf is good for that domain (RFC 5922 §7.2: whole name, no wildcard).
    boolean matches(X509Certificate leaf, String domain);

    /// Why a handshake or a read failed: `UNKNOWN_CA`, `CERTIFICATE_EXPIRED`, `NO_CERTIFICATE`,
    /// `WRONG_NAME`, or `TLS_HANDSHAKE_FAILED` for the rest.
    Reason explain(IOException failure);
}
