package org.surehop.core.pinhole.middlebox;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.surehop.core.pinhole.OperStatus;
import org.surehop.core.sdp.Flow;

/// A policy rule as managers see it (RFC 5190): `group` and `index` are unique for their owner, 1
/// to 2^32-1, and stay as long as the rule. `terms` hold A0 and A3; `outside` is A2, which differs
/// from A0 only behind a NAT.
public record PolicyRule(
        String owner,
        long group,
        long index,
        OperStatus status,
        Terms terms,
        Endpoint outside,
        Instant ends) {
    private static final Endpoint NOWHERE = new Endpoint(InetAddress.ofLiteral("0.0.0.0"), 0, 0);

    /// An agent's rule.
    static PolicyRule of(Rule rule) {
        return switch (rule.action()) {
            case Rule.Action.Keep(var wanted) -> {
                var internal = wanted.internal().orElse(NOWHERE);
                var terms =
                        new Terms(
                                wanted.protocol(),
                                Terms.Direction.OUTBOUND,
                                internal,
                                NOWHERE,
                                wanted.range());
                yield of(rule, OperStatus.RESERVED, terms, NOWHERE);
            }
            case Rule.Action.Open(var terms, _) ->
                    of(rule, OperStatus.ENABLED, terms, terms.internal());
        };
    }

    private static PolicyRule of(Rule rule, OperStatus status, Terms terms, Endpoint outside) {
        return new PolicyRule(
                rule.owner(), rule.group(), rule.id(), status, terms, outside, rule.ends());
    }

    /// What an agent would have to ask for to get that flow.
    ///
    /// @param inbound whether it goes to the inside
    public static Terms terms(Flow flow, boolean inbound) {
        var there = new Endpoint(flow.destination(), flow.port());
        var whole = there.prefixLength();
        var from = new Endpoint(flow.source(), flow.fromAnyone() ? 0 : whole, flow.sourcePort());
        return new Terms(
                flow.transport() == Flow.Transport.TCP ? Terms.Protocol.TCP : Terms.Protocol.UDP,
                inbound ? Terms.Direction.INBOUND : Terms.Direction.OUTBOUND,
                inbound ? there : from,
                inbound ? from : there,
                1,
                false,
                Optional.empty());
    }

    /// Never less than nothing.
    public Duration remaining(Instant now) {
        return ends.isAfter(now) ? Duration.between(now, ends) : Duration.ZERO;
    }
}
