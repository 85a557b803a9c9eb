package org.surehop.core.gateway;

import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Route;
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
                                        .map(h -> new Passage.Way(new Target.Locate(h), r.side())));
    }

    private Optional<NextHop> hop(Route route, SipUri next) {
        if (route.byDns()) {
            return Optional.of(new NextHop(next.host(), "", next.port()));
        }
        return config.peerNamed(route.to()).map(p -> hop(p, next));
    }

    private static NextHop hop(Peer peer, SipUri next) {
        var domain = peer.is(next.host()) ? next.host() : peer.domains().getFirst();
        return new NextHop(domain, peer.address(), peer.port());
    }
}
