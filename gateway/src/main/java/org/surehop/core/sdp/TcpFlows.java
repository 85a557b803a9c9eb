package org.surehop.core.sdp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.surehop.core.sdp.Connecting.Path;
import org.surehop.core.sdp.Connecting.Setup;
import org.surehop.core.sdp.Flow.Transport;
import org.surehop.core.sdp.FlowRules.End;

/// The flows of media over TCP: from the active side's address, any port, to where the passive
/// side listens (RFC 4145), which for MSRP is the first address of its path (RFC 4975, 6135). Who
/// opens the connection stands in one table. A connection that is kept (`a=connection:existing`)
/// was opened by whoever; both sides that have a port may be the one that was called.
final class TcpFlows {
    private TcpFlows() {}

    /// Who opens the connection.
    enum Active {
        OFFERER,
        ANSWERER,
        /// It stands already.
        EITHER,
        /// There is to be none now.
        NOBODY,
        /// The two do not agree.
        UNCLEAR
    }

    /// RFC 4145 §4.1: without a word the offerer is active. MSRP knows a passive offerer only when
    /// both speak of it (RFC 6135 §4.2).
    static Active active(MediaDescription offered, MediaDescription answered, boolean msrp) {
        if (answered.connecting().existing()) {
            return Active.EITHER;
        }
        boolean both =
                offered.connecting().setup().isPresent()
                        && answered.connecting().setup().isPresent();
        if (msrp && !both) {
            return Active.OFFERER;
        }
        var offer = offered.connecting().setup().orElse(Setup.ACTIVE);
        var answer = answered.connecting().setup().orElse(Setup.PASSIVE);
        return switch (answer) {
            case HOLDCONN -> Active.NOBODY;
            case ACTPASS -> Active.UNCLEAR;
            case ACTIVE ->
                    switch (offer) {
                        case PASSIVE, ACTPASS -> Active.ANSWERER;
                        case HOLDCONN -> Active.NOBODY;
                        case ACTIVE -> Active.UNCLEAR;
                    };
            case PASSIVE ->
                    switch (offer) {
                        case ACTIVE, ACTPASS -> Active.OFFERER;
                        case HOLDCONN -> Active.NOBODY;
                        case PASSIVE -> Active.UNCLEAR;
                    };
        };
    }

    static List<Flow> towards(Way way, boolean msrp) {
        var flows = new ArrayList<Flow>();
        var caller = source(way.sender(), msrp);
        boolean direct =
                !(msrp && (relays(way.sender(), way.from()) || relays(way.receiver(), way.to())));
        if (direct && called(way, msrp) && caller.isPresent()) {
            for (var at : listening(way.receiver(), msrp)) {
                if (at.getAddress().getClass() == caller.get().getClass()) {
                    flows.add(tcp(caller.get(), at));
                }
            }
        }
        if (msrp) {
            relay(way).ifPresent(flows::add);
        }
        return flows;
    }

    private static boolean called(Way way, boolean msrp) {
        return switch (active(way.offered(), way.answered(), msrp)) {
            case OFFERER -> !way.receiverOffered();
            case ANSWERER -> way.receiverOffered();
            case EITHER -> true;
            case NOBODY, UNCLEAR -> false;
        };
    }

    /// Where the author listens, when it does; RTCP beside RTP as over UDP (RFC 4571).
    static List<InetSocketAddress> listening(MediaDescription medium, boolean msrp) {
        if (msrp) {
            return medium
                    .connecting()
                    .path()
                    .filter(p -> p.port() != MediaDescription.DISCARD)
                    .flatMap(p -> p.address().map(a -> new InetSocketAddress(a, p.port())))
                    .filter(a -> !a.getAddress().isAnyLocalAddress())
                    .stream()
                    .toList();
        }
        if (medium.isNowhere()) {
            return List.of();
        }
        var at = new ArrayList<InetSocketAddress>();
        at.add(new InetSocketAddress(medium.address().orElseThrow(), medium.port()));
        if (medium.proto().contains("/RTP/") && !medium.rtcpMux() && !medium.muxOnly()) {
            RtpFlows.control(medium, 0).ifPresent(at::add);
        }
        return at;
    }

    static boolean mayListen(Setup setup) {
        return setup == Setup.PASSIVE || setup == Setup.ACTPASS;
    }

    static boolean isNamed(MediaDescription medium) {
        return medium.connecting().path().filter(p -> p.address().isEmpty()).isPresent();
    }

    private static Optional<InetAddress> source(MediaDescription medium, boolean msrp) {
        var path = medium.connecting().path();
        var address = msrp && path.isPresent() ? path.flatMap(Path::address) : medium.address();
        return address.filter(a -> !a.isAnyLocalAddress());
    }

    /// A party inside whose relay is not its own neighbour calls that relay (RFC 4976); nothing of
    /// the medium itself passes here then.
    private static Optional<Flow> relay(Way way) {
        var own = way.sender().address().filter(a -> !a.isAnyLocalAddress());
        return relays(way.sender(), way.from()) && own.isPresent()
                ? listening(way.sender(), true).stream()
                        .filter(at -> at.getAddress().getClass() == own.get().getClass())
                        .map(at -> tcp(own.get(), at))
                        .findFirst()
                : Optional.empty();
    }

    private static boolean relays(MediaDescription medium, End end) {
        var path = medium.connecting().path().filter(Path::relayed).flatMap(Path::address);
        return end.inside() && path.filter(end.addresses().negate()).isPresent();
    }

    private static Flow tcp(InetAddress from, InetSocketAddress to) {
        return new Flow(Transport.TCP, from, 0, to.getAddress(), to.getPort());
    }
}
