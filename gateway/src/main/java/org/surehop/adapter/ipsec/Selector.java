package org.surehop.adapter.ipsec;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.surehop.core.config.Prefix;

/// Which packets a policy or an association is for. Port 0 and an empty `device` mean any; so does
/// an empty `protocol`.
record Selector(Prefix from, Prefix to, String protocol, int fromPort, int toPort, String device) {
    private static final List<String> TCP = List.of("", "tcp", "6");

    /// Reads `src P dst P [proto X] [sport N] [dport N] [dev D] ...`.
    static Selector parse(String line) {
        var words = Words.of(line);
        return new Selector(
                prefix(words.after("src")),
                prefix(words.after("dst")),
                words.after("proto"),
                port(words.after("sport")),
                port(words.after("dport")),
                words.after("dev"));
    }

    /// Whether TCP packets of that flow by that interface are meant; a port that is not known yet
    /// (0) may turn out to be any.
    boolean covers(Flow flow) {
        return TCP.contains(protocol)
                && from.contains(flow.from().getAddress())
                && to.contains(flow.to().getAddress())
                && fits(fromPort, flow.from().getPort())
                && fits(toPort, flow.to().getPort())
                && (device.isEmpty() || device.equals(flow.device()));
    }

    private static boolean fits(int wanted, int port) {
        return wanted == 0 || port == 0 || wanted == port;
    }

    private static Prefix prefix(String text) {
        if (text.indexOf('/') >= 0) {
            return Prefix.parse(text);
        }
        var address = InetAddress.ofLiteral(text);
        return new Prefix(address, address.getAddress().length * 8);
    }

    private static int port(String text) {
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    /// TCP from one end to the other, by an interface.
    record Flow(InetSocketAddress from, InetSocketAddress to, String device) {
        Flow back() {
            return new Flow(to, from, device);
        }
    }
}
