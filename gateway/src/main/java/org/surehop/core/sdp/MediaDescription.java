package org.surehop.core.sdp;

import java.net.InetAddress;
import java.util.Optional;

/// One `m=` section with session-level defaults applied. `kind` and `proto` are tokens as sent
/// (kind in lower case, proto in upper case). `port` 0 is a refused medium (PIN-21). `address` is
/// empty only then. `rtcp` is the `a=rtcp` attribute (RFC 3605). `silent` means zero bandwidth:
/// neither media nor RTCP (RFC 3264 §5.1); `withoutRtcp` that RS and RR are zero (RFC 3556).
/// `muxOnly`: there is no port for RTCP of its own (RFC 8858).
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
        boolean withoutRtcp,
        boolean muxOnly,
        Bundled bundled,
        Ice ice,
        Connecting connecting) {
    /// The discard port stands for "not known yet", or for "I connect" (RFC 4145, RFC 8840).
    static final int DISCARD = 9;

    /// The section's name (`a=mid`) and whether it exists within a BUNDLE group only (RFC 9143).
    public record Bundled(Optional<String> mid, boolean only) {}

    /// `a=rtcp:PORT [IN IP4|IP6 ADDRESS]`; without an address the one of `c=` holds.
    public record RtcpAttribute(int port, Optional<InetAddress> address) {}

    /// Old style hold, `c=0.0.0.0` or `::` (PIN-20): nothing may be sent there.
    boolean onHold() {
        return address.map(InetAddress::isAnyLocalAddress).orElse(false);
    }

    /// There is no address and port to send to.
    boolean isNowhere() {
        return address.isEmpty() || onHold() || port == DISCARD || port == 0;
    }

    /// Port 0, and not because it shares the transport of a group: refused or removed (PIN-21).
    boolean isRefused() {
        return port == 0 && !bundled.only();
    }

    /// The same medium over the transport of another section (RFC 9143 §7).
    MediaDescription over(MediaDescription other) {
        return new MediaDescription(
                kind,
                other.port,
                other.portCount,
                proto,
                other.address,
                other.rtcp,
                other.rtcpMux,
                direction,
                silent,
                withoutRtcp,
                other.muxOnly,
                bundled,
                other.ice,
                other.connecting);
    }

    MediaDescription with(Ice more) {
        return new MediaDescription(
                kind,
                port,
                portCount,
                proto,
                address,
                rtcp,
                rtcpMux,
                direction,
                silent,
                withoutRtcp,
                muxOnly,
                bundled,
                ice.with(more),
                connecting);
    }
}
