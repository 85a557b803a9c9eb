package org.surehop.core.config;

/// Where requests for a domain go: `domain` exact or `*`; `to` the name of a peer, or `dns` for
/// RFC 3263 on the domain itself. The first match wins. `side` is where that next hop stands.
public record Route(String domain, String to, org.surehop.core.sip.Side side) {
    public Route {
        Valid.named("route domain", domain);
        Valid.named("route to", to);
    }

    public boolean matches(String host) {
        return domain.equals("*") || domain.equalsIgnoreCase(host);
    }

    public boolean byDns() {
        return to.equals("dns");
    }
}
