package org.surehop.adapter.pcp;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/// A reply that has the form of RFC 6887 §7.2, §8.3: `map` is there for MAP, absent for ANNOUNCE.
/// Whether it is an answer to anything is for others to say.
record Reply(int code, Duration lifetime, long epochSeconds, Optional<Map> map) {

    /// What a MAP reply is about, and what was given.
    record Map(Nonce nonce, int protocol, int insidePort, int outsidePort, InetAddress outside) {}

    /// Empty for what is no reply of version 2 to MAP or ANNOUNCE; never throws.
    static Optional<Reply> read(byte[] octets) {
        if (octets.length < Wire.HEADER
                || octets.length > Wire.LONGEST
                || octets.length % 4 != 0
                || octets[0] != Wire.VERSION) {
            return Optional.empty();
        }
        var from = ByteBuffer.wrap(octets);
        int opcode = Byte.toUnsignedInt(from.get(1));
        int code = Byte.toUnsignedInt(from.get(3));
        var lifetime = Duration.ofSeconds(Integer.toUnsignedLong(from.getInt(4)));
        long epoch = Integer.toUnsignedLong(from.getInt(8));
        return switch (opcode) {
            case Wire.REPLY | Wire.ANNOUNCE ->
                    Optional.of(new Reply(code, lifetime, epoch, Optional.empty()));
            case Wire.REPLY | Wire.MAP ->
                    octets.length < Wire.HEADER + Wire.MAP_DATA
                            ? Optional.empty()
                            : Optional.of(new Reply(code, lifetime, epoch, Optional.of(map(from))));
            default -> Optional.empty();
        };
    }

    private static Map map(ByteBuffer from) {
        from.position(Wire.HEADER);
        var nonce = Nonce.read(from);
        int protocol = Byte.toUnsignedInt(from.get());
        from.position(from.position() + 3);
        int inside = Short.toUnsignedInt(from.getShort());
        int outside = Short.toUnsignedInt(from.getShort());
        return new Map(nonce, protocol, inside, outside, Wire.address(from));
    }
}
