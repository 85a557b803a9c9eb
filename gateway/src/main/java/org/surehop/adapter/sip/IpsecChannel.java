package org.surehop.adapter.sip;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.surehop.core.config.Peer;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.ChannelSecurity;

/// TCP on an IPsec link that the operator declared, found to be in force when the channel was made
/// (POL-80). Nothing else makes one. It is looked at again before anything is written and after
/// anything was read, unless the last look is younger than [#FRESH]; once it is off the link it
/// never comes back. Called by the two threads of its connection.
final class IpsecChannel extends SocketEnd implements SecureChannel {
    /// The longest time for which one look at the kernel holds good.
    static final Duration FRESH = Duration.ofMillis(200);

    private final InetSocketAddress local;
    private final Peer peer;
    private final Links links;
    private final ChannelSecurity.Ipsec security;
    private long lookedAt;
    private String lost = "";

    private IpsecChannel(Socket raw, Peer peer, Links links) throws TlsChannel.Refused {
        super(raw, raw);
        this.local = (InetSocketAddress) raw.getLocalSocketAddress();
        this.peer = peer;
        this.links = links;
        this.lookedAt = System.nanoTime();
        this.security =
                switch (links.look(peer, local, remote())) {
                    case IpsecPort.Finding.OnLink(var algorithm) ->
                            new ChannelSecurity.Ipsec(peer.name(), algorithm, peer.domains());
                    case IpsecPort.Finding.OffLink(var why) -> throw refused(why);
                };
    }

    /// The channel over a connected socket, if it is on the peer's link.
    static IpsecChannel over(Socket raw, Peer peer, Links links) throws TlsChannel.Refused {
        return new IpsecChannel(raw, peer, links);
    }

    static TlsChannel.Refused refused(String why) {
        return new TlsChannel.Refused(Reason.NO_TLS_TARGET, "ipsec: " + why);
    }

    boolean of(Peer other) {
        return peer.equals(other);
    }

    @Override
    public synchronized String flaw() {
        if (lost.isEmpty() && System.nanoTime() - lookedAt > FRESH.toNanos()) {
            lookedAt = System.nanoTime();
            if (links.look(peer, local, remote()) instanceof IpsecPort.Finding.OffLink(var why)) {
                lost = "ipsec: " + why;
            }
        }
        return lost;
    }

    @Override
    public ChannelSecurity.Ipsec security() {
        return security;
    }
}
