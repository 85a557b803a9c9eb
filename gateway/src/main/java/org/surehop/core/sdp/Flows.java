package org.surehop.core.sdp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.core.sdp.FlowRules.End;
import org.surehop.core.sdp.Offered.Endpoint;
import org.surehop.core.sdp.Offered.Listening;
import org.surehop.core.sdp.SkippedMedia.Why;
import org.surehop.core.sdp.TcpFlows.Active;

/// Which flows descriptions need (PIN 6.2). Two questions have an answer here:
///
/// * [#between]: what an offer and its answer need. Media lines pair by position, each over the
///   transport that [Bundle] says, by the class of its [Medium]: [IceFlows], [RtpFlows] or
///   [TcpFlows].
/// * [#offered]: where the author of one description listens, before there is an answer. With
///   `fromAnyone` of what comes back, early media gets its pinholes; a re-offer and a fragment of
///   trickle ICE (`SessionDescription.with`, then again) give what stands beside the old flows.
public final class Flows {
    private Flows() {}

    /// What the pair needs, or why it is none.
    public static FlowPlan between(
            SessionDescription offer, SessionDescription answer, FlowRules rules) {
        if (offer.media().size() != answer.media().size()) {
            return new FlowPlan.Refused(
                    new SdpProblem(
                            SdpProblem.Kind.NOT_A_PAIR,
                            0,
                            "the answer has not the media lines of the offer"));
        }
        var bundle = new Bundle(offer, answer);
        var toOfferer = new LinkedHashSet<Flow>();
        var toAnswerer = new LinkedHashSet<Flow>();
        var skipped = new ArrayList<SkippedMedia>();
        for (int i = 0; i < offer.media().size(); i++) {
            if (offer.media().get(i).isRefused() || answer.media().get(i).isRefused()) {
                skipped.add(new SkippedMedia(i, Why.REFUSED));
                continue;
            }
            int transport = bundle.transportOf(offer, i);
            var offered = offer.media().get(i).over(offer.media().get(transport));
            var answered = answer.media().get(i).over(answer.media().get(transport));
            var pair = new Pair(offered, answered, rules);
            var why = pair.whyNot();
            if (why.isPresent()) {
                skipped.add(new SkippedMedia(i, why.get()));
            } else {
                toOfferer.addAll(pair.toOfferer());
                toAnswerer.addAll(pair.toAnswerer());
            }
        }
        return new FlowPlan.Agreed(List.copyOf(toOfferer), List.copyOf(toAnswerer), skipped);
    }

    /// Where the author listens by this description alone (PIN-4, PIN-25). Of a bundled offer that
    /// is each section's own address: its author must be ready on each (RFC 9143 §7.2).
    public static Offered offered(SessionDescription offer, End author) {
        var media = new ArrayList<Listening>();
        var skipped = new ArrayList<SkippedMedia>();
        for (int i = 0; i < offer.media().size(); i++) {
            var medium = offer.media().get(i);
            var kind = Medium.of(medium);
            if (medium.port() == 0) {
                skipped.add(new SkippedMedia(i, Why.REFUSED));
            } else if (kind.isEmpty()) {
                skipped.add(new SkippedMedia(i, Why.PROTOCOL_NOT_KNOWN));
            } else if (medium.silent()) {
                skipped.add(new SkippedMedia(i, Why.SILENT));
            } else if (IceFlows.spoken(medium)) {
                var listening = ice(i, medium, author);
                media.add(listening);
                withoutCandidate(medium, listening).ifPresent(skipped::add);
            } else {
                media.add(new Listening(i, false, false, plain(medium, kind.get()), List.of()));
            }
        }
        return new Offered(media, skipped);
    }

    private static Listening ice(int index, MediaDescription medium, End author) {
        var candidates = IceFlows.listening(medium, author);
        var elsewhere =
                medium.ice().candidates().stream()
                        .filter(c -> !candidates.contains(c))
                        .filter(c -> c.type() != Candidate.Type.HOST)
                        .map(Candidate::address)
                        .distinct()
                        .toList();
        return new Listening(
                index,
                true,
                medium.ice().growing(),
                candidates.stream()
                        .map(
                                c ->
                                        new Endpoint(
                                                c.transport(),
                                                new InetSocketAddress(c.address(), c.port())))
                        .toList(),
                elsewhere);
    }

    private static Optional<SkippedMedia> withoutCandidate(
            MediaDescription medium, Listening listening) {
        boolean relayed =
                medium.ice().candidates().stream().anyMatch(c -> c.type() == Candidate.Type.RELAY);
        boolean calls = medium.ice().candidates().stream().anyMatch(c -> !c.listens());
        if (!listening.endpoints().isEmpty() || listening.growing() || relayed || calls) {
            return Optional.empty();
        }
        var why = medium.ice().named() ? Why.NAMES_ONLY : Why.NO_CANDIDATE;
        return Optional.of(new SkippedMedia(listening.index(), why));
    }

