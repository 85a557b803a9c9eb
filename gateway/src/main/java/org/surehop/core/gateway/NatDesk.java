package org.surehop.core.gateway;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.GatewayConfig;
import org.surehop.core.config.Pinholes;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.pinhole.GroupId;
import org.surehop.core.pinhole.PinholeOutcome;
import org.surehop.core.pinhole.RuleSetChange;
import org.surehop.core.pinhole.Translation;
import org.surehop.core.pinhole.Translations;
import org.surehop.core.pinhole.Translations.Endpoint;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Rewriting;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Leg;
import org.surehop.core.sip.Octets;
import org.surehop.core.sip.Side;

/// Gives private media addresses a place outside, in descriptions that may be rewritten: in clear,
/// signed by nobody, alone in the body, and policy allows it. What somebody has protected is never
/// touched (D9): with a private address it is refused, since nobody outside could send there
/// (PIN-1).
final class NatDesk {
    private final Pinholes config;
    private final Translations translations;

    NatDesk(GatewayConfig config) {
        this.config = config.pinholes();
        var early = this.config.earlyLifetime();
        var late = this.config.lifetime();
        this.translations =
                new Translations(this.config.nat(), early.compareTo(late) > 0 ? early : late);
    }

    private boolean active() {
        return config.nat().present() && config.driver() != Pinholes.Driver.NONE;
    }

    /// Whether what that leg says crosses from the inside to the outside.
    private boolean crosses(Call call, Leg from) {
        return active()
                && !call.ended()
                && side(call, from) == Side.INSIDE
                && side(call, from.other()) == Side.OUTSIDE;
    }

    private static Side side(Call call, Leg leg) {
        return leg == Leg.A ? call.legA.side() : call.sideB;
    }

    /// PRR: looks at a description before it travels on, and takes the ports that it will need.
    Optional<PinholeOutcome.Refused> reserve(
            Call call, Leg from, Assured said, Body body, Instant now) {
        if (!crosses(call, from)) {
            return Optional.empty();
        }
        boolean free =
                said.basis() == Assured.Basis.CLEAR_BY_POLICY
                        && body.mediaType().equals("application/sdp");
        var result =
                Rewriting.of(said.sdp(), this::isPrivate, free ? places(call, now) : this::nowhere);
        return switch (result) {
            case Rewriting.Untouched _, Rewriting.Rewritten _ -> Optional.empty();
            case Rewriting.Impossible(var noPlace, _) when free && noPlace ->
                    refused(Reason.LACK_OF_RESOURCES, "no outside port is free");
            case Rewriting.Impossible(_, var detail) ->
                    refused(
                            Reason.NAT_WITHOUT_ICE,
                            free ? detail : "a private media address that may not be rewritten");
        };
    }

    private static Optional<PinholeOutcome.Refused> refused(Reason reason, String detail) {
        return Optional.of(new PinholeOutcome.Refused(reason, detail));
    }

    /// The body as the outside is to see it; the same octets where nothing is to be done.
    Body outward(Call call, Leg from, Body body, Instant now) {
        if (!body.mediaType().equals("application/sdp") || !crosses(call, from)) {
            return body;
        }
        return Rewriting.of(body.octets(), this::isPrivate, places(call, now))
                        instanceof Rewriting.Rewritten(Octets sdp)
                ? new Body(body.headers(), sdp)
                : body;
    }

    private boolean isPrivate(InetAddress address) {
        return address instanceof Inet4Address
                && config.insidePrefixes().stream().anyMatch(p -> p.contains(address));
    }

    private Optional<InetSocketAddress> nowhere(InetSocketAddress rtp, InetSocketAddress rtcp) {
        return Optional.empty();
    }

    private Rewriting.Places places(Call call, Instant now) {
        return (rtp, rtcp) ->
                translations
                        .reserve(holder(call), new Endpoint(rtp, rtcp), now)
                        .map(
                                even ->
                                        new InetSocketAddress(
                                                config.nat().outside().orElseThrow(), even));
    }

    /// The change with the translations of its call; once the call has ended, without them.
    RuleSetChange with(RuleSetChange change, Call call, Instant now) {
        if (!active()) {
            return change;
        }
        return call.ended()
                ? change.with(List.of(), translations.release(holder(call), now))
                : change.with(
                        change.enable().isEmpty() ? List.of() : translations.of(holder(call)),
                        List.of());
    }

    /// The outside places of its inside ports.
    List<Translation> translated(Call call) {
        return active() ? translations.of(holder(call)) : List.of();
    }

    /// Nothing of the call is left.
    void release(Call call, Instant now) {
        translations.release(holder(call), now);
    }

    /// A call holds ports as one, however many groups it has while it forks.
    private static GroupId holder(Call call) {
        return new GroupId(call.number);
    }

    int size() {
        return translations.size();
    }
}
