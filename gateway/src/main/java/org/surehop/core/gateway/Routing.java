package org.surehop.core.gateway;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.LegMode;
import org.surehop.core.config.Peer;
import org.surehop.core.config.Route;
import org.surehop.core.dialog.LegDialog;
import org.surehop.core.location.Place;
import org.surehop.core.sip.Inbound;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.NextHop;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Side;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Target;

/// The next hop of a request that has no dialog yet: the first route of the configuration that
/// matches. A border is no open relay: what came from the outside goes inside or nowhere. Pure.
record Routing(GatewayConfig config) {

    /// The way of callers wherever they are.
    Optional<Passage.Way> way(SipUri next, Side from) {
        if (next.emergency()) {
            return emergency(next, from);
        }
        return routes(next, from)
                .filter(r -> r.area().isEmpty())
                .findFirst()
                .flatMap(r -> by(r, next));
    }

    /// The routes that a request to that place may take at all, in order.
    private Stream<Route> routes(SipUri next, Side from) {
        return config.routes().stream()
                .filter(r -> r.matches(next.host()))
                .filter(r -> from == Side.INSIDE || r.side() == Side.INSIDE);
    }

    private Optional<Passage.Way> by(Route route, SipUri next) {
        return hop(route, next)
                .map(h -> new Passage.Way(new Target.Locate(h), route.side(), Optional.of(route)));
    }

    private Optional<Passage.Way> emergency(SipUri next, Side from) {
        var emergency = config.services().emergency();
        return config.peerNamed(emergency.to())
                .filter(_ -> from == Side.INSIDE || emergency.side() == Side.INSIDE)
                .map(
                        p ->
                                new Passage.Way(
                                        new Target.Locate(hop(p, next)),
                                        emergency.side(),
                                        Optional.empty()));
    }

    /// Whether calls to that domain are refused (DEP-3).
    boolean refused(SipUri next, Side from) {
        return routes(next, from)
                .filter(r -> r.area().isEmpty())
                .findFirst()
                .filter(Route::refused)
                .isPresent();
    }

    /// Whether the way depends on where the caller is.
    boolean byPlace(Request request, Side from) {
        var next = new Admission(config).nextUri(request);
        return routes(next, from).anyMatch(r -> r.area().isPresent());
    }

    /// How what takes that way crosses. Transparent legs show each side the elements of the other:
    /// where one of them may not know all, the call is anchored (POL-83).
    LegMode mode(Passage.Way way, Inbound inbound) {
        var wanted = way.route().map(Route::legMode).orElse(config.path().legMode());
        var shown =
                Veil.before(config, Admission.identities(inbound)).open()
                        && Veil.before(config, Optional.empty(), Leg.B, way.target()).open();
        return shown ? wanted : LegMode.ANCHORED;
    }

    /// The way of a caller who is there; empty when it is the common one. It leads to the side of
    /// the common one and crosses as that does, to which the call is bound already.
    Optional<Passage.Way> way(Request request, Inbound inbound, Place place) {
        var admission = new Admission(config);
        var next = admission.nextUri(request);
        var usual = way(next, inbound.side());
        var common = usual.map(Passage.Way::side);
        var mode = usual.map(w -> mode(w, inbound));
        return routes(next, inbound.side())
                .takeWhile(r -> r.area().isPresent())
                .filter(r -> r.area().filter(a -> a.holds(place)).isPresent())
                .flatMap(r -> by(r, next).stream())
                .filter(w -> common.filter(w.side()::equals).isPresent())
                .filter(w -> mode.filter(mode(w, inbound)::equals).isPresent())
                .filter(w -> admission.sipsOnLink(request, w).isEmpty())
                .findFirst();
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
