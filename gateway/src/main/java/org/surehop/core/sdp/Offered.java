package org.surehop.core.sdp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.surehop.core.sdp.Flow.Transport;

/// Where the author of one description can be reached, before the other side has answered: what a
/// reservation looks at (PIN-4), and what a pinhole for media before the answer would be (PIN-25).
/// A fragment of trickle ICE is first taken into its description (`SessionDescription.with`).
public record Offered(List<Listening> media, List<SkippedMedia> skipped) {
    public Offered {
        media = List.copyOf(media);
        skipped = List.copyOf(skipped);
    }

    /// One medium in use. `ice`: its endpoints are candidates, chosen by what the author may have;
    /// otherwise they are what it demands. `growing`: more candidates may come. `elsewhere` are
    /// candidates that are not behind our firewall: relayed ones and those of another NAT.
    public record Listening(
            int index,
            boolean ice,
            boolean growing,
            List<Endpoint> endpoints,
            List<InetAddress> elsewhere) {
        public Listening {
            endpoints = List.copyOf(endpoints);
            elsewhere = List.copyOf(elsewhere);
        }
    }

    /// One address and port where datagrams or connections are waited for.
    public record Endpoint(Transport transport, InetSocketAddress at) {}

    /// All endpoints, without doubles.
    public List<Endpoint> endpoints() {
        return endpoints(media.stream());
    }

    /// Pinholes from anyone to each UDP endpoint, for as long as the answer is not known. Media
    /// with ICE only when `ice` says so: their peers are told by candidates. Connections never.
    public List<Flow> fromAnyone(boolean ice) {
        return endpoints(media.stream().filter(m -> ice || !m.ice())).stream()
                .filter(e -> e.transport() == Transport.UDP)
                .map(e -> wildcard(e.at().getAddress(), e.at().getPort()))
                .toList();
    }

    /// Datagrams of anyone to that place.
    public static Flow wildcard(InetAddress address, int port) {
        return new Flow(Transport.UDP, IceFlows.anyAddress(address), 0, address, port);
    }

    private static List<Endpoint> endpoints(Stream<Listening> media) {
        var all = new LinkedHashSet<Endpoint>();
        media.forEach(m -> all.addAll(m.endpoints()));
        return List.copyOf(all);
    }
}
