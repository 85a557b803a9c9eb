package org.surehop.adapter.simco;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLSocket;

/// What SIMCO needs of TLS; another room provides it and `app` joins the two. Both ends must show
/// a certificate (RFC 3304 §2.1.8). Neither method shakes hands.
public interface SimcoTls {

    /// TLS over an accepted socket, with a client certificate required.
    SSLSocket server(Socket accepted) throws IOException;

    /// TLS over a connected socket towards a middlebox that must prove `name`; ours is shown.
    SSLSocket client(Socket connected, String name) throws IOException;

    /// The domains that a leaf certificate proves.
    List<String> identities(X509Certificate leaf);

    /// Whether the leaf is good for that domain.
    boolean matches(X509Certificate leaf, String domain);
}
