package org.surehop.core.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.sip.NameAddr;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;
import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// What changes on a message that crosses in a `transparent` leg: what a proxy that stays in the
/// path may change (RFC 3261 §16.6, §23.4.1.1), so that signed copies of the rest stay true (D10,
/// EDG-62). Vias are stacked (POL-74); one Record-Route value is ours, and each side sees its own
/// token there. Pure.
final class Transparent {
    private Transparent() {}

    /// Our value of Record-Route towards one leg; SIPS where the request was (RFC 3261 §16.6).
    static NameAddr place(GatewayConfig.Identity self, String token, boolean sips) {
        var plain = Crossing.contact(self, token, sips).uri();
        return NameAddr.of(
                new SipUri(
                        plain.text() + ";lr",
                        plain.scheme(),
                        token,
                        plain.host(),
                        plain.port(),
                        ""));
    }

    /// A request in a dialog without what it says to us alone (§16.4): our place in its Route, or
    /// in the Request-URI, where a strict router before us has put it.
    static Request arrived(Request request, String token) {
        var uri = request.uri();
        var routes = request.routes();
        if (uri.user().equals(token) && !routes.isEmpty()) {
            uri = routes.getLast().uri();
            routes = routes.subList(0, routes.size() - 1);
        }
        if (!routes.isEmpty() && routes.getFirst().uri().user().equals(token)) {
            routes = routes.subList(1, routes.size());
        }
        return request.toBuilder().uri(uri).routes(routes).build();
    }

    /// The request as it leaves; `place` is what keeps us in the path of what it makes or moves.
    static Request onward(Request request, Via via, Optional<NameAddr> place, Crossing.Hops hops) {
        var out =
                request.toBuilder()
                        .vias(before(via, request.vias()))
                        .maxForwards(OptionalInt.of(Crossing.oneLess(request)))
                        .routes(hops.routes());
        place.ifPresent(p -> out.recordRoutes(before(p, request.recordRoutes())));
        var loose = towardsStrictRouter(out.build());
        return hops.tag().isEmpty() ? loose : Crossing.demanding(loose, hops.tag());
    }

    /// §16.6 step 6: a next hop without `lr` finds itself in the Request-URI.
    private static Request towardsStrictRouter(Request request) {
        if (request.routes().isEmpty() || loose(request.routes().getFirst().uri())) {
            return request;
        }
        var routes = new ArrayList<>(request.routes().subList(1, request.routes().size()));
        routes.add(NameAddr.of(request.uri()));
        return request.toBuilder().uri(request.routes().getFirst().uri()).routes(routes).build();
    }

    private static boolean loose(SipUri uri) {
        var hostport = uri.text().substring(uri.text().lastIndexOf('@') + 1);
        for (var parameter : hostport.split(";", -1)) {
            var name = parameter.split("[=?]", 2)[0];
            if (name.strip().equalsIgnoreCase("lr")) {
                return true;
            }
        }
        return false;
    }

    /// A response on its way back: the asking side's own Vias, and our place under the token of its
    /// leg (§16.7 step 6 lets a proxy rewrite its own value).
    static Response back(Response response, Request asked, Swap swap) {
        return response.toBuilder()
                .vias(asked.vias())
                .cseq(asked.cseq())
                .recordRoutes(response.recordRoutes().stream().map(swap::of).toList())
                .build();
    }

    /// The token that the answering side was given, and the one for the asking side.
    record Swap(GatewayConfig.Identity self, String theirs, String ours) {
        NameAddr of(NameAddr place) {
            var uri = place.uri();
            return !theirs.isEmpty()
                            && uri.user().equals(theirs)
                            && uri.host().equalsIgnoreCase(self.name())
                    ? place(self, ours, uri.secure())
                    : place;
        }
    }

    private static <T> List<T> before(T first, List<T> rest) {
        var all = new ArrayList<T>(rest.size() + 1);
        all.add(first);
        all.addAll(rest);
        return all;
    }
}
