package org.surehop.adapter.simco;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Attributes to octets and back. What is read may be hostile: every length is checked before
/// anything is read by it.
final class AttributeCodec {
    private static final int MOST_OWNER = 255;
    private static final int PROTOCOLS_ONLY = 1;

    private AttributeCodec() {}

    static void write(Attribute attribute, ByteBuffer out) {
        switch (attribute) {
            case Attribute.Version(var major, var minor) ->
                    head(out, Code.VERSION, 4)
                            .put((byte) major)
                            .put((byte) minor)
                            .putShort((short) 0);
            case Attribute.Secret(var type, var length) -> head(out, type, length);
            case Attribute.Abilities(var kind, var flags, var most) ->
                    head(out, Code.CAPABILITIES, 8)
                            .put((byte) kind)
                            .put((byte) flags)
                            .putShort((short) 0)
                            .putInt((int) most);
            case Attribute.RuleId(var id) -> head(out, Code.RULE, 4).putInt((int) id);
            case Attribute.GroupId(var id) -> head(out, Code.GROUP, 4).putInt((int) id);
            case Attribute.Lifetime(var s) -> head(out, Code.LIFETIME, 4).putInt((int) s);
            case Attribute.Owner(var name) -> {
                var octets = name.getBytes(StandardCharsets.UTF_8);
                var length = Math.min(octets.length, MOST_OWNER);
                head(out, Code.OWNER, length).put(octets, 0, length);
            }
            case Attribute.Tuple tuple -> tuple(tuple, out);
            case Attribute.ReserveSet set ->
                    head(out, Code.RESERVE_SET, 4)
                            .put((byte) (set.natMode() << 6 | set.parity() << 4 | versions(set)))
                            .put((byte) set.protocol())
                            .putShort((short) set.ports());
            case Attribute.EnableSet(var parity, var direction) ->
                    head(out, Code.ENABLE_SET, 4)
                            .put((byte) parity)
                            .put((byte) direction)
                            .putShort((short) 0);
        }
    }

    private static int versions(Attribute.ReserveSet set) {
        return set.insideVersion() << 2 | set.outsideVersion();
    }

    private static ByteBuffer head(ByteBuffer out, int type, int length) {
        return out.putShort((short) type).putShort((short) length);
    }

    private static void tuple(Attribute.Tuple t, ByteBuffer out) {
        var octets = t.address().map(InetAddress::getAddress).orElse(new byte[0]);
        var whole = octets.length > 0;
        head(out, Code.TUPLE, whole ? 8 + octets.length : 4)
                .put((byte) ((whole ? 0 : PROTOCOLS_ONLY) << 4 | t.version()))
                .put((byte) t.prefixLength())
                .put((byte) t.protocol())
                .put((byte) t.place().ordinal());
        if (whole) {
            out.putShort((short) t.port()).putShort((short) t.ports()).put(octets);
        }
    }

    static Attribute read(ByteBuffer in) throws BadFrame {
        if (in.remaining() < 4) {
            throw new BadFrame(BadFrame.Kind.ATTRIBUTE_LENGTH);
        }
        int type = Short.toUnsignedInt(in.getShort());
        int length = Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new BadFrame(BadFrame.Kind.ATTRIBUTE_LENGTH);
        }
        var value = in.slice(in.position(), length);
        in.position(in.position() + length);
        return value(type, value);
    }

    private static Attribute value(int type, ByteBuffer in) throws BadFrame {
        return switch (type) {
            case Code.VERSION -> {
                sized(in, 4);
                yield new Attribute.Version(octet(in), octet(in));
            }
            case Code.CHALLENGE, Code.TOKEN -> new Attribute.Secret(type, in.remaining());
            case Code.CAPABILITIES -> {
                sized(in, 8);
                var kind = octet(in);
                var flags = octet(in);
                in.getShort();
                yield new Attribute.Abilities(kind, flags, number(in));
            }
            case Code.RULE -> new Attribute.RuleId(number(sized(in, 4)));
            case Code.GROUP -> new Attribute.GroupId(number(sized(in, 4)));
            case Code.LIFETIME -> new Attribute.Lifetime(number(sized(in, 4)));
            case Code.OWNER -> owner(in);
            case Code.TUPLE -> tuple(in);
            case Code.RESERVE_SET -> {
                int bits = octet(sized(in, 4));
                int protocol = octet(in);
                int ports = Short.toUnsignedInt(in.getShort());
                yield new Attribute.ReserveSet(
                        bits >> 6, bits >> 4 & 3, bits >> 2 & 3, bits & 3, protocol, ports);
            }
            case Code.ENABLE_SET -> {
                sized(in, 4);
                yield new Attribute.EnableSet(octet(in), octet(in));
            }
            default -> throw new BadFrame(BadFrame.Kind.UNKNOWN_ATTRIBUTE);
        };
    }

    private static Attribute owner(ByteBuffer in) throws BadFrame {
        if (in.remaining() > MOST_OWNER) {
            throw new BadFrame(BadFrame.Kind.ATTRIBUTE_LENGTH);
        }
        var octets = new byte[in.remaining()];
        in.get(octets);
        return new Attribute.Owner(new String(octets, StandardCharsets.UTF_8));
    }

    private static Attribute tuple(ByteBuffer in) throws BadFrame {
        if (in.remaining() < 4) {
            throw new BadFrame(BadFrame.Kind.ATTRIBUTE_LENGTH);
        }
        int first = octet(in);
        int prefix = octet(in);
        int protocol = octet(in);
        int place = octet(in);
        int version = first & 15;
        if (place > 3 || version > 2 || first >> 4 > PROTOCOLS_ONLY) {
            throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        }
        var where = Attribute.Place.values()[place];
        if (first >> 4 == PROTOCOLS_ONLY) {
            sized(in, 0);
            return new Attribute.Tuple(where, version, protocol, Optional.empty(), 0, 0, 1);
        }
        var size = version == 1 ? 4 : 16;
        if (version == 0 || prefix > size * 8) {
            throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        }
        sized(in, 4 + size);
        int port = Short.toUnsignedInt(in.getShort());
        int ports = Short.toUnsignedInt(in.getShort());
        var octets = new byte[size];
        in.get(octets);
        return new Attribute.Tuple(
                where, version, protocol, Optional.of(address(octets)), prefix, port, ports);
    }

    private static InetAddress address(byte[] octets) throws BadFrame {
        try {
            var read = InetAddress.getByAddress(octets);
            // An IPv4 address in the clothes of IPv6 would lose its family here.
            if (read.getAddress().length != octets.length) {
                throw new BadFrame(BadFrame.Kind.BAD_VALUE);
            }
            return read;
        } catch (UnknownHostException e) {
            throw new BadFrame(BadFrame.Kind.BAD_VALUE);
        }
    }

    private static ByteBuffer sized(ByteBuffer in, int octets) throws BadFrame {
        if (in.remaining() != octets) {
            throw new BadFrame(BadFrame.Kind.ATTRIBUTE_LENGTH);
        }
        return in;
    }

    private static int octet(ByteBuffer in) {
        return Byte.toUnsignedInt(in.get());
    }

    private static long number(ByteBuffer in) {
        return Integer.toUnsignedLong(in.getInt());
    }
}
