package org.surehop.core.pinhole.middlebox;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Midcom;
import org.surehop.core.config.Pinholes;
import org.surehop.core.pinhole.AddressPolicy;
import org.surehop.core.pinhole.PinholeOutcome.Refused;
import org.surehop.core.pinhole.middlebox.Terms.Direction;
import org.surehop.core.pinhole.middlebox.Terms.Interfaces;
import org.surehop.core.pinhole.middlebox.Terms.Protocol;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;

/// Whether terms can be had here, and by that agent: wildcards, ports, interfaces, addresses. It
/// knows no rules.
final class Examiner {
    private final Pinholes config;
    private final AddressPolicy addresses;
    private final Optional<Interfaces> boundary;

    Examiner(Pinholes config, Set<InetAddress> own, Optional<Interfaces> boundary) {
        this.config = config;
        this.addresses = new AddressPolicy(config, own);
        this.boundary = boundary;
    }

    /// What was found.
    sealed interface Finding {
        /// These flows do it.
        record Fit(List<Flow> flows) implements Finding {}

        /// It cannot be had.
        record Unfit(Failure failure, String detail) implements Finding {}
    }

    Finding examine(Terms terms, Midcom.Agent agent) {
        return shape(terms)
                .or(() -> wildcards(terms))
                .or(() -> ports(terms))
                .or(() -> interfaces(terms.interfaces()))
                .or(() -> whose(terms.internal().address(), agent))
                .or(() -> places(terms))
                .<Finding>map(unfit -> unfit)
                .orElseGet(() -> new Finding.Fit(terms.flows()));
    }

    Optional<Finding.Unfit> examine(Reservation wanted, Midcom.Agent agent) {
        return range(wanted.range())
                .or(() -> interfaces(wanted.interfaces()))
                .or(() -> wanted.internal().flatMap(a0 -> whose(a0.address(), agent)));
    }

    /// Whether the rights of an agent, as they are now, still cover what it has open.
    boolean covers(Midcom.Agent agent, Rule rule) {
        return switch (rule.action()) {
            case Rule.Action.Keep _ -> true;
            case Rule.Action.Open(var terms, _) ->
                    whose(terms.internal().address(), agent).isEmpty();
        };
    }

    private Optional<Finding.Unfit> shape(Terms terms) {
        if (terms.protocol() == Protocol.ANY) {
            return unfit(Failure.NO_TRANSPORT_WILDCARD, "transport protocol: any");
        }
        var one = terms.internal().address();
        var other = terms.external().address();
        return one.getClass() == other.getClass()
                ? range(terms.range())
                : unfit(Failure.LACK_OF_ADDRESSES, "both ends must have one version of IP");
    }

    private Optional<Finding.Unfit> range(int range) {
        if (range < 1) {
            return unfit(Failure.PARAMETER_NOT_SUPPORTED, "port range: at least one port");
        }
        return range > config.maxRulesPerCall()
                ? unfit(Failure.LACK_OF_RESOURCES, "a longer range of ports than one rule may have")
                : Optional.empty();
    }

    /// Kernel sets hold exact destinations; only who sends may stay open.
    private static Optional<Finding.Unfit> wildcards(Terms terms) {
        var in = terms.direction() != Direction.OUTBOUND;
        var out = terms.direction() != Direction.INBOUND;
        if (!terms.internal().isOne() || (in && terms.internal().port() == 0)) {
            return unfit(Failure.NO_INTERNAL_WILDCARD, "the inside end must be one address, port");
        }
        var external = terms.external();
        if (!external.isOne() && (out || !external.isAnyone())) {
            return unfit(Failure.NO_EXTERNAL_WILDCARD, "only all addresses, and only inbound");
        }
        return out && external.port() == 0
                ? unfit(Failure.NO_EXTERNAL_WILDCARD, "to the outside there must be a port")
                : Optional.empty();
    }

    private Optional<Finding.Unfit> ports(Terms terms) {
        for (var end : List.of(terms.internal(), terms.external())) {
            if (end.port() != 0 && end.port() + terms.range() - 1 > 65_535) {
                return unfit(Failure.LACK_OF_PORTS, "the range goes beyond port 65535");
            }
        }
        return terms.flows().stream()
                .map(flow -> addresses.port(flow.port()))
                .flatMap(Optional::stream)
                .findFirst()
                .flatMap(Examiner::refused);
    }

    private Optional<Finding.Unfit> interfaces(Optional<Interfaces> named) {
        if (named.isEmpty()) {
            return Optional.empty();
        }
        var inside = named.get().inside();
        var outside = named.get().outside();
        if (inside.isEmpty() || outside.isEmpty()) {
            return unfit(Failure.PARAMETER_NOT_SUPPORTED, "interfaces: both or neither");
        }
        if (boundary.map(b -> b.inside().equals(inside)).orElse(false)) {
            return boundary.get().outside().equals(outside)
                    ? Optional.empty()
                    : absent(outside, Failure.OUTSIDE_INTERFACE_UNFIT, false);
        }
        return absent(inside, Failure.INSIDE_INTERFACE_UNFIT, true);
    }

    private Optional<Finding.Unfit> absent(String name, Failure unfit, boolean inside) {
        var known =
                boundary.filter(b -> b.inside().equals(name) || b.outside().equals(name))
                        .isPresent();
        var failure = inside ? Failure.NO_SUCH_INSIDE_INTERFACE : Failure.NO_SUCH_OUTSIDE_INTERFACE;
        return unfit(known ? unfit : failure, "interface");
    }

    /// MID-50: an agent opens for what it answers for, and nothing else.
    private static Optional<Finding.Unfit> whose(InetAddress internal, Midcom.Agent agent) {
        return agent.prefixes().stream().anyMatch(p -> p.contains(internal))
                ? Optional.empty()
                : unfit(Failure.NOT_AUTHORIZED, "the inside address is in no prefix of the agent");
    }

    private Optional<Finding.Unfit> places(Terms terms) {
        var external = terms.external();
        return addresses
                .insideOfAgent(terms.internal().address())
                .or(
                        () ->
                                external.isAnyone()
                                        ? Optional.empty()
                                        : addresses.outsideOfAgent(external.address()))
                .flatMap(Examiner::refused);
    }

    /// What the operator refuses to all stands before any agent's rule (MID-10, RFC 3304 §2.2.11).
    private static Optional<Finding.Unfit> refused(Refused refused) {
        return unfit(
                refused.reason() == Reason.PORT_REFUSED ? Failure.CONFLICT : Failure.NOT_AUTHORIZED,
                refused.detail());
    }

    private static Optional<Finding.Unfit> unfit(Failure failure, String detail) {
        return Optional.of(new Finding.Unfit(failure, detail));
    }
}
