package org.surehop.core.config;

import org.surehop.core.sip.Side;

/// Where requests for a domain go: `domain` exact or `*`; `to` the name of a peer, or `dns` for
/// RFC 3263 on the domain itself. The first match wins. `side` is where that next hop stands;
/// `injection` says whether e2e-sec is asked there on behalf of others.
public record Route(String domain, String to, Side side, Injection injection) {
    public Route {
        Valid.named("route domain", domain);
        Valid.named("route to", to);
    }

    /// A route on which nothing is ever injected.
    public Route(String domain, String to, Side side) {
        this(domain, to, side, Injection.NEVER);
    }

    public boolean matches(String host) {
        return domain.equals("*") || domain.equalsIgnoreCase(host);
    }

    public boolean byDns() {
        return to.equals("dns");
    }
}
