package org.surehop.adapter.sip;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Locale;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Via;

/// Marks the top Via with where the request really came from: `received` (RFC 3261 §18.2.1, never
/// with brackets) and the value of an empty `rport` (RFC 3581 §4). The rest of the text stays.
final class ReceivedStamp {
    private ReceivedStamp() {}

    static Request on(Request request, InetSocketAddress remote) {
        var top = request.topVia();
        var lower = top.text().toLowerCase(Locale.ROOT);
        var address = remote.getAddress().getHostAddress();
        var zone = address.indexOf('%');
        address = zone < 0 ? address : address.substring(0, zone);
        var rport = emptyRport(lower);
        var known = lower.contains("received") || (sameHost(top, remote.getAddress()) && rport < 0);
        if (known && rport < 0) {
            return request;
        }
        var text = top.text();
        if (rport >= 0) {
            text = text.substring(0, rport) + "=" + remote.getPort() + text.substring(rport);
        }
        text = known ? text : text + ";received=" + address;
        var vias = new ArrayList<>(request.vias());
        vias.set(0, new Via(text, top.transport(), top.host(), top.port(), top.branch()));
        return request.toBuilder().vias(vias).build();
    }

    private static boolean sameHost(Via via, InetAddress address) {
        var host = via.host();
        if (host.isEmpty() || !(host.startsWith("[") || Character.isDigit(host.charAt(0)))) {
            return false;
        }
        try {
            var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return InetAddress.ofLiteral(bare).equals(address);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// The index after an `rport` parameter that has no value, or -1.
    private static int emptyRport(String via) {
        var at = via.indexOf(";rport");
        var end = at + ";rport".length();
        return at >= 0 && (end == via.length() || via.charAt(end) == ';') ? end : -1;
    }
}
