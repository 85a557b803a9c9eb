package org.surehop.core.assurance;

import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.surehop.core.sip.Hop;

/// What one hop says of itself in a NOTIFY body (POL-46): that it received and forwarded the
/// request over secure transport, or why not. "Asserted", never "proven" (POL-69). `cause` is
/// empty unless `complied` is false. `received` and `forwarded` are as the hop told them. `sameAs`
/// are other names of the same element (POL-65).
public record HopAssertion(
        Hop hop,
        Role role,
        boolean complied,
        String cause,
        Channel received,
        Channel forwarded,
        Set<Hop> sameAs) {
    /// The most other names that one hop may claim.
    public static final int MAX_NAMES = 8;

    public HopAssertion {
        sameAs = Set.copyOf(sameAs);
    }

    /// Of a hop with one name.
    public HopAssertion(
            Hop hop,
            Role role,
            boolean complied,
            String cause,
            Channel received,
            Channel forwarded) {
        this(hop, role, complied, cause, received, forwarded, Set.of());
    }

    /// The same by that name of the hop and no other.
    HopAssertion by(Hop name) {
        return new HopAssertion(name, role, complied, cause, received, forwarded);
    }

    /// The same with those of its other names that `proven` lets stand (POL-65).
    HopAssertion claiming(Predicate<Hop> proven) {
        var names = sameAs.stream().filter(proven).collect(Collectors.toSet());
        return new HopAssertion(hop, role, complied, cause, received, forwarded, names);
    }

    /// The same without the names of its neighbours and their ciphers, for a realm that may not
    /// know them (POL-46, POL-83).
    public HopAssertion withoutNeighbours() {
        return new HopAssertion(
                hop,
                role,
                complied,
                cause,
                received.withoutNeighbour(),
                forwarded.withoutNeighbour());
    }

    /// About how much room it takes, in octets.
    public int octets() {
        var names = sameAs.stream().mapToInt(n -> 64 + n.host().length()).sum();
        var words = 64 + hop.host().length() + cause.length() + names;
        return words + received.octets() + forwarded.octets();
    }

    /// The part that the hop plays.
    public enum Role {
        PROXY,
        B2BUA,
        UAS,
        AGGREGATE
    }

    /// One side of the hop; empty strings where it tells nothing.
    public record Channel(
            String security, String version, String cipher, String peer, String peerAuth) {
        public static final Channel UNTOLD = new Channel("", "", "", "", "");

        Channel withoutNeighbour() {
            return new Channel(security, version, "", "", peerAuth);
        }

        int octets() {
            var text = security.length() + version.length() + cipher.length();
            return 32 + text + peer.length() + peerAuth.length();
        }
    }
}
