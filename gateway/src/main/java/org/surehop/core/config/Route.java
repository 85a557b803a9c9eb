package org.surehop.core.config;

import java.util.Optional;
import org.surehop.core.location.Area;
import org.surehop.core.sip.Side;

/// Where requests for a domain go: `domain` exact or `*`; `to` the name of a peer, or `dns` for
/// RFC 3263 on the domain itself, or `refuse` for 403 (DEP-3). The first match wins. `side` is
/// where that next hop stands; `injection` says whether e2e-sec is asked there on behalf of others.
/// With an `area` the route is only for callers who are there and say so (SVC-2).
public record Route(String domain, String to, Side side, Injection injection, Optional<Area> area) {
    public Route {
        Valid.named("route domain", domain);
        Valid.named("route to", to);
    }

    /// A route on which nothing is ever injected.
    public Route(String domain, String to, Side side) {
        this(domain, to, side, Injection.NEVER);
    }

    /// A route for callers wherever they are.
    public Route(String domain, String to, Side side, Injection injection) {
        this(domain, to, side, injection, Optional.empty());
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
