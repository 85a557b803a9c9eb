package org.surehop.core.sdp;

import java.util.Optional;
import java.util.Set;

/// The kinds of media that flows are made for, by the protocol of the `m=` line (PIN 6.2).
enum Medium {
    /// RTP and RTCP over UDP, clear, SRTP or DTLS-SRTP.
    RTP,
    /// One UDP flow: T.38 (RFC 7345), data channels (RFC 8841), BFCP over UDP (RFC 8856).
    DATAGRAMS,
    /// A connection of COMEDIA (RFC 4145): T.38 and BFCP over TCP and the like.
    CONNECTION,
    /// A connection to the address of the path (RFC 4975).
    MSRP;

    private static final Set<String> RTP_PROTOCOLS =
            Set.of(
                    "RTP/AVP",
                    "RTP/AVPF",
                    "RTP/SAVP",
                    "RTP/SAVPF",
                    "UDP/TLS/RTP/SAVP",
                    "UDP/TLS/RTP/SAVPF");

    private static final Set<String> RTP_KINDS = Set.of("audio", "video", "text", "application");

    static Optional<Medium> of(MediaDescription medium) {
        var proto = medium.proto();
        return switch (proto) {
            case "UDPTL", "UDP/TLS/UDPTL" -> when(medium.kind().equals("image"), DATAGRAMS);
            case "UDP/DTLS/SCTP", "DTLS/SCTP", "UDP/BFCP", "UDP/TLS/BFCP" ->
                    when(medium.kind().equals("application"), DATAGRAMS);
            case "TCP/MSRP", "TCP/TLS/MSRP" -> when(medium.kind().equals("message"), MSRP);
            case "TCP",
                    "TCP/TLS",
                    "TCP/BFCP",
                    "TCP/TLS/BFCP",
                    "TCP/DTLS/SCTP",
                    "TCP/RTP/AVP",
                    "TCP/RTP/AVPF",
                    "TCP/RTP/SAVP",
                    "TCP/RTP/SAVPF",
                    "TCP/DTLS/RTP/SAVP",
                    "TCP/DTLS/RTP/SAVPF",
                    "TCP/TLS/RTP/AVP",
                    "TCP/TLS/RTP/AVPF" ->
                    Optional.of(CONNECTION);
            default ->
                    when(RTP_PROTOCOLS.contains(proto) && RTP_KINDS.contains(medium.kind()), RTP);
        };
    }

    private static Optional<Medium> when(boolean known, Medium medium) {
        return known ? Optional.of(medium) : Optional.empty();
    }
}
