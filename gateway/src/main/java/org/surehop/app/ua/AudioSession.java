package org.surehop.app.ua;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.surehop.core.sip.Octets;

/// The session description of a user agent of ours: one audio stream, PCMU, both ways
/// (RFC 8866). `version` grows when a re-INVITE changes something.
record AudioSession(long id, int version, InetAddress address, int port) {
    Octets sdp() {
        var family = address instanceof Inet6Address ? "IP6" : "IP4";
        var host = address.getHostAddress();
        var text =
                """
                v=0
                o=- %d %d IN %s %s
                s=-
                c=IN %s %s
                t=0 0
                m=audio %d RTP/AVP 0
                a=rtpmap:0 PCMU/8000
                a=sendrecv
                """
                        .formatted(id, version, family, host, family, host, port);
        return Octets.copyOf(
                text.replace("\n", "\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
}
