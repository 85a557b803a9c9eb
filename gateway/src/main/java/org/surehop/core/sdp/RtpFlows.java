package org.surehop.core.sdp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// RTP and RTCP by the addresses of `c=` and `m=` (RFC 3264, 3605, 5761), and the media that are
/// one UDP flow. RTCP goes both ways whatever the direction attributes say, and so does DTLS.
final class RtpFlows {
    private RtpFlows() {}

    static List<Flow> towards(Way way) {
        var receiver = way.receiver();
        var sender = way.sender();
        boolean mux = shared(sender, receiver);
        boolean rtp = receiver.direction().receives() && sender.direction().sends();
        boolean rtcp = !receiver.withoutRtcp() || !sender.withoutRtcp();
        var flows = new ArrayList<Flow>();
        for (int n = 0; n < Math.min(receiver.portCount(), sender.portCount()); n++) {
            if (rtp || handshakes(receiver) || (rtcp && mux)) {
                flows.add(media(way, 2 * n));
            }
            if (rtcp && !mux) {
                control(way, n).ifPresent(flows::add);
            }
        }
        return flows;
    }

    /// T.38, data channels: one flow each way, whatever the direction attributes say.
    static List<Flow> single(Way way) {
        return List.of(media(way, 0));
    }

    /// RTP and RTCP share a port: both multiplex, or one has no other port.
    static boolean shared(MediaDescription one, MediaDescription other) {
        return (one.rtcpMux() && other.rtcpMux()) || one.muxOnly() || other.muxOnly();
    }

    /// Where the author listens for RTCP of port pair `n`, when it has an address and a port.
    static Optional<InetSocketAddress> control(MediaDescription of, int n) {
        int first = of.rtcp().map(MediaDescription.RtcpAttribute::port).orElse(of.port() + 1);
        int port = first + 2 * n;
        var at = of.rtcp().flatMap(r -> r.address()).or(of::address);
        return at.filter(a -> port <= 65_535 && !a.isAnyLocalAddress())
                .map(a -> new InetSocketAddress(a, port));
    }

    /// DTLS needs both directions (RFC 5763 §6.7).
    private static boolean handshakes(MediaDescription medium) {
        return medium.proto().startsWith("UDP/TLS/");
    }

    private static Flow media(Way way, int beyond) {
        return way.udp(
                address(way.sender()),
                way.sender().port() + beyond,
                address(way.receiver()),
                way.receiver().port() + beyond);
    }

    /// No flow when there is no such port or the two RTCP addresses are of different families.
    private static Optional<Flow> control(Way way, int n) {
        var from = control(way.sender(), n);
        var to = control(way.receiver(), n);
        return from.isPresent()
                        && to.isPresent()
                        && from.get().getAddress().getClass() == to.get().getAddress().getClass()
                ? Optional.of(
                        way.udp(
                                from.get().getAddress(),
                                from.get().getPort(),
                                to.get().getAddress(),
                                to.get().getPort()))
                : Optional.empty();
    }

    private static InetAddress address(MediaDescription media) {
        return media.address().orElseThrow();
    }
}
