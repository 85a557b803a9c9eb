package org.surehop.core.config;

import java.util.List;
import java.util.Optional;

/// A known neighbour. `domains` are the SIP identities that its certificate must carry one of
/// (RFC 5922); `address` and `port` are where it is dialled (empty address: RFC 3263 on the
/// first domain). `presentCertificate` says whether we show ours to it; `requireCertificate`
/// whether it must show one when it calls us. `notifyMode` says how it is told what hops assert
/// (POL-50). `topology` is what it is told of the elements beyond us (POL-83); empty: what
/// `assurance.topology` says. `ipsec` is there when the operator declares that it is reached by
/// TCP on an IPsec link, in both directions, and never by TLS (POL-80). `authenticate` asks its
/// users for credentials.
public record Peer(
        String name,
        List<String> domains,
        String address,
        int port,
        boolean presentCertificate,
        boolean requireCertificate,
        Notify notifyMode,
        Optional<Topology> topology,
        Optional<IpsecLink> ipsec,
        Authentication.Wish authenticate) {

    /// How callers at that peer learn what hops assert (POL-50). RFC 6665 §4.2.1 knows no NOTIFY
    /// without a SUBSCRIBE; the draft's implicit one goes only to those who are known to take it.
    public enum Notify {
        /// Not at all.
        OFF,
        /// Only by a subscription at the gateway.
        EXPLICIT,
        /// Also without one, where the request itself says `Supported: e2e-sec`.
        LEARNED,
        /// Also without one, always.
        IMPLICIT
    }

    /// One that is known by its certificate, or its link, alone.
    public Peer(
            String name,
            List<String> domains,
            String address,
            int port,
            boolean presentCertificate,
            boolean requireCertificate,
            Notify notifyMode,
            Optional<Topology> topology,
            Optional<IpsecLink> ipsec) {
        this(
                name,
                domains,
                address,
                port,
                presentCertificate,
                requireCertificate,
                notifyMode,
                topology,
                ipsec,
                Authentication.Wish.NONE);
    }

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