    private static List<Endpoint> plain(MediaDescription medium, Medium kind) {
        return switch (kind) {
            case RTP -> medium.isNowhere() ? List.of() : rtp(medium);
            case DATAGRAMS ->
                    medium.isNowhere()
                            ? List.of()
                            : List.of(endpoint(Transport.UDP, address(medium), medium.port()));
            case CONNECTION, MSRP ->
                    medium.connecting().setup().filter(TcpFlows::mayListen).isEmpty()
                            ? List.of()
                            : TcpFlows.listening(medium, kind == Medium.MSRP).stream()
                                    .map(at -> new Endpoint(Transport.TCP, at))
                                    .toList();
        };
    }

    private static List<Endpoint> rtp(MediaDescription medium) {
        var endpoints = new ArrayList<Endpoint>();
        for (int n = 0; n < medium.portCount(); n++) {
            endpoints.add(endpoint(Transport.UDP, address(medium), medium.port() + 2 * n));
            if (!medium.muxOnly() && !medium.withoutRtcp()) {
                RtpFlows.control(medium, n)
                        .map(at -> new Endpoint(Transport.UDP, at))
                        .ifPresent(endpoints::add);
            }
        }
        return endpoints;
    }

    private static Endpoint endpoint(Transport transport, InetAddress address, int port) {
        return new Endpoint(transport, new InetSocketAddress(address, port));
    }

    private static InetAddress address(MediaDescription medium) {
        return medium.address().orElseThrow();
    }

    /// One medium of both descriptions, each over the transport it uses.
    private record Pair(MediaDescription offered, MediaDescription answered, FlowRules rules) {
        Optional<Why> whyNot() {
            var medium = Medium.of(offered);
            if (offered.port() == 0 || answered.port() == 0) {
                return Optional.of(Why.REFUSED);
            }
            if (medium.isEmpty()) {
                return Optional.of(Why.PROTOCOL_NOT_KNOWN);
            }
            if (!offered.proto().equals(answered.proto())
                    || !offered.kind().equals(answered.kind())) {
                return Optional.of(Why.NOT_THE_SAME);
            }
            if (offered.silent() || answered.silent()) {
                return Optional.of(Why.SILENT);
            }
            if (IceFlows.agreed(offered, answered)) {
                return withoutCandidate();
            }
            return switch (medium.get()) {
                case RTP, DATAGRAMS -> withoutAddress();
                case CONNECTION -> withoutConnection(false);
                case MSRP -> withoutConnection(true);
            };
        }

        private Optional<Why> withoutCandidate() {
            boolean some = !toOfferer().isEmpty() || !toAnswerer().isEmpty();
            if (some || offered.ice().growing() || answered.ice().growing()) {
                return Optional.empty();
            }
            boolean named = offered.ice().named() || answered.ice().named();
            return Optional.of(named ? Why.NAMES_ONLY : Why.NO_CANDIDATE);
        }

        private Optional<Why> withoutAddress() {
            if (offered.isNowhere() || answered.isNowhere()) {
                return Optional.of(Why.NO_ADDRESS);
            }
            return address(offered).getClass() == address(answered).getClass()
                    ? Optional.empty()
                    : Optional.of(Why.FAMILIES_DIFFER);
        }

        private Optional<Why> withoutConnection(boolean msrp) {
            var active = TcpFlows.active(offered, answered, msrp);
            if (active == Active.UNCLEAR) {
                return Optional.of(Why.NOT_THE_SAME);
            }
            if (active == Active.NOBODY) {
                return Optional.of(Why.NO_ADDRESS);
            }
            if (!toOfferer().isEmpty() || !toAnswerer().isEmpty()) {
                return Optional.empty();
            }
            var called = active == Active.ANSWERER ? offered : answered;
            boolean name = msrp && TcpFlows.isNamed(called);
            if (name) {
                return Optional.of(Why.NAMES_ONLY);
            }
            return Optional.of(
                    TcpFlows.listening(called, msrp).isEmpty()
                            ? Why.NO_ADDRESS
                            : Why.FAMILIES_DIFFER);
        }

        List<Flow> toOfferer() {
            return towards(
                    new Way(
                            answered,
                            rules.answerer(),
                            offered,
                            rules.offerer(),
                            rules.source(),
                            true));
        }

        List<Flow> toAnswerer() {
            return towards(
                    new Way(
                            offered,
                            rules.offerer(),
                            answered,
                            rules.answerer(),
                            rules.source(),
                            false));
        }

        private List<Flow> towards(Way way) {
            if (IceFlows.agreed(offered, answered)) {
                return IceFlows.towards(way);
            }
            return switch (Medium.of(offered).orElseThrow()) {
                case RTP -> RtpFlows.towards(way);
                case DATAGRAMS -> RtpFlows.single(way);
                case CONNECTION -> TcpFlows.towards(way, false);
                case MSRP -> TcpFlows.towards(way, true);
            };
        }
    }
}
