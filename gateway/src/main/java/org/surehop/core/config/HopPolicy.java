package org.surehop.core.config;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.surehop.core.sip.Hop;

/// What is told and what is believed of hops. `topology` is what a realm is told that is no peer or
/// whose peer has no policy of its own (POL-83). `ownDomains` are those whose hosts
/// [Topology#DOMAIN] hides; none means that all beyond us is hidden. `trustNotifies` believes those
/// who spoke where nobody lists the path (POL-66). `b2buas` are the names of one element each
/// (POL-65, POL-84). `withinDialogs` gives a verdict to each request within a dialog, too (POL-1);
/// without it they are held to the demand and the request that began the dialog speaks for them.
public record HopPolicy(
        Topology topology,
        List<String> ownDomains,
        boolean trustNotifies,
        List<List<Hop>> b2buas,
        boolean withinDialogs) {
    public HopPolicy {
        ownDomains = ownDomains.stream().map(d -> d.toLowerCase(Locale.ROOT)).toList();
        b2buas = b2buas.stream().map(List::copyOf).toList();
        Valid.that(
                b2buas.stream().allMatch(b -> b.size() > 1),
                "assurance.b2buas must have at least two names each");
    }

    /// Where every element has one name.
    public HopPolicy(Topology topology, List<String> ownDomains, boolean trustNotifies) {
        this(topology, ownDomains, trustNotifies, List.of(), false);
    }

    /// Where dialogs are judged by the request that began them.
    public HopPolicy(
            Topology topology,
            List<String> ownDomains,
            boolean trustNotifies,
            List<List<Hop>> b2buas) {
        this(topology, ownDomains, trustNotifies, b2buas, false);
    }

    /// As if the file said nothing of it.
    public static HopPolicy usual() {
        return new HopPolicy(Topology.FULL, List.of(), false);
    }

    /// Whether a host is one of ours. Who cannot be told apart by a domain name is: an address, and
    /// a name without a domain.
    public boolean ours(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        return ownDomains.isEmpty()
                || !name.contains(".")
                || numeric(name)
                || ownDomains.stream().anyMatch(d -> name.equals(d) || name.endsWith("." + d));
    }

    private static boolean numeric(String host) {
        var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        try {
            return !InetAddress.ofLiteral(bare).getHostAddress().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
