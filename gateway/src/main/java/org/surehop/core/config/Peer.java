package org.surehop.core.config;

import java.util.List;

/// A known neighbour. `domains` are the SIP identities that its certificate must carry one of
/// (RFC 5922); `address` and `port` are where it is dialled (empty address: RFC 3263 on the
/// first domain). `presentCertificate` says whether we show ours to it; `requireCertificate`
/// whether it must show one when it calls us. `implicitNotify` allows implicit NOTIFYs towards
/// it (POL-50).
public record Peer(
        String name,
        List<String> domains,
        String address,
        int port,
        boolean presentCertificate,
        boolean requireCertificate,
        boolean implicitNotify) {
    public Peer {
        domains = List.copyOf(domains);
        Valid.named("peer name", name);
        Valid.that(!domains.isEmpty(), "a peer must have at least one domain");
        Valid.port("peer port", port);
    }

    public boolean is(String domain) {
        return domains.stream().anyMatch(domain::equalsIgnoreCase);
    }
}
