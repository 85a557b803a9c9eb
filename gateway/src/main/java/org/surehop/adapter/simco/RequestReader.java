package org.surehop.adapter.simco;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.surehop.adapter.simco.Attribute.EnableSet;
import org.surehop.adapter.simco.Attribute.GroupId;
import org.surehop.adapter.simco.Attribute.Lifetime;
import org.surehop.adapter.simco.Attribute.ReserveSet;
import org.surehop.adapter.simco.Attribute.RuleId;
import org.surehop.adapter.simco.Attribute.Tuple;
import org.surehop.core.pinhole.middlebox.AgentRequest;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.Reservation;
import org.surehop.core.pinhole.middlebox.Terms;
import org.surehop.core.pinhole.middlebox.Terms.Direction;

/// What an agent's message asks (RFC 4540 §5). The group transactions of RFC 5189 have no message:
/// SIMCO leaves them out (§2).
final class RequestReader {
    private static final Set<Class<? extends Attribute>> NOTHING = Set.of();

    private RequestReader() {}

    /// Empty for a sub-type that is no request here.
    static Optional<AgentRequest> read(Frame frame) throws BadFrame {
        var in = new Carried(frame.attributes());
        return Optional.ofNullable(
                switch (frame.sub()) {
                    case Code.SE -> establish(in);
                    case Code.ST -> {
                        in.only(NOTHING);
                        yield new AgentRequest.Terminate();
                    }
                    case Code.PRR -> reserve(in);
                    case Code.PER -> {
                        in.only(
                                Set.of(
                                        EnableSet.class,
                                        Tuple.class,
                                        Lifetime.class,
                                        GroupId.class));
                        yield enable(in, 0);
                    }
                    case Code.PEA -> {
                        in.only(Set.of(EnableSet.class, Tuple.class, Lifetime.class, RuleId.class));
                        yield enable(in, in.must(RuleId.class).id());
                    }
                    case Code.PLC -> {
                        in.only(Set.of(RuleId.class, Lifetime.class));
                        yield new AgentRequest.ChangeRule(in.must(RuleId.class).id(), lifetime(in));
                    }
                    case Code.PRS -> {
                        in.only(Set.of(RuleId.class));
                        yield new AgentRequest.RuleStatus(in.must(RuleId.class).id());
                    }
                    case Code.PRL -> {
                        in.only(NOTHING);
                        yield new AgentRequest.ListRules();
                    }
                    default -> null;
                });
    }

    private static AgentRequest establish(Carried in) throws BadFrame {
        in.only(Set.of(Attribute.Version.class, Attribute.Secret.class));
        var version = in.must(Attribute.Version.class);
        return new AgentRequest.Establish(version.major(), version.minor());
    }

    private static AgentRequest reserve(Carried in) throws BadFrame {
        in.only(Set.of(ReserveSet.class, Lifetime.class, GroupId.class));
        var set = in.must(ReserveSet.class);
        var parity =
                switch (set.parity()) {
                    case 0 -> Reservation.Parity.ANY;
                    case 1 -> Reservation.Parity.ODD;
                    case 2 -> Reservation.Parity.EVEN;
                    default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
                };
        var service =
                switch (set.natMode()) {
                    case 1 -> Reservation.Service.TRADITIONAL;
                    case 2 -> Reservation.Service.TWICE;
                    default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
                };
        if (set.insideVersion() > 2 || set.outsideVersion() > 2) {
            throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        }
        var wanted =
                new Reservation(
                        service,
                        Optional.empty(),
                        protocol(set.protocol()),
                        set.ports(),
                        parity,
                        Reservation.IpVersion.values()[set.outsideVersion()],
                        Optional.empty());
        return new AgentRequest.Reserve(group(in), wanted, lifetime(in));
    }

    private static AgentRequest enable(Carried in, long reserved) throws BadFrame {
        var set = in.must(EnableSet.class);
        var direction =
                switch (set.direction()) {
                    case 1 -> Direction.INBOUND;
                    case 2 -> Direction.OUTBOUND;
                    case 3 -> Direction.BIDIRECTIONAL;
                    default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
                };
        if (set.parity() != 0 && set.parity() != AnswerWriter.SAME_PARITY) {
            throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        }
        if (in.tuples().size() != 2) {
            throw new BadFrame(BadFrame.Kind.MISSING_ATTRIBUTE);
        }
        var a0 = in.tuples().getFirst();
        var a3 = in.tuples().getLast();
        if (!fit(a0, a3, direction)) {
            throw new BadFrame(BadFrame.Kind.INCONSISTENT);
        }
        var ports = a0.address().isPresent() ? a0.ports() : a3.ports();
        var terms =
                new Terms(
                        protocol(a0.protocol()),
                        direction,
                        endpoint(a0, a3),
                        endpoint(a3, a0),
                        ports,
                        set.parity() == AnswerWriter.SAME_PARITY,
                        Optional.empty());
        return new AgentRequest.Enable(reserved, group(in), terms, lifetime(in));
    }

    /// RFC 4540 §8.3.1: what is inconsistent, whatever the middlebox can do.
    private static boolean fit(Tuple a0, Tuple a3, Direction direction) {
        var both = a0.address().isPresent() && a3.address().isPresent();
        return a0.place() == Attribute.Place.INTERNAL
                && a3.place() == Attribute.Place.EXTERNAL
                && a0.protocol() == a3.protocol()
                && (!both || a0.ports() == a3.ports())
                && (direction != Direction.BIDIRECTIONAL || (isExact(a0) && isExact(a3)));
    }

    private static boolean isExact(Tuple tuple) {
        var whole = tuple.version() == 1 ? 32 : 128;
        return tuple.address().isPresent() && tuple.port() != 0 && tuple.prefixLength() == whole;
    }

    /// "Protocols only" stands for all addresses and ports of its version of IP, or the other's.
    private static Endpoint endpoint(Tuple tuple, Tuple other) {
        if (tuple.address().isPresent()) {
            return new Endpoint(tuple.address().get(), tuple.prefixLength(), tuple.port());
        }
        var version = tuple.version() == 0 ? other.version() : tuple.version();
        return new Endpoint(InetAddress.ofLiteral(version == 2 ? "::" : "0.0.0.0"), 0, 0);
    }

    private static Terms.Protocol protocol(int number) throws BadFrame {
        return switch (number) {
            case Code.ANY -> Terms.Protocol.ANY;
            case Code.TCP -> Terms.Protocol.TCP;
            case Code.UDP -> Terms.Protocol.UDP;
            default -> throw new BadFrame(BadFrame.Kind.NO_SUCH_PROTOCOL);
        };
    }

    private static long group(Carried in) {
        return in.maybe(GroupId.class).map(GroupId::id).orElse(0L);
    }

    private static Duration lifetime(Carried in) throws BadFrame {
        return Duration.ofSeconds(in.must(Lifetime.class).seconds());
    }
}
