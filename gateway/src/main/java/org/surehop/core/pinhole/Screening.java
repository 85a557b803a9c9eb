package org.surehop.core.pinhole;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.surehop.core.config.MediaRules.Otherwise;
import org.surehop.core.config.Pinholes;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.FlowPlan;
import org.surehop.core.sdp.FlowRules;
import org.surehop.core.sdp.FlowRules.End;
import org.surehop.core.sdp.Flows;
import org.surehop.core.sdp.Offered;
import org.surehop.core.sdp.SdpFragment;
import org.surehop.core.sdp.SdpLimits;
import org.surehop.core.sdp.SdpParser;
import org.surehop.core.sdp.SdpProblem;
import org.surehop.core.sdp.SdpResult;
import org.surehop.core.sdp.SessionDescription;
import org.surehop.core.sdp.SkippedMedia;
import org.surehop.core.sdp.SkippedMedia.Why;
import org.surehop.core.sdp.SourcePolicy;
import org.surehop.core.sip.Side;

/// Reads what the parties of an offer/answer exchange said, from their proofs, and says which flows
/// they may have, or why not (MID-50, MID-51, PIN-1 to PIN-4). What somebody demands and may not
/// have refuses the whole; an ICE candidate that may not have a pinhole is left out, since there
/// is a choice, and the whole is refused only when none is left.
final class Screening {
    private final Pinholes config;
    private final SdpLimits limits;
    private final AddressPolicy addresses;

    /// What may be had.
    sealed interface Verdict {}

    record Planned(List<Flow> flows, List<SkippedMedia> skipped) implements Verdict {}

    record Refused(PinholeOutcome.Refused refusal) implements Verdict {}

    Screening(Pinholes config, Set<InetAddress> own) {
        this.config = config;
        this.limits = new SdpLimits(config.maxMedia(), config.media().maxCandidates());
        this.addresses = new AddressPolicy(config, own);
    }

    /// Why an offer may not even travel on; empty when it may.
    Optional<PinholeOutcome.Refused> refusalOf(Party offerer) {
        return switch (read(offerer)) {
            case SdpProblem problem -> Optional.of(refused(problem));
            case SessionDescription offer -> refusalOf(Flows.offered(offer, end(offerer)), offerer);
        };
    }

    /// The pinholes of a party inside for media that comes before the answer (PIN-25): from anyone
    /// to where it listens. Media with ICE is left out unless the source policy is `any`.
    Verdict early(Party offerer) {
        return switch (read(offerer)) {
            case SdpProblem problem -> new Refused(refused(problem));
            case SessionDescription offer -> {
                var offered = Flows.offered(offer, end(offerer));
                boolean ice = config.media().source() == SourcePolicy.ANY;
                yield refusalOf(offered, offerer)
                        .<Verdict>map(Refused::new)
                        .orElseGet(
                                () ->
                                        offerer.side() == Side.INSIDE
                                                ? new Planned(
                                                        offered.fromAnyone(ice), offered.skipped())
                                                : new Planned(List.of(), List.of()));
            }
        };
    }

    /// The pinholes of user agents inside whose descriptions nobody here reads (PIN-5): from anyone
    /// to the ports of the configured range that are not denied.
    Verdict blind(Set<InetAddress> inside) {
        var flows = new ArrayList<Flow>();
        var range = config.media().unknowns().blind();
        for (var address : inside) {
            var refusal = addresses.insideOfAgent(address);
            if (refusal.isPresent()) {
                return new Refused(refusal.get());
            }
            IntStream.rangeClosed(range.lowestPort(), range.highestPort())
                    .filter(port -> addresses.port(port).isEmpty())
                    .mapToObj(port -> Offered.wildcard(address, port))
                    .forEach(flows::add);
        }
        return new Planned(List.copyOf(flows), List.of());
    }

    /// What the pair may have. Parties on one side of the firewall need no flow.
    Verdict plan(Party offerer, Party answerer) {
        var answer = read(answerer);
        return switch (plan(read(offerer), answer, offerer, answerer)) {
            case FlowPlan.Refused(var problem) -> new Refused(refused(problem));
            case FlowPlan.Agreed _ when offerer.side() == answerer.side() ->
                    new Planned(List.of(), List.of());
            case FlowPlan.Agreed plan ->
                    refusalOf(answer, answerer)
                            .or(() -> refusalOf(plan, offerer, answerer))
                            .<Verdict>map(Refused::new)
                            .orElseGet(() -> new Planned(plan.all(), plan.skipped()));
        };
    }

    /// Whether the second description says of itself that it is the first (RFC 3264 §8).
    boolean unchanged(Assured before, Assured now) {
        return SdpParser.parse(before.sdp(), limits) instanceof SessionDescription old
                && SdpParser.parse(now.sdp(), limits) instanceof SessionDescription same
                && old.sessionId().equals(same.sessionId())
                && old.version().equals(same.version());
    }

