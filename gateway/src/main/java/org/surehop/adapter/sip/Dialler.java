package org.surehop.adapter.sip;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.surehop.core.config.IpsecLink;
import org.surehop.core.config.Peer;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.NextHop;

/// Opens a secure connection to a next hop: every located address in order, and at each of them a
/// whole handshake and the name check of RFC 5922 on the leaf before anything is written; or, for a
/// peer on a declared IPsec link, TCP after a look at the link (POL-80). Runs in a virtual thread
/// per dial.
final class Dialler {
    private final Locator locator;
    private final Edge edge;

    Dialler(Locator locator, Edge edge) {
        this.locator = locator;
        this.edge = edge;
    }

    /// A connection for the hop, at none of the places `tried`. `reuse` looks for a live one to
    /// that address whose peer has authenticated for the domain; `made` makes a connection of a
    /// new channel.
    Connection dial(
            NextHop hop,
            Set<InetSocketAddress> tried,
            Function<InetSocketAddress, java.util.Optional<Connection>> reuse,
            BiFunction<SecureChannel, InetSocketAddress, Connection> made)
            throws TlsChannel.Refused {
        return switch (locator.locate(placed(hop))) {
            case Located.Nowhere(var reason, var why) -> throw new TlsChannel.Refused(reason, why);
            case Located.Targets(var addresses) -> {
                var worst = new TlsChannel.Refused(Reason.UNREACHABLE, "no target answers");
                for (var address : addresses) {
                    if (tried.contains(address)) {
                        continue;
                    }
                    var live = reuse.apply(address);
                    if (live.isPresent()) {
                        yield live.get();
                    }
                    try {
                        yield made.apply(open(hop, address), address);
                    } catch (TlsChannel.Refused refused) {
                        worst = worse(worst, refused);
                    }
                }
                throw worst;
            }
        };
    }

    /// On a link there is no SIPS service to look for, and the port is that of SIP over TCP.
    private NextHop placed(NextHop hop) {
        return hop.port() != 0 || edge.links().to(hop.domain()).isEmpty()
                ? hop
                : new NextHop(hop.domain(), hop.address(), IpsecLink.PORT);
    }

    private SecureChannel open(NextHop hop, InetSocketAddress address) throws TlsChannel.Refused {
        var peer = edge.links().to(hop.domain());
        return peer.isPresent() ? onLink(peer.get(), address) : overTls(hop, address);
    }

    /// No connection is tried before the link was looked at, and none is kept that is not on it.
    private SecureChannel onLink(Peer peer, InetSocketAddress address) throws TlsChannel.Refused {
        var anywhere = new InetSocketAddress(0);
        if (edge.links().look(peer, anywhere, address)
                instanceof IpsecPort.Finding.OffLink(var why)) {
            throw IpsecChannel.refused(why);
        }
        var raw = new Socket();
        var good = false;
        try {
            raw.setTcpNoDelay(true);
            raw.setKeepAlive(true);
            raw.connect(address, Math.toIntExact(edge.settings().handshakeTimeout().toMillis()));
            var channel = IpsecChannel.over(raw, peer, edge.links());
            good = true;
            return channel;
        } catch (IOException e) {
            throw new TlsChannel.Refused(Reason.UNREACHABLE, "no connection");
        } finally {
            if (!good) {
                close(raw);
            }
        }
    }

    private TlsChannel overTls(NextHop hop, InetSocketAddress address) throws TlsChannel.Refused {
        var raw = new Socket();
        var good = false;
        try {
            var tls = edge.tls();
            var limit = edge.settings().handshakeTimeout();
            raw.setTcpNoDelay(true);
            raw.setKeepAlive(true);
            raw.connect(address, Math.toIntExact(limit.toMillis()));
            var trial = new TlsChannel.Trial(tls, edge.watchdog(), limit);
            var present = edge.settings().presentCertificate(hop.domain());
            var channel = TlsChannel.shakeHands(raw, tls.client(raw, hop.domain(), present), trial);
            // EDG-11: the name asked for, whole, on the leaf; an unauthenticated server is closed.
            if (!channel.leaf().map(leaf -> tls.matches(leaf, hop.domain())).orElse(false)) {
                throw new TlsChannel.Refused(Reason.WRONG_NAME, "the certificate names another");
            }
            good = true;
            return channel;
        } catch (TlsChannel.Refused refused) {
            edge.refused(refused.reason(), hop.domain(), refused.why());
            throw refused;
        } catch (IOException e) {
            throw new TlsChannel.Refused(Reason.UNREACHABLE, "no connection");
        } finally {
            if (!good) {
                close(raw);
            }
        }
    }

    /// What a caller is told when all targets failed: a failed proof says more than silence.
    private static TlsChannel.Refused worse(TlsChannel.Refused a, TlsChannel.Refused b) {
        return a.reason() == Reason.UNREACHABLE ? b : a;
    }

    /// The causes that POL-31 fixes.
    static Reason cause(Reason reason) {
        return switch (reason) {
            case UNKNOWN_CA, WRONG_NAME, CERTIFICATE_EXPIRED, NO_CERTIFICATE ->
                    Reason.PEER_NOT_AUTHENTICATED;
            case NO_TLS_TARGET, PEER_NOT_AUTHENTICATED, POLICY_FLOOR, UNREACHABLE, CONGESTION ->
                    reason;
            default -> Reason.TLS_HANDSHAKE_FAILED;
        };
    }

    private static void close(Socket raw) {
        try {
            raw.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }
}
