package org.surehop.core.sip;

/// Where a request is to go by TLS. `domain` is the name that the far end's certificate must
/// carry (RFC 5922 §7.3: the name asked for, never one that DNS gave). `address` is a host name
/// or literal to dial, or empty to locate `domain` by RFC 3263; `port` 0 means the default or
/// what SRV says.
public record NextHop(String domain, String address, int port) {
    @Override
    public String toString() {
        return domain
                + (address.isEmpty() || address.equals(domain) ? "" : "(" + address + ")")
                + (port == 0 ? "" : ":" + port);
    }
}
