package org.surehop.adapter.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.IpsecLink;
import org.surehop.core.config.Peer;

/// The IPsec links that the operator has declared (POL-80), and who asks the kernel about them.
public record Links(List<Peer> declared, IpsecPort port) {
    /// No link at all: the default.
    public static final Links NONE =
            new Links(List.of(), (_, _, _) -> new IpsecPort.Finding.OffLink("not declared"));

    public Links {
        declared = declared.stream().filter(p -> p.ipsec().isPresent()).toList();
    }

    public static Links of(GatewayConfig config, IpsecPort port) {
        return new Links(config.peers(), port);
    }

    /// The peer on whose link that address stands.
    Optional<Peer> at(InetAddress address) {
        return declared.stream().filter(p -> link(p).covers(address)).findFirst();
    }

    /// The peer of that domain, if it is reached by IPsec.
    Optional<Peer> to(String domain) {
        return declared.stream().filter(p -> p.is(domain)).findFirst();
    }

    /// Whether the two ends are on the peer's link, its address range included.
    IpsecPort.Finding look(Peer peer, InetSocketAddress local, InetSocketAddress remote) {
        var link = link(peer);
        return link.covers(remote.getAddress())
                ? port.look(link, local, remote)
                : new IpsecPort.Finding.OffLink(
                        remote.getAddress().getHostAddress() + " is outside the declared range");
    }

    private static IpsecLink link(Peer peer) {
        return peer.ipsec().orElseThrow();
    }
}
