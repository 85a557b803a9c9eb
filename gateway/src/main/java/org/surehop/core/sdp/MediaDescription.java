package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.Optional;

/// One `m=` section with session-level defaults applied. `kind` and `proto` are tokens as sent
/// (kind in lower case, proto in upper case). `port` 0 is a refused medium (PIN-21). `address` is
/// empty only then. `rtcp` is the `a=rtcp` attribute (RFC 3605). `silent` means zero bandwidth:
/// neither media nor RTCP (RFC 3264 §5.1); `withoutRtcp` that RS and RR are zero (RFC 3556).
public record MediaDescription(
        String kind,
        int port,
        int portCount,
        String proto,
        Optional<InetAddress> address,
        Optional<RtcpAttribute> rtcp,
        boolean rtcpMux,
        Direction direction,
        boolean silent,
        boolean withoutRtcp) {

    /// `a=rtcp:PORT [IN IP4|IP6 ADDRESS]`; without an address the one of `c=` holds.
    public record RtcpAttribute(int port, Optional<InetAddress> address) {}

    /// Old style hold, `c=0.0.0.0` or `::` (PIN-20): nothing may be sent there.
    boolean onHold() {
        return address.map(InetAddress::isAnyLocalAddress).orElse(false);
    }
}
