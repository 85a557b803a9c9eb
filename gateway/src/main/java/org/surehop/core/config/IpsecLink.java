package org.surehop.core.config;

import java.net.InetAddress;
import java.util.List;

/// An IPsec link that the operator declares for a peer (POL-80): ESP in transport mode between
/// this machine and the peer's `addresses`, by the network interface of that name. `checked`
/// says whether the kernel's security associations and policies are looked at before anything
/// counts as secure; without it the declaration is taken at its word.
public record IpsecLink(List<Prefix> addresses, String networkInterface, boolean checked) {
    /// Where SIP listens on a link when nothing else is said (RFC 3261 §19.1.2).
    public static final int PORT = 5060;

    public IpsecLink {
        addresses = List.copyOf(addresses);
        Valid.named("ipsec-interface", networkInterface);
        Valid.that(!addresses.isEmpty(), "an IPsec link needs the addresses of its peer");
    }

    public boolean covers(InetAddress address) {
        return addresses.stream().anyMatch(block -> block.contains(address));
    }

    /// Whether an address could belong to both.
    public boolean overlaps(IpsecLink other) {
        return addresses.stream()
                .anyMatch(
                        a ->
                                other.covers(a.base())
                                        || other.addresses.stream()
                                                .anyMatch(b -> a.contains(b.base())));
    }
}
