package org.surehop.core.sip;

/// One `Via` value: verbatim text, transport (upper case), sent-by host (lower case) and port (0
/// when not given), and branch (RFC 3261 §20.42).
public record Via(String text, String transport, String host, int port, String branch) {

    public static Via tls(String host, int port, String branch) {
        var sentBy = port == 0 || port == 5061 ? host : host + ":" + port;
        return new Via("SIP/2.0/TLS " + sentBy + ";branch=" + branch, "TLS", host, port, branch);
    }

    /// The same element by TCP, where no port would mean another one than by TLS.
    public Via overTcp() {
        var sentBy = host + ":" + (port == 0 ? 5061 : port);
        return new Via("SIP/2.0/TCP " + sentBy + ";branch=" + branch, "TCP", host, port, branch);
    }

    /// The hop that this Via names, default port normalised (POL-62).
    public Hop hop() {
        return Hop.of(host, port);
    }
}
