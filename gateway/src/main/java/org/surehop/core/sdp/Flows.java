package org.surehop.core.sdp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.core.sdp.SkippedMedia.Why;

/// Which flows an offer and its answer need (PIN 6.2, RFC 3264, 3605, 5761): media lines pair by
/// position; a flow goes from the address of its sender, any port, to the address and port where
/// its receiver listens (PIN-2). RTCP goes both ways whatever the direction attributes say.
public final class Flows {
    /// The RTP profiles; all travel over UDP.
    private static final Set<String> RTP =
            Set.of(
                    "RTP/AVP",
                    "RTP/AVPF",
                    "RTP/SAVP",
                    "RTP/SAVPF",
                    "UDP/TLS/RTP/SAVP",
                    "UDP/TLS/RTP/SAVPF");

    private static final Set<String> KINDS = Set.of("audio", "video", "text");

    /// The discard port stands for "not known yet" (RFC 4145, RFC 8840).
    private static final int DISCARD = 9;

    private Flows() {}

    public static FlowPlan between(SessionDescription offer, SessionDescription answer) {
        if (offer.media().size() != answer.media().size()) {
            return new FlowPlan.Refused(
                    new SdpProblem(
                            SdpProblem.Kind.NOT_A_PAIR,
                            0,
                            "the answer has not the media lines of the offer"));
        }
        var toOfferer = new LinkedHashSet<Flow>();
        var toAnswerer = new LinkedHashSet<Flow>();
        var skipped = new ArrayList<SkippedMedia>();
        for (int i = 0; i < offer.media().size(); i++) {
            var offered = offer.media().get(i);
            var answered = answer.media().get(i);
            var why = whyNot(offered, answered);
            if (why.isPresent()) {
                skipped.add(new SkippedMedia(i, why.get()));
            } else {
                toOfferer.addAll(towards(offered, answered));
                toAnswerer.addAll(towards(answered, offered));
            }
        }
        return new FlowPlan.Agreed(List.copyOf(toOfferer), List.copyOf(toAnswerer), skipped);
    }

    /// Where the author of an offer will listen, before there is an answer: every RTP and RTCP
    /// port of the media that could become flows (PIN-4: what a reservation looks at).
    public static List<InetSocketAddress> endpoints(SessionDescription offer) {
        var endpoints = new LinkedHashSet<InetSocketAddress>();
        for (var media : offer.media()) {
            if (media.port() == 0 || whyNot(media, media).isPresent()) {
                continue;
            }
            for (int n = 0; n < media.portCount(); n++) {
                endpoints.add(new InetSocketAddress(address(media), media.port() + 2 * n));
                control(media, media, n)
                        .map(f -> new InetSocketAddress(f.destination(), f.port()))
                        .ifPresent(endpoints::add);
            }
        }
        return List.copyOf(endpoints);
    }

    private static Optional<Why> whyNot(MediaDescription offered, MediaDescription answered) {
        if (offered.port() == 0 || answered.port() == 0) {
            return Optional.of(Why.REFUSED);
        }
        if (!RTP.contains(offered.proto()) || !KINDS.contains(offered.kind())) {
            return Optional.of(Why.PROTOCOL_NOT_KNOWN);
        }
        if (!offered.proto().equals(answered.proto()) || !offered.kind().equals(answered.kind())) {
            return Optional.of(Why.NOT_THE_SAME);
        }
        if (offered.silent() || answered.silent()) {
            return Optional.of(Why.SILENT);
        }
        if (isNowhere(offered) || isNowhere(answered)) {
            return Optional.of(Why.NO_ADDRESS);
        }
        return familyOf(offered) == familyOf(answered)
                ? Optional.empty()
                : Optional.of(Why.FAMILIES_DIFFER);
    }

    private static boolean isNowhere(MediaDescription media) {
        return media.address().isEmpty() || media.onHold() || media.port() == DISCARD;
    }

    private static Class<?> familyOf(MediaDescription media) {
        return media.address().orElseThrow().getClass();
    }

    /// The flows that `receiver` gets from `sender`.
    private static List<Flow> towards(MediaDescription receiver, MediaDescription sender) {
        boolean mux = receiver.rtcpMux() && sender.rtcpMux();
        boolean rtp = receiver.direction().receives() && sender.direction().sends();
        boolean rtcp = !receiver.withoutRtcp() || !sender.withoutRtcp();
        var flows = new ArrayList<Flow>();
        for (int n = 0; n < Math.min(receiver.portCount(), sender.portCount()); n++) {
            int port = receiver.port() + 2 * n;
            if (rtp || (rtcp && mux)) {
                flows.add(udp(address(sender), address(receiver), port));
            }
            if (rtcp && !mux) {
                control(sender, receiver, n).ifPresent(flows::add);
            }
        }
        return flows;
    }

    /// RTCP beside RTP: the next port, or what `a=rtcp` says. No flow when there is no such port
    /// or the two RTCP addresses are of different families.
    private static Optional<Flow> control(
            MediaDescription sender, MediaDescription receiver, int n) {
        int first = receiver.rtcp().map(r -> r.port()).orElse(receiver.port() + 1);
        int port = first + 2 * n;
        var from = controlAddress(sender);
        var to = controlAddress(receiver);
        boolean possible =
                port <= 65_535
                        && from.getClass() == to.getClass()
                        && !from.isAnyLocalAddress()
                        && !to.isAnyLocalAddress();
        return possible ? Optional.of(udp(from, to, port)) : Optional.empty();
    }

    private static Flow udp(InetAddress from, InetAddress to, int port) {
        return new Flow(Transport.UDP, from, 0, to, port);
    }

    private static InetAddress address(MediaDescription media) {
        return media.address().orElseThrow();
    }

    private static InetAddress controlAddress(MediaDescription media) {
        return media.rtcp().flatMap(r -> r.address()).orElseGet(() -> address(media));
    }
}
