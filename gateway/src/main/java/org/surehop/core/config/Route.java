package org.surehop.core.config;

import java.util.Optional;
import org.surehop.core.location.Area;
import org.surehop.core.sip.Side;

/// Where requests for a domain go: `domain` exact or `*`; `to` the name of a peer, or `dns` for
/// RFC 3263 on the domain itself, or `refuse` for 403 (DEP-3). The first match wins. `side` is
/// where that next hop stands; `injection` says whether e2e-sec is asked there on behalf of others.
/// With an `area` the route is only for callers who are there and say so (SVC-2). `legMode` is how
/// what takes the route crosses (D10).
public record Route(
        String domain,
        String to,
        Side side,
        Injection injection,
        Optional<Area> area,
        LegMode legMode) {
    public Route {
        Valid.named("route domain", domain);
        Valid.named("route to", to);
        Valid.that(
                legMode == LegMode.ANCHORED
                        || injection.onRejected() == Injection.OnRejected.REJECT,
                "a transparent route keeps CSeq, and retry-without cannot");
    }

    /// A route on which nothing is ever injected.
    public Route(String domain, String to, Side side) {
        this(domain, to, side, Injection.NEVER);
    }

    /// A route for callers wherever they are.
    public Route(String domain, String to, Side side, Injection injection) {
        this(domain, to, side, injection, Optional.empty());
    }

    /// An anchored route.
    public Route(String domain, String to, Side side, Injection injection, Optional<Area> area) {
        this(domain, to, side, injection, area, LegMode.ANCHORED);
    }

    public boolean matches(String host) {
        return domain.equals("*") || domain.equalsIgnoreCase(host);
    }

    /// Whether calls to that domain are refused, whatever their bodies say.
    public boolean refused() {
        return to.equals("refuse");
    }

    public boolean byDns() {
        return to.equals("dns");
    }
}
