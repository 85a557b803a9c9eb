package org.surehop.adapter.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.surehop.core.config.Listener.ClientCertificate;
import org.surehop.core.report.Reason;

/// One real handshake over loopback and one octet each way: what each side says about it.
record Handshake(Optional<Reason> client, Optional<Reason> server, String version, String suite) {

    static Handshake between(
            TlsSockets client,
            String domain,
            boolean present,
            TlsSockets server,
            ClientCertificate wish)
            throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var served = new CompletableFuture<Optional<Reason>>();
            Thread.ofVirtual().start(() -> served.complete(serve(listener, server, wish)));
            var plain = new Socket(listener.getInetAddress(), listener.getLocalPort());
            plain.setSoTimeout(10_000);
            var version = "";
            var suite = "";
            Optional<Reason> asked;
            try (var tls = client.client(plain, domain, present)) {
                asked = exchange(client, tls);
                version = tls.getSession().getProtocol();
                suite = tls.getSession().getCipherSuite();
            }
            return new Handshake(asked, served.get(), version, suite);
        }
    }

    private static Optional<Reason> serve(
            ServerSocket listener, TlsSockets server, ClientCertificate wish) {
        try {
            var plain = listener.accept();
            plain.setSoTimeout(10_000);
            try (var tls = server.server(plain, wish)) {
                return exchange(server, tls);
            }
        } catch (IOException e) {
            return Optional.of(server.explain(e));
        }
    }

    private static Optional<Reason> exchange(TlsSockets side, SSLSocket socket) {
        try {
            socket.startHandshake();
            socket.getOutputStream().write('x');
            socket.getOutputStream().flush();
            if (socket.getInputStream().read() != 'x') {
                throw new IOException("the far side closed");
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(side.explain(e));
        }
    }
}
