package org.surehop.core.sip;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;

/// One SIP element as `Hop-Record` and NOTIFY name it: lower-case host and port, where 5061 and
/// "not given" are the same (POL-60, POL-62, POL-65). An IPv6 reference has one spelling.
public record Hop(String host, int port) {
    public Hop {
        host = canonical(host.toLowerCase(Locale.ROOT));
        if (host.isEmpty() || host.length() > 255) {
            throw new IllegalArgumentException("a hop has a host name of 1 to 255 characters");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is 0 to 65535");
        }
    }

    public static Hop of(String host, int port) {
        return new Hop(host, port == 5061 ? 0 : port);
    }

    /// One spelling for each IPv6 reference; what is none stays as it is.
    private static String canonical(String host) {
        if (!host.startsWith("[") || !host.endsWith("]") || host.indexOf('%') >= 0) {
            return host;
        }
        try {
            var address = InetAddress.ofLiteral(host.substring(1, host.length() - 1));
            return address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : host;
        } catch (IllegalArgumentException _) {
            return host;
        }
    }

    @Override
    public String toString() {
        return port == 0 ? host : host + ":" + port;
    }
}
