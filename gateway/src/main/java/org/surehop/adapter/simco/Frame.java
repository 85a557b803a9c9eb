package org.surehop.adapter.simco;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One message: header, and payload still in octets, which [#attributes] reads. Attributes follow
/// each other without padding: RFC 4540 §4.3 knows none.
record Frame(int basic, int sub, long transaction, ByteBuffer payload) {

    static Frame of(int basic, int sub, long transaction, List<Attribute> attributes) {
        var out = ByteBuffer.allocate(attributes.size() * 280);
        attributes.forEach(a -> AttributeCodec.write(a, out));
        out.flip();
        return new Frame(basic, sub, transaction, out);
    }

    /// Whether it can be sent.
    boolean fits() {
        return payload.remaining() <= Code.MOST_PAYLOAD;
    }

    /// The next message; empty at the end of the stream.
    ///
    /// @throws BadFrame a fatal one: the octets that follow are not read
    static Optional<Frame> read(DataInputStream in, int most) throws IOException, BadFrame {
        int basic = in.read();
        if (basic < 0) {
            return Optional.empty();
        }
        try {
            int sub = in.readUnsignedByte();
            int length = in.readUnsignedShort();
            long transaction = Integer.toUnsignedLong(in.readInt());
            if (length > most) {
                throw new BadFrame(BadFrame.Kind.TOO_LONG);
            }
            var payload = new byte[length];
            in.readFully(payload);
            return Optional.of(new Frame(basic, sub, transaction, ByteBuffer.wrap(payload)));
        } catch (EOFException | SocketTimeoutException e) {
            throw new BadFrame(BadFrame.Kind.CUT_OFF);
        }
    }

    byte[] octets() {
        var out = ByteBuffer.allocate(Code.HEADER + payload.remaining());
        out.put((byte) basic).put((byte) sub);
        out.putShort((short) payload.remaining()).putInt((int) transaction);
        out.put(payload.duplicate());
        return out.array();
    }

    /// Some make a message a multiple of four octets long.
    private static boolean isPadding(ByteBuffer in) {
        var rest = in.remaining() < 4;
        for (int i = in.position(); rest && i < in.limit(); i++) {
            rest = in.get(i) == 0;
        }
        return rest;
    }

    List<Attribute> attributes() throws BadFrame {
        var in = payload.duplicate();
        var found = new ArrayList<Attribute>();
        while (in.hasRemaining() && !isPadding(in)) {
            found.add(AttributeCodec.read(in));
        }
        return found;
    }
}
