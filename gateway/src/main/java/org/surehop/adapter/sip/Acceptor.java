package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.surehop.core.config.Listener;
import org.surehop.core.report.Reason;

/// One listening socket: a virtual thread accepts, and each accepted socket shakes hands (if
/// it is TLS) in a thread of its own, so that a slow one holds up nobody.
final class Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final int BACKLOG = 256;

    private final Listener listener;
    private final Edge edge;
    private final Admission admission;
    private final BiConsumer<Channel, Runnable> ready;
    private final ServerSocket socket;

    /// `ready` takes each channel, with what must run when it has closed.
    Acceptor(Listener listener, Edge edge, Admission admission, BiConsumer<Channel, Runnable> ready)
            throws IOException {
        this.listener = listener;
        this.edge = edge;
        this.admission = admission;
        this.ready = ready;
        this.socket = new ServerSocket();
        try {
            var address = InetAddress.ofLiteral(listener.address());
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, listener.port()), BACKLOG);
        } catch (IOException | IllegalArgumentException e) {
            socket.close();
            throw new IOException(
                    "listeners: "
                            + listener.name()
                            + " cannot listen on "
                            + listener.address()
                            + " port "
                            + listener.port()
                            + " ("
                            + e.getMessage()
                            + "), expected a free port on an address of this machine",
                    e);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    void start() {
        Thread.ofVirtual().name("sip-accept-" + listener.name()).start(this::accept);
    }

    void stop() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("listener={} closing failed", listener.name(), e);
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                admit(socket.accept());
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    // Out of file descriptors, or reset before accept: the next one may do.
                    LOG.warn("listener={} accept failed: {}", listener.name(), e.getMessage());
                    Thread.yield();
                }
            }
        }
    }

    private void admit(Socket raw) {
        var address = raw.getInetAddress();
        if (!admission.enter(address)) {
            edge.refused(Reason.TOO_MANY_CONNECTIONS, address.getHostAddress(), listener.name());
            close(raw);
            return;
        }
        Thread.ofVirtual().name("sip-handshake").start(() -> welcome(raw, address));
    }

    private void welcome(Socket raw, InetAddress address) {
        Runnable leave = () -> admission.leave(address);
        var handedOver = false;
        try {
            var channel =
                    switch (listener.transport()) {
                        case TLS -> secure(raw, address);
                        case TCP -> clear(raw);
                        case IPSEC -> onLink(raw, address);
                    };
            ready.accept(channel, leave);
            handedOver = true;
        } catch (TlsChannel.Refused refused) {
            edge.refused(refused.reason(), address.getHostAddress(), refused.why());
        } catch (IOException e) {
            edge.refused(
                    Reason.TLS_HANDSHAKE_FAILED, address.getHostAddress(), "the socket failed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!handedOver) {
                close(raw);
                leave.run();
            }
        }
    }

    private TlsChannel secure(Socket raw, InetAddress address)
            throws IOException, TlsChannel.Refused, InterruptedException {
        var limit = edge.settings().handshakeTimeout();
        if (!admission.beginHandshake(address, limit)) {
            throw new TlsChannel.Refused(Reason.HANDSHAKE_TIMEOUT, "too many handshakes at once");
        }
        try {
            raw.setTcpNoDelay(true);
            raw.setKeepAlive(true);
            var wish = listener.clientCertificate();
            var trial = new TlsChannel.Trial(edge.tls(), edge.watchdog(), limit);
            var channel = TlsChannel.shakeHands(raw, edge.tls().server(raw, wish), trial);
            if (wish == Listener.ClientCertificate.REQUIRED && channel.leaf().isEmpty()) {
                throw new TlsChannel.Refused(Reason.NO_CERTIFICATE, "no client certificate");
            }
            return channel;
        } finally {
            admission.endHandshake(address);
        }
    }

    /// Who does not stand on a declared link is heard as in clear, and told so (POL-28).
    private Channel onLink(Socket raw, InetAddress address) throws IOException {
        var plain = clear(raw);
        var peer = edge.links().at(address);
        if (peer.isEmpty()) {
            return plain;
        }
        try {
            return IpsecChannel.over(raw, peer.get(), edge.links());
        } catch (TlsChannel.Refused refused) {
            edge.refused(Reason.INGRESS_NOT_SECURE, peer.get().name(), refused.why());
            return plain;
        }
    }

    private static TcpChannel clear(Socket raw) throws IOException {
        raw.setTcpNoDelay(true);
        raw.setKeepAlive(true);
        return new TcpChannel(raw);
    }

    private static void close(Socket raw) {
        try {
            raw.close();
        } catch (IOException e) {
            LOG.debug("closing a refused socket failed", e);
        }
    }
}
