package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Route;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;

/// The next hop of a request that has no dialog yet: the first route of the configuration that
/// matches. A border is no open relay: what came from the outside goes inside or nowhere. Pure.
record Routing(GatewayConfig config) {

    Optional<Passage.Way> way(SipUri next, Side from) {
        return config.routes().stream()
                .filter(r -> r.matches(next.host()))
                .filter(r -> from == Side.INSIDE || r.side() == Side.INSIDE)
                .findFirst()
                .flatMap(
                        r ->
                                hop(r, next)
                                        .map(
                                                h ->
                                                        new Passage.Way(
                                                                new Target.Locate(h),
                                                                r.side(),
                                                                Optional.of(r))));
    }

    private Optional<NextHop> hop(Route route, SipUri next) {
        if (route.byDns()) {
            return Optional.of(new NextHop(next.host(), "", next.port()));
        }
        return config.peerNamed(route.to()).map(p -> hop(p, next));
    }

    /// Where a dialog goes when its connection is gone (POL-24): to the peer that the next URI
    /// names, or to that host. A URI with a numeric host names nobody that a certificate could
    /// name (RFC 5922 §7.3): who answers there must prove a name that the far side has `proven`.
    NextHop again(LegDialog far, List<String> proven) {
        var next = far.nextUri();
        var peer = config.peerFor(List.of(next.host()));
        if (peer.isPresent()) {
            return hop(peer.get(), next);
        }
        return numeric(next.host()) && !proven.isEmpty()
                ? new NextHop(proven.getFirst(), next.host(), next.port())
                : new NextHop(next.host(), "", next.port());
    }

    private static boolean numeric(String host) {
        try {
            var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return !InetAddress.ofLiteral(bare).isAnyLocalAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static NextHop hop(Peer peer, SipUri next) {
        var domain = peer.is(next.host()) ? next.host() : peer.domains().getFirst();
        return new NextHop(domain, peer.address(), peer.port());
    }
}
