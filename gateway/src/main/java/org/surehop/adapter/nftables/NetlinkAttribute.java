package org.surehop.adapter.nftables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One attribute of a netlink message: a number and a value, which may hold attributes in turn.
/// The two high bits of the type are flags of its form.
record NetlinkAttribute(int type, byte[] value) {
    private static final int HEADER = 4;
    private static final int NESTED = 0x8000;
    private static final int TYPE = 0x3FFF;

    /// All attributes from here to the end; what is cut short ends the list.
    static List<NetlinkAttribute> in(ByteBuffer octets) {
        var found = new ArrayList<NetlinkAttribute>();
        while (octets.remaining() >= HEADER) {
            int length = octets.getShort(octets.position()) & 0xFFFF;
            if (length < HEADER || length > octets.remaining()) {
                return found;
            }
            int type = octets.getShort(octets.position() + 2) & TYPE;
            var value = new byte[length - HEADER];
            octets.get(octets.position() + HEADER, value);
            found.add(new NetlinkAttribute(type, value));
            octets.position(Math.min(octets.limit(), octets.position() + padded(length)));
        }
        return found;
    }

    List<NetlinkAttribute> inside() {
        return in(ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()));
    }

    /// A name as the kernel writes it, with an octet zero at its end.
    String text() {
        int end = value.length > 0 && value[value.length - 1] == 0 ? 1 : 0;
        return new String(value, 0, value.length - end, StandardCharsets.UTF_8);
    }

    /// A number in network order, of one, two or four octets.
    int number() {
        int number = 0;
        for (byte octet : value) {
            number = (number << 8) | (octet & 0xFF);
        }
        return number;
    }

    static byte[] of(int type, byte... value) {
        var written = ByteBuffer.allocate(padded(HEADER + value.length));
        written.order(ByteOrder.nativeOrder());
        written.putShort((short) (HEADER + value.length)).putShort((short) type).put(value);
        return written.array();
    }

    static byte[] port(int type, int port) {
        return of(type, (byte) (port >> 8), (byte) port);
    }

    static byte[] nested(int type, byte[]... inside) {
        return of(NESTED | type, join(inside));
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var joined = ByteBuffer.allocate(length);
        for (var part : parts) {
            joined.put(part);
        }
        return joined.array();
    }

    /// Attributes and messages begin at multiples of four.
    static int padded(int length) {
        return (length + 3) & ~3;
    }
}
