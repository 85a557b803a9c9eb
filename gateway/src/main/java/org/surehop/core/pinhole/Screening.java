package org.surehop.core.pinhole;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.config.Pinholes;
import org.surehop.core.report.Reason;
import org.surehop.core.sdp.Flow;
import org.surehop.core.sdp.FlowPlan;
import org.surehop.core.sdp.Flows;
import org.surehop.core.sdp.SdpParser;
import org.surehop.core.sdp.SdpProblem;
import org.surehop.core.sdp.SdpResult;
import org.surehop.core.sdp.SessionDescription;
import org.surehop.core.sdp.SkippedMedia;

/// Reads what the parties of an offer/answer exchange said, from their proofs, and says which flows
/// they may have, or why not (MID-50, MID-51, PIN-2 to PIN-4).
final class Screening {
    private final Pinholes config;
    private final AddressPolicy addresses;

    /// What a pair may have.
    sealed interface Verdict {}

    record Planned(List<Flow> flows, List<SkippedMedia> skipped) implements Verdict {}

    record Refused(PinholeOutcome.Refused refusal) implements Verdict {}

    Screening(Pinholes config, Set<InetAddress> own) {
        this.config = config;
        this.addresses = new AddressPolicy(config, own);
    }

    /// Why an offer may not even travel on; empty when it may.
    Optional<PinholeOutcome.Refused> refusalOf(Party offerer) {
        return switch (read(offerer)) {
            case SdpProblem problem -> Optional.of(refused(problem));
            case SessionDescription offer -> refusalOf(offer, offerer);
        };
    }

    /// Parties on one side of the firewall need no flow.
    Verdict plan(Party offerer, Party answerer) {
        return switch (plan(read(offerer), read(answerer))) {
            case FlowPlan.Refused(var problem) -> new Refused(refused(problem));
            case FlowPlan.Agreed _ when offerer.side() == answerer.side() ->
                    new Planned(List.of(), List.of());
            case FlowPlan.Agreed plan ->
                    refusalOf(plan, offerer, answerer)
                            .<Verdict>map(Refused::new)
                            .orElseGet(() -> new Planned(plan.all(), plan.skipped()));
        };
    }

    private SdpResult read(Party party) {
        return SdpParser.parse(party.proof().sdp(), config.maxMedia());
    }

    private static FlowPlan plan(SdpResult offer, SdpResult answer) {
        return switch (offer) {
            case SdpProblem problem -> new FlowPlan.Refused(problem);
            case SessionDescription offered ->
                    switch (answer) {
                        case SdpProblem problem -> new FlowPlan.Refused(problem);
                        case SessionDescription answered -> Flows.between(offered, answered);
                    };
        };
    }

    private static PinholeOutcome.Refused refused(SdpProblem problem) {
        var reason =
                switch (problem.kind()) {
                    case TOO_LARGE, BAD_TEXT, BAD_SYNTAX, BAD_PORT, NO_CONNECTION, NOT_A_PAIR ->
                            Reason.SDP_MALFORMED;
                    case TOO_MANY_MEDIA -> Reason.TOO_MANY_MEDIA;
                    case BAD_ADDRESS, NAME, MULTICAST -> Reason.ADDRESS_REFUSED;
                };
        return new PinholeOutcome.Refused(reason, problem.toString());
    }

    private Optional<PinholeOutcome.Refused> refusalOf(SessionDescription offer, Party offerer) {
        for (var endpoint : Flows.endpoints(offer)) {
            var refusal =
                    addresses
                            .address(endpoint.getAddress(), offerer)
                            .or(() -> addresses.port(endpoint.getPort()));
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<PinholeOutcome.Refused> refusalOf(
            FlowPlan.Agreed plan, Party offerer, Party answerer) {
        return plan.toOfferer().stream()
                .flatMap(f -> addresses.refusal(f, answerer, offerer).stream())
                .findFirst()
                .or(
                        () ->
                                plan.toAnswerer().stream()
                                        .flatMap(
                                                f ->
                                                        addresses
                                                                .refusal(f, offerer, answerer)
                                                                .stream())
                                        .findFirst());
    }
}
