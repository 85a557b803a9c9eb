package org.surehop.adapter.simco;

import java.time.Duration;
import java.util.Optional;
import org.surehop.core.pinhole.middlebox.AgentRequest;
import org.surehop.core.pinhole.middlebox.Endpoint;
import org.surehop.core.pinhole.middlebox.Reservation;
import org.surehop.core.pinhole.middlebox.Terms;

/// What an agent's message asks. PDR, PLC and PRS name a rule or a group: with a group they are the
/// group transactions of RFC 5189.
final class RequestReader {
    private RequestReader() {}

    /// Empty for a sub-type that is no request here.
    static Optional<AgentRequest> read(Frame frame) throws BadFrame {
        var in = new Carried(frame.attributes());
        return Optional.ofNullable(
                switch (frame.sub()) {
                    case Code.SE -> {
                        var version = in.must(Attribute.Version.class);
                        yield new AgentRequest.Establish(version.major(), version.minor());
                    }
                    case Code.ST -> new AgentRequest.Terminate();
                    case Code.PRR -> reserve(in);
                    case Code.PER -> enable(in, 0);
                    case Code.PEA -> enable(in, in.must(Attribute.RuleId.class).id());
                    case Code.PDR -> lifetime(in, Duration.ZERO);
                    case Code.PLC -> lifetime(in, lifetime(in));
                    case Code.PRS -> status(in);
                    case Code.PRL -> new AgentRequest.ListRules();
                    default -> null;
                });
    }

    private static AgentRequest status(Carried in) throws BadFrame {
        var group = in.maybe(Attribute.GroupId.class);
        return group.isPresent()
                ? new AgentRequest.GroupStatus(group.get().id())
                : new AgentRequest.RuleStatus(in.must(Attribute.RuleId.class).id());
    }

    private static AgentRequest lifetime(Carried in, Duration lifetime) throws BadFrame {
        var group = in.maybe(Attribute.GroupId.class);
        return group.isPresent()
                ? new AgentRequest.ChangeGroup(group.get().id(), lifetime)
                : new AgentRequest.ChangeRule(in.must(Attribute.RuleId.class).id(), lifetime);
    }

    private static AgentRequest reserve(Carried in) throws BadFrame {
        var set = in.must(Attribute.ReserveSet.class);
        var a0 = in.must(Attribute.Place.INTERNAL);
        var parity =
                switch (set.parity()) {
                    case 0 -> Reservation.Parity.ANY;
                    case 1 -> Reservation.Parity.ODD;
                    case 2 -> Reservation.Parity.EVEN;
                    default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
                };
        var service =
                switch (set.natMode()) {
                    case 0, 1 -> Reservation.Service.TRADITIONAL;
                    case 2 -> Reservation.Service.TWICE;
                    default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
                };
        var wanted =
                new Reservation(
                        service, endpoint(a0), protocol(a0), a0.ports(), parity, Optional.empty());
        return new AgentRequest.Reserve(group(in), wanted, lifetime(in));
    }

    private static AgentRequest enable(Carried in, long reserved) throws BadFrame {
        var set = in.must(Attribute.EnableSet.class);
        var a0 = in.must(Attribute.Place.INTERNAL);
        var a3 = in.must(Attribute.Place.EXTERNAL);
        var direction =
                switch (set.direction()) {
                    case 1 -> Terms.Direction.INBOUND;
                    case 2 -> Terms.Direction.OUTBOUND;
                    case 3 -> Terms.Direction.BIDIRECTIONAL;
                    default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
                };
        if (a0.protocol() != a3.protocol() || a0.ports() != a3.ports()) {
            throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        }
        var terms = new Terms(protocol(a0), direction, whole(a0), whole(a3), a0.ports());
        return new AgentRequest.Enable(reserved, group(in), terms, lifetime(in));
    }

    private static Terms.Protocol protocol(Attribute.Tuple tuple) throws BadFrame {
        return switch (tuple.protocol()) {
            case Code.ANY -> Terms.Protocol.ANY;
            case Code.TCP -> Terms.Protocol.TCP;
            case Code.UDP -> Terms.Protocol.UDP;
            default -> throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        };
    }

    private static Endpoint whole(Attribute.Tuple tuple) throws BadFrame {
        return endpoint(tuple).orElseThrow(() -> new BadFrame(BadFrame.Kind.BAD_VALUE));
    }

    private static Optional<Endpoint> endpoint(Attribute.Tuple tuple) {
        return tuple.address().map(a -> new Endpoint(a, tuple.prefixLength(), tuple.port()));
    }

    private static long group(Carried in) {
        return in.maybe(Attribute.GroupId.class).map(Attribute.GroupId::id).orElse(0L);
    }

    private static Duration lifetime(Carried in) throws BadFrame {
        return Duration.ofSeconds(in.must(Attribute.Lifetime.class).seconds());
    }
}
