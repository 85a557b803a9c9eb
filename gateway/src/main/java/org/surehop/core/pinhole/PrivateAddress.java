package org.surehop.core.pinhole;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/// Addresses that are only known within a site or a carrier: of RFC 1918, RFC 6598 and RFC 4193.
/// Nobody beyond a NAT can send to them (PIN-1).
final class PrivateAddress {
    private PrivateAddress() {}

    static boolean is(InetAddress address) {
        var o = address.getAddress();
        return switch (address) {
            case Inet4Address _ ->
                    address.isSiteLocalAddress() || ((o[0] & 0xFF) == 100 && (o[1] & 0xC0) == 64);
            case Inet6Address _ -> (o[0] & 0xFE) == 0xFC;
            default -> false;
        };
    }
}
