package org.surehop.adapter.configfile;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.surehop.core.config.Pinholes;
import org.surehop.core.config.Prefix;
import org.surehop.core.config.Upstream;

/// Reads what is said of the NAT or firewall above this box. Each default stands here once.
final class UpstreamReader {
    private UpstreamReader() {}

    /// @param inside what is behind it when nothing else is said
    static Upstream read(Section s, Pinholes.Driver driver, List<Prefix> inside) {
        var server = address(s, "server");
        var port = s.integer("port", Upstream.PORT, 1, 65535);
        var source = address(s, "source");
        var form = "an address block such as 10.0.0.0/8";
        var prefixes = s.list("prefixes", List.<Prefix>of(), form, PinholesReader::prefix);
        var filter = s.flag("filter", true);
        s.close();
        if (server.isEmpty()) {
            return Upstream.NONE;
        }
        if (driver == Pinholes.Driver.NONE) {
            s.fault("server", "expected nothing without a firewall of our own: pinholes.driver");
        }
        if (source.filter(a -> a.getClass() != server.get().getClass()).isPresent()) {
            s.fault("source", "expected an address of the same family as server");
        }
        return new Upstream(server, port, source, prefixes.isEmpty() ? inside : prefixes, filter);
    }

    private static Optional<InetAddress> address(Section s, String key) {
        var text = s.address(key, "");
        return text.isEmpty() || text.equals(Section.UNREAD)
                ? Optional.empty()
                : Optional.of(InetAddress.ofLiteral(text));
    }
}
