package org.surehop.core.gateway;

import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Peer;
import org.surehop.core.sip.ChannelSecurity;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Request;

/// Whose requests these are: a user, as the peer that has proven its name calls him. A user of one
/// peer sees nothing of another peer's user, and none of his neighbours'.
record Watcher(String peer, String user) {

    /// Empty for those who have proven no name, or are told nothing.
    static Optional<Watcher> of(GatewayConfig config, Inbound inbound, Request request) {
        if (inbound.security() instanceof ChannelSecurity.Clear) {
            return Optional.empty();
        }
        var from = request.from().uri();
        return config.peerFor(Admission.identities(inbound))
                .filter(p -> p.notifyMode() != Peer.Notify.OFF)
                .map(p -> new Watcher(p.name(), from.user() + "@" + from.host()));
    }
}
