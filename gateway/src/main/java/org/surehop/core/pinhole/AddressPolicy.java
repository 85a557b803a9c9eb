package org.surehop.core.pinhole;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.pinhole.PinholeOutcome.Refused;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sip.Side;

/// Which addresses and ports may have a pinhole (MID-50, PIN-28). Loopback is refused unless an
/// inside prefix itself lies in 127.0.0.0/8 or is ::1/128, which is for trials on one machine; a
/// prefix that merely contains loopback (0.0.0.0/0) does not allow it. When the inside prefix is
/// all of loopback, both sides of the trial live there, and the rules "outside is not inside" and
/// "not the gateway's own" cannot hold for loopback addresses.
public final class AddressPolicy {
    private final Pinholes config;
    private final Set<InetAddress> own;

    public AddressPolicy(Pinholes config, Set<InetAddress> own) {
        this.config = config;
        this.own = Set.copyOf(own);
    }

    /// Looks at a flow from `sender` to `receiver`.
    Optional<Refused> refusal(Flow flow, Party sender, Party receiver) {
        if (flow.fromAnyone() && receiver.side() != Side.INSIDE) {
            return refused(Reason.ADDRESS_REFUSED, "a pinhole from anyone to the outside");
        }
        return Optional.of(flow)
                .filter(f -> !f.fromAnyone())
                .flatMap(f -> address(f.source(), sender))
                .or(() -> address(flow.destination(), receiver))
                .or(() -> port(flow.port()));
    }

    /// Looks at the port where a flow arrives.
    public Optional<Refused> port(int port) {
        if (port < config.minimumPort()) {
            return refused(Reason.PORT_REFUSED, "a media port below the lowest allowed one");
        }
        return config.deniedPorts().contains(port)
                ? refused(Reason.PORT_REFUSED, "a media port that is denied")
                : Optional.empty();
    }

    Optional<Refused> address(InetAddress address, Party party) {
        return usable(address)
                .or(() -> party.side() == Side.INSIDE ? inside(address, party) : outside(address));
    }

    private Optional<Refused> usable(InetAddress address) {
        if (isNeverMedia(address)) {
            return refused(
                    Reason.ADDRESS_REFUSED,
                    "a media address that is unspecified, link-local, multicast, broadcast,"
                            + " reserved or IPv4 inside IPv6");
        }
        if (address.isLoopbackAddress() && !hasLoopbackPrefix()) {
            return refused(Reason.ADDRESS_REFUSED, "a loopback media address");
        }
        if (own.contains(address) && !isTrial(address)) {
            return refused(Reason.ADDRESS_REFUSED, "a media address of the gateway itself");
        }
        return Optional.empty();
    }

    /// Looks at the inside end of what another agent asks for: that agent answers for whose it is.
    public Optional<Refused> insideOfAgent(InetAddress address) {
        return usable(address)
                .or(
                        () ->
                                isInside(address)
                                        ? Optional.empty()
                                        : refused(
                                                Reason.ADDRESS_REFUSED,
                                                "an inside address in no inside prefix"));
    }

    /// Looks at the outside end of what another agent asks for.
    public Optional<Refused> outsideOfAgent(InetAddress address) {
        return usable(address).or(() -> outside(address));
    }

    private Optional<Refused> inside(InetAddress address, Party party) {
        if (!isInside(address)) {
            return refused(Reason.ADDRESS_REFUSED, "an inside media address in no inside prefix");
        }
        boolean theirs =
                switch (config.mediaSource()) {
                    case UA -> party.signalling().map(address::equals).orElse(false);
                    case PREFIXES -> true;
                };
        return theirs
                ? Optional.empty()
                : refused(
                        Reason.ADDRESS_REFUSED,
                        "an inside media address that is not the user agent's");
    }

    private Optional<Refused> outside(InetAddress address) {
        return isInside(address) && !isTrial(address)
                ? refused(Reason.ADDRESS_REFUSED, "an outside media address in an inside prefix")
                : Optional.empty();
    }

    private boolean isInside(InetAddress address) {
        return config.insidePrefixes().stream().anyMatch(p -> p.contains(address));
    }

    private boolean hasLoopbackPrefix() {
        return config.insidePrefixes().stream().anyMatch(AddressPolicy::isLoopback);
    }

    private boolean isTrial(InetAddress address) {
        return address.isLoopbackAddress()
                && config.insidePrefixes().stream()
                        .anyMatch(p -> isWholeLoopback(p) && p.contains(address));
    }

    private static boolean isLoopback(Prefix prefix) {
        return prefix.base().isLoopbackAddress()
                && prefix.length() >= (prefix.base() instanceof Inet4Address ? 8 : 128);
    }

    private static boolean isWholeLoopback(Prefix prefix) {
        return isLoopback(prefix)
                && prefix.length() == (prefix.base() instanceof Inet4Address ? 8 : 128);
    }

    private static boolean isNeverMedia(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()) {
            return true;
        }
        var octets = address.getAddress();
        return switch (address) {
            // This network (RFC 1122), and class E with the broadcast address.
            case Inet4Address _ -> octets[0] == 0 || (octets[0] & 0xF0) == 0xF0;
            case Inet6Address six -> embedsIpv4(six);
            default -> true;
        };
    }

    /// `::a.b.c.d`, `::ffff:a.b.c.d` and NAT64's `64:ff9b::/96`: an IPv4 address that no IPv4 rule
    /// looked at.
    private static boolean embedsIpv4(Inet6Address address) {
        var o = address.getAddress();
        boolean zeros = true;
        for (int i = 0; i < 10; i++) {
            zeros &= o[i] == 0;
        }
        boolean mapped = zeros && o[10] == (byte) 0xFF && o[11] == (byte) 0xFF;
        boolean nat64 = o[0] == 0 && o[1] == 0x64 && o[2] == (byte) 0xFF && o[3] == (byte) 0x9B;
        boolean compatible = address.isIPv4CompatibleAddress() && !address.isLoopbackAddress();
        return mapped || nat64 || compatible;
    }

    private static Optional<Refused> refused(Reason reason, String detail) {
        return Optional.of(new Refused(reason, detail));
    }
}
