package org.surehop.core.sip;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The octets of a body, immutable; what they say never shows in a log, a trace or an exception.
public final class Octets {
    public static final Octets NONE = new Octets(new byte[0]);

    private final byte[] bytes;

    private Octets(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Octets copyOf(byte[] bytes) {
        return bytes.length == 0 ? NONE : new Octets(bytes.clone());
    }

    public byte[] toArray() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    /// Whether all of it is printable UTF-8 with line ends (RFC 3629): no control character but
    /// HT, LF, and CR before LF.
    public boolean isText() {
        var text = new String(bytes, StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lineEnd = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            if (c < ' ' && c != '\t' && c != '\n' && !lineEnd) {
                return false;
            }
        }
        return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets o && Arrays.equals(bytes, o.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "[" + bytes.length + " octets]";
    }
}
