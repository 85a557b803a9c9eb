package org.surehop.core.sdp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.surehop.core.sdp.Candidate.Type;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.core.sdp.FlowRules.End;

/// The flows of ICE (PIN 6.2, RFC 8445, 6544): from the address of each candidate of the sender,
/// any port while checks run, to each candidate of the receiver of the same component, transport
/// and family. Of a party inside, relayed candidates are no place behind our firewall: for them it
/// reaches its TURN server, and the server answers. What `a=remote-candidates` has selected leaves
/// one pair for each component. Checks go both ways, so the direction attributes do not count.
final class IceFlows {
    /// Where TURN servers listen (RFC 8656).
    private static final int TURN = 3478;

    private IceFlows() {}

    /// Whether both do ICE for the medium. A default address that is no candidate was changed on
    /// its way: then there is no ICE (RFC 8839 §4.2.5, ice-mismatch).
    static boolean agreed(MediaDescription offered, MediaDescription answered) {
        return spoken(offered) && spoken(answered);
    }

    static boolean spoken(MediaDescription medium) {
        return medium.ice().spoken()
                && (medium.isNowhere()
                        || medium.ice().candidates().stream().anyMatch(c -> isFirst(medium, c)));
    }

    private static boolean isFirst(MediaDescription medium, Candidate candidate) {
        return candidate.component() == 1
                && candidate.port() == medium.port()
                && medium.address().filter(candidate.address()::equals).isPresent();
    }

    static List<Flow> towards(Way way) {
        boolean selected = way.offered().ice().selected();
        boolean one =
                Medium.of(way.receiver()).filter(m -> m == Medium.RTP).isEmpty()
                        || RtpFlows.shared(way.sender(), way.receiver());
        var senders = chosen(way.sender(), way.from(), selected);
        var flows = new LinkedHashSet<Flow>();
        for (var to : chosen(way.receiver(), way.to(), selected)) {
            if (to.listens() && !(one && to.component() != 1)) {
                senders.stream()
                        .filter(from -> fits(from, to))
                        .forEach(from -> flows.add(flow(way, from, to, selected)));
                anyone(way, to, selected).ifPresent(flows::add);
            }
        }
        flows.addAll(relaying(way, selected));
        return withoutCovered(flows);
    }

    /// Where the author may be reached through our firewall, as far as it has said.
    static List<Candidate> listening(MediaDescription medium, End author) {
        return chosen(medium, author, medium.ice().selected()).stream()
                .filter(Candidate::listens)
                .filter(c -> c.component() == 1 || !medium.muxOnly())
                .toList();
    }

    private static List<Candidate> chosen(MediaDescription of, End end, boolean selected) {
        var usable = of.ice().candidates().stream().filter(c -> isUsable(c, end)).toList();
        if (!selected) {
            return usable;
        }
        if (end.inside() && relayed(of, End.on(false), true).findAny().isPresent()) {
            return List.of();
        }
        var defaults = usable.stream().filter(c -> isDefault(of, c)).toList();
        return defaults.isEmpty() ? usable : defaults;
    }

    private static boolean isUsable(Candidate candidate, End end) {
        return !(end.inside() && candidate.type() == Type.RELAY)
                && end.addresses().test(candidate.address())
                && (!candidate.listens() || end.ports().test(candidate.port()));
    }

    private static boolean isDefault(MediaDescription of, Candidate candidate) {
        var second = RtpFlows.control(of, 0);
        return isFirst(of, candidate)
                || (candidate.component() == 2
                        && second.equals(
                                Optional.of(
                                        new InetSocketAddress(
                                                candidate.address(), candidate.port()))));
    }

    private static boolean fits(Candidate from, Candidate to) {
        return from.calls()
                && from.component() == to.component()
                && from.transport() == to.transport()
                && from.address().getClass() == to.address().getClass();
    }

    private static Flow flow(Way way, Candidate from, Candidate to, boolean selected) {
        boolean exact =
                selected
                        && from.transport() == Transport.UDP
                        && way.source() == SourcePolicy.ADDR_AND_PORT;
        return new Flow(
                from.transport(), from.address(), exact ? from.port() : 0, to.address(), to.port());
    }

    /// Peer-reflexive addresses are found by the checks alone: while they run, and only by policy.
    private static Optional<Flow> anyone(Way way, Candidate to, boolean selected) {
        boolean wanted =
                way.source() == SourcePolicy.ANY
                        && way.to().inside()
                        && to.transport() == Transport.UDP
                        && !selected
                        && !way.sender().ice().ended();
        return wanted
                ? Optional.of(
                        new Flow(
                                Transport.UDP,
                                anyAddress(to.address()),
                                0,
                                to.address(),
                                to.port()))
                : Optional.empty();
    }

    /// The address that stands for anyone.
    static InetAddress anyAddress(InetAddress like) {
        return InetAddress.ofLiteral(
                switch (like) {
                    case Inet4Address _ -> "0.0.0.0";
                    case Inet6Address _ -> "::";
                    default -> throw new IllegalArgumentException("no IP address");
                });
    }

    /// A flow from anyone holds those from somebody to the same place.
    private static List<Flow> withoutCovered(Set<Flow> flows) {
        var kept = new ArrayList<Flow>();
        for (var flow : flows) {
            boolean covered =
                    !flow.fromAnyone()
                            && flow.transport() == Transport.UDP
                            && flows.contains(
                                    new Flow(
                                            Transport.UDP,
                                            anyAddress(flow.destination()),
                                            0,
                                            flow.destination(),
                                            flow.port()));
            if (!covered) {
                kept.add(flow);
            }
        }
        return kept;
    }

    /// A party inside and its TURN server: the way there, or the way back, by who is `way.from`.
    private static List<Flow> relaying(Way way, boolean selected) {
        var flows = new ArrayList<Flow>();
        if (way.from().inside()) {
            for (var host : hosts(way.sender(), way.from())) {
                relayed(way.sender(), way.to(), selected)
                        .filter(server -> server.getClass() == host.address().getClass())
                        .map(s -> new Flow(Transport.UDP, host.address(), 0, s, TURN))
                        .forEach(flows::add);
            }
        }
        if (way.to().inside()) {
            for (var host : hosts(way.receiver(), way.to())) {
                relayed(way.receiver(), way.from(), selected)
                        .filter(server -> server.getClass() == host.address().getClass())
                        .map(s -> new Flow(Transport.UDP, s, TURN, host.address(), host.port()))
                        .forEach(flows::add);
            }
        }
        return flows;
    }

    private static List<Candidate> hosts(MediaDescription of, End end) {
        return of.ice().candidates().stream()
                .filter(c -> c.transport() == Transport.UDP && isUsable(c, end))
                .toList();
    }

    private static Stream<InetAddress> relayed(MediaDescription of, End beyond, boolean selected) {
        return of.ice().candidates().stream()
                .filter(c -> c.type() == Type.RELAY && c.transport() == Transport.UDP)
                .filter(c -> !selected || isDefault(of, c))
                .map(Candidate::address)
                .filter(beyond.addresses())
                .distinct();
    }
}
