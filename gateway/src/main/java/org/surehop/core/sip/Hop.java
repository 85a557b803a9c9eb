package org.surehop.core.sip;

import java.util.Locale;

/// One SIP element as `Hop-Record` and NOTIFY name it: lower-case host and port, where 5061 and
/// "not given" are the same (POL-60, POL-62, POL-65).
public record Hop(String host, int port) {
    public Hop {
        host = host.toLowerCase(Locale.ROOT);
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

    @Override
    public String toString() {
        return port == 0 ? host : host + ":" + port;
    }
}
