package org.surehop.core.pinhole.middlebox;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sdp.Flow;

/// What a PER asks to let through. `range` n stands for n rules of one port each, in step (MID-7);
/// `interfaces` are the inside and the outside one, both or neither (MID-10). `sameParity` matters
/// to a NAT alone; it is kept to be told.
public record Terms(
        Protocol protocol,
        Direction direction,
        Endpoint internal,
        Endpoint external,
        int range,
        boolean sameParity,
        Optional<Interfaces> interfaces) {

    /// Without named interfaces.
    public Terms(
            Protocol protocol,
            Direction direction,
            Endpoint internal,
            Endpoint external,
            int range) {
        this(protocol, direction, internal, external, range, false, Optional.empty());
    }

    /// `ANY` ignores ports.
    public enum Protocol {
        UDP,
        TCP,
        ANY
    }

    /// Seen from the inside; for TCP it says who may send the SYN (MID-8).
    public enum Direction {
        INBOUND,
        OUTBOUND,
        BIDIRECTIONAL
    }

    /// The interfaces that a rule is for.
    public record Interfaces(String inside, String outside) {}

    /// The flows of these terms, which [Examiner] has found to have some.
    List<Flow> flows() {
        var flows = new ArrayList<Flow>();
        for (int step = 0; step < range; step++) {
            if (direction != Direction.OUTBOUND) {
                flows.add(flow(external, internal, step));
            }
            if (direction != Direction.INBOUND) {
                flows.add(flow(internal, external, step));
            }
        }
        return flows;
    }

    private Flow flow(Endpoint from, Endpoint to, int step) {
        var transport = protocol == Protocol.TCP ? Flow.Transport.TCP : Flow.Transport.UDP;
        var source = from.isAnyone() ? anyone(from.address()) : from.address();
        return new Flow(transport, source, port(from, step), to.address(), port(to, step));
    }

    private static int port(Endpoint end, int step) {
        return end.port() == 0 ? 0 : end.port() + step;
    }

    private static InetAddress anyone(InetAddress like) {
        return InetAddress.ofLiteral(like instanceof Inet4Address ? "0.0.0.0" : "::");
    }
}
