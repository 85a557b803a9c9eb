package org.surehop.demo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// One MQTT 5 control packet: its type, the four flag bits and the octets after the fixed header
/// (MQTT 5.0 §2.1). At most [#LIMIT] octets.
record MqttPacket(int type, int flags, byte[] content) {
    static final int CONNECT = 1;
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int SUBSCRIBE = 8;
    static final int SUBACK = 9;
    static final int PINGREQ = 12;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;
    static final int LIMIT = 256 * 1024;

    static MqttPacket read(InputStream in) throws IOException {
        var first = in.read();
        if (first < 0) {
            throw new EOFException("the client has closed");
        }
        var length = readLength(in);
        if (length > LIMIT) {
            throw new IOException("an MQTT packet of " + length + " octets is too large");
        }
        var content = in.readNBytes(length);
        if (content.length < length) {
            throw new EOFException("the client closed inside a packet");
        }
        return new MqttPacket(first >> 4, first & 0x0f, content);
    }

    void write(OutputStream out) throws IOException {
        var packet = new ByteArrayOutputStream(content.length + 5);
        packet.write(type << 4 | flags);
        writeLength(packet, content.length);
        packet.write(content);
        out.write(packet.toByteArray());
        out.flush();
    }

    Reader reader() {
        return new Reader(content);
    }

    /// The variable byte integer of MQTT 5.0 §1.5.5: seven bits each, at most four octets.
    private static int readLength(InputStream in) throws IOException {
        var value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            var octet = in.read();
            if (octet < 0) {
                throw new EOFException("the client closed inside a length");
            }
            value |= (octet & 0x7f) << shift;
            if ((octet & 0x80) == 0) {
                return value;
            }
        }
        throw new IOException("a length of more than four octets");
    }

    private static void writeLength(OutputStream out, int length) throws IOException {
        var rest = length;
        do {
            var octet = rest & 0x7f;
            rest >>= 7;
            out.write(rest == 0 ? octet : octet | 0x80);
        } while (rest > 0);
    }

    /// Takes a packet's content apart, front to back.
    static final class Reader {
        private final ByteArrayInputStream bytes;
        private final DataInputStream data;

        Reader(byte[] content) {
            bytes = new ByteArrayInputStream(content);
            data = new DataInputStream(bytes);
        }

        int octet() throws IOException {
            return data.readUnsignedByte();
        }

        int number() throws IOException {
            return data.readUnsignedShort();
        }

        String text() throws IOException {
            return new String(octets(), StandardCharsets.UTF_8);
        }

        byte[] octets() throws IOException {
            return bytes(number());
        }

        /// A property list with its length taken off.
        byte[] properties() throws IOException {
            return bytes(readLength(bytes));
        }

        byte[] rest() {
            return bytes.readAllBytes();
        }

        boolean more() {
            return bytes.available() > 0;
        }

        private byte[] bytes(int count) throws IOException {
            if (count > bytes.available()) {
                throw new EOFException("a field is longer than its packet");
            }
            return bytes.readNBytes(count);
        }
    }

    /// Puts a packet's content together, front to back.
    static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream data = new DataOutputStream(bytes);

        Writer octet(int value) {
            bytes.write(value);
            return this;
        }

        Writer number(int value) {
            bytes.write(value >> 8);
            bytes.write(value);
            return this;
        }

        Writer text(String value) {
            var utf8 = value.getBytes(StandardCharsets.UTF_8);
            return number(utf8.length).octets(utf8);
        }

        Writer octets(byte[] value) {
            bytes.writeBytes(value);
            return this;
        }

        Writer properties(byte[] value) {
            try {
                writeLength(data, value.length);
            } catch (IOException e) {
                throw new UncheckedIOException("writing to memory", e);
            }
            return octets(value);
        }

        MqttPacket packet(int type, int flags) {
            return new MqttPacket(type, flags, bytes.toByteArray());
        }
    }
}
