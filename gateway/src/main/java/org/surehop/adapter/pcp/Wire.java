package org.surehop.adapter.pcp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.surehop.core.sdp.Flow;

/// The numbers and forms that requests and replies share (RFC 6887 §5, §7).
final class Wire {
    static final int VERSION = 2;
    static final int ANNOUNCE = 0;
    static final int MAP = 1;
    static final int REPLY = 0x80;
    static final int HEADER = 24;
    static final int MAP_DATA = 36;
    static final int LONGEST = 1100;
    static final int ADDRESS = 16;

    static final int THIRD_PARTY = 1;
    static final int PREFER_FAILURE = 2;
    static final int FILTER = 3;
    static final int OPTION_HEADER = 4;

    private Wire() {}

    /// The IANA protocol number.
    static int protocol(Flow.Transport transport) {
        return switch (transport) {
            case UDP -> 17;
            case TCP -> 6;
        };
    }

    /// 128 bits; IPv4 as `::ffff:a.b.c.d`.
    static void address(ByteBuffer to, InetAddress address) {
        if (address instanceof Inet4Address) {
            to.putLong(0).putShort((short) 0).putShort((short) 0xFFFF);
        }
        to.put(address.getAddress());
    }

    /// The JDK itself makes an IPv4 address of the mapped form.
    static InetAddress address(ByteBuffer from) {
        var octets = new byte[ADDRESS];
        from.get(octets);
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 octets are an address", e);
        }
    }
}
