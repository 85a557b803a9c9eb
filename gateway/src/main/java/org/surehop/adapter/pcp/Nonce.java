package org.surehop.adapter.pcp;

import java.nio.ByteBuffer;

/// The mapping nonce (RFC 6887 §11.1): 96 bits that an attacker who sees no packet cannot know.
record Nonce(long head, int tail) {
    static final int OCTETS = 12;

    static Nonce of(byte[] octets) {
        return read(ByteBuffer.wrap(octets));
    }

    static Nonce read(ByteBuffer from) {
        return new Nonce(from.getLong(), from.getInt());
    }

    void write(ByteBuffer to) {
        to.putLong(head).putInt(tail);
    }

    /// Whoever reads a log must not be able to answer for the server.
    @Override
    public String toString() {
        return "Nonce[...]";
    }
}