    private SdpResult read(Party party) {
        var result = SdpParser.parse(party.proof().sdp(), limits);
        for (var more : party.trickled()) {
            if (result instanceof SessionDescription description) {
                result =
                        switch (SdpParser.parseFragment(more.sdp(), limits)) {
                            case SdpProblem problem -> problem;
                            case SdpFragment fragment -> description.with(fragment, limits);
                        };
            }
        }
        return result;
    }

    private FlowPlan plan(SdpResult offer, SdpResult answer, Party offerer, Party answerer) {
        var rules = new FlowRules(config.media().source(), end(offerer), end(answerer));
        return switch (offer) {
            case SdpProblem problem -> new FlowPlan.Refused(problem);
            case SessionDescription offered ->
                    switch (answer) {
                        case SdpProblem problem -> new FlowPlan.Refused(problem);
                        case SessionDescription answered -> Flows.between(offered, answered, rules);
                    };
        };
    }

    private End end(Party party) {
        return new End(
                party.side() == Side.INSIDE,
                address -> addresses.address(address, party).isEmpty(),
                port -> addresses.port(port).isEmpty());
    }

    private static PinholeOutcome.Refused refused(SdpProblem problem) {
        var reason =
                switch (problem.kind()) {
                    case TOO_LARGE,
                            BAD_TEXT,
                            BAD_SYNTAX,
                            BAD_PORT,
                            NO_CONNECTION,
                            BAD_BUNDLE,
                            NOT_A_PAIR ->
                            Reason.SDP_MALFORMED;
                    case TOO_MANY_MEDIA, TOO_MANY_CANDIDATES -> Reason.TOO_MANY_MEDIA;
                    case BAD_ADDRESS, NAME, MULTICAST -> Reason.ADDRESS_REFUSED;
                };
        return new PinholeOutcome.Refused(reason, problem.toString());
    }

    private Optional<PinholeOutcome.Refused> refusalOf(Offered offered, Party author) {
        return offered.media().stream()
                .filter(m -> !m.ice())
                .flatMap(m -> m.endpoints().stream())
                .flatMap(
                        e ->
                                addresses
                                        .address(e.at().getAddress(), author)
                                        .or(() -> addresses.port(e.at().getPort()))
                                        .stream())
                .findFirst()
                .or(() -> generalRefusal(offered, author));
    }

    /// An answer's demands are judged with its flows: not every address in it is used.
    private Optional<PinholeOutcome.Refused> refusalOf(SdpResult answer, Party author) {
        return answer instanceof SessionDescription description
                ? generalRefusal(Flows.offered(description, end(author)), author)
                : Optional.empty();
    }

    private Optional<PinholeOutcome.Refused> generalRefusal(Offered offered, Party author) {
        var skipped = offered.skipped().stream().map(SkippedMedia::why).toList();
        if (skipped.contains(Why.NO_CANDIDATE)) {
            return refused(Reason.ADDRESS_REFUSED, "no ICE candidate that may have a pinhole");
        }
        if (config.media().unknownMedia() == Otherwise.REFUSE
                && skipped.contains(Why.PROTOCOL_NOT_KNOWN)) {
            return refused(Reason.MEDIA_UNKNOWN, "media over a protocol that is not known here");
        }
        if (offered.endpoints().size() > config.maxRulesPerCall()) {
            return refused(Reason.TOO_MANY_MEDIA, "more media or flows than a call may have");
        }
        boolean natted =
                author.side() == Side.INSIDE
                        && config.media().natWithoutIce() == Otherwise.REFUSE
                        && offered.media().stream().anyMatch(Screening::isOnlyPrivate);
        return natted
                ? refused(
                        Reason.NAT_WITHOUT_ICE,
                        "a private media address and no candidate that the outside can reach")
                : Optional.empty();
    }

    /// Media whose every place is private: behind a NAT, nobody outside could send to it.
    private static boolean isOnlyPrivate(Offered.Listening media) {
        var places =
                Stream.concat(
                                media.endpoints().stream().map(e -> e.at().getAddress()),
                                media.elsewhere().stream())
                        .toList();
        return !media.growing()
                && !places.isEmpty()
                && places.stream().allMatch(PrivateAddress::is);
    }

    private static Optional<PinholeOutcome.Refused> refused(Reason reason, String detail) {
        return Optional.of(new PinholeOutcome.Refused(reason, detail));
    }

    private Optional<PinholeOutcome.Refused> refusalOf(
            FlowPlan.Agreed plan, Party offerer, Party answerer) {
        return Stream.concat(
                        plan.toOfferer().stream().map(f -> addresses.refusal(f, answerer, offerer)),
                        plan.toAnswerer().stream()
                                .map(f -> addresses.refusal(f, offerer, answerer)))
                .flatMap(Optional::stream)
                .findFirst();
    }
}
