package org.surehop.adapter.sip;

import java.io.IOException;
import java.io.InputStream;
import org.surehop.core.config.Limits;

/// Divides a stream into messages by Content-Length alone (EDG-35), with every limit applied
/// before anything is allocated or parsed. One thread reads. A fault ends the stream for good.
final class MessageReader {
    /// Told how far the message at hand has come, so that deadlines can follow.
    interface Progress {
        Progress NONE = stage -> {};

        void at(Stage stage);
    }

    /// Where in a message the reader stands.
    enum Stage {
        /// Between messages.
        IDLE,
        /// The first octet of a message has come.
        FIRST_LINE,
        /// The first line is whole; the rest is awaited.
        REST
    }

    private static final int FIRST_SIZE = 4096;

    private final InputStream in;
    private final Limits limits;
    private final Progress progress;
    private byte[] buffer = new byte[FIRST_SIZE];
    private int from;
    private int to;

    MessageReader(InputStream in, Limits limits) {
        this(in, limits, Progress.NONE);
    }

    MessageReader(InputStream in, Limits limits, Progress progress) {
        this.in = in;
        this.limits = limits;
        this.progress = progress;
    }

    /// Waits for the next frame. Throws only what the stream throws.
    Frame next() throws IOException {
        var breaks = 0;
        while (true) {
            if (from == to) {
                progress.at(Stage.IDLE);
            }
            if (!have(1)) {
                return new Frame.End();
            }
            if (buffer[from] != '\r' || (have(2) && buffer[from + 1] != '\n')) {
                return message();
            }
            if (!have(2)) {
                return new Frame.End();
            }
            from += 2;
            if (++breaks == 2) {
                return new Frame.KeepAlive();
            }
        }
    }

    private Frame message() throws IOException {
        progress.at(Stage.FIRST_LINE);
        var scanner = new HeadScanner(limits);
        try {
            var end = headEnd(scanner);
            if (end < 0) {
                return new Frame.End();
            }
            scanner.scan(buffer, from, end);
            from = end;
            var head = scanner.head();
            if (head.contentLength() > limits.bodyBytes()) {
                throw BadMessage.tooLarge(
                        "the body is larger than " + limits.bodyBytes() + " octets");
            }
            var body = body(head.contentLength());
            return body == null ? new Frame.End() : new Frame.Message(head, body);
        } catch (BadMessage bad) {
            return new Frame.Fault(scanner.head(), bad);
        }
    }

    /// The index after the empty line, or -1 when the stream ends first.
    private int headEnd(HeadScanner scanner) throws IOException, BadMessage {
        var at = 0;
        var lineStart = 0;
        while (true) {
            if (!have(at + 1)) {
                return -1;
            }
            var c = buffer[from + at];
            if (c == '\n') {
                if (at - 1 == lineStart && at > 1) {
                    return from + at + 1;
                }
                progress.at(Stage.REST);
                lineStart = at + 1;
            }
            if (bad(c, at)) {
                partial(scanner, at);
                throw BadMessage.framing("a bare CR, LF or control character in the header block");
            }
            if (at >= limits.headerBytes()) {
                partial(scanner, at);
                throw BadMessage.framing(
                        "the header block is larger than " + limits.headerBytes() + " octets");
            }
            at++;
        }
    }

    /// CR and LF stand only together; other controls only after a backslash; NUL never.
    private boolean bad(byte c, int at) {
        var before = at == 0 ? 0 : buffer[from + at - 1];
        if (c == '\n') {
            return before != '\r';
        }
        return before == '\r' || c == 0 || (control(c) && before != '\\');
    }

    private static boolean control(byte c) {
        return (c >= 0 && c < ' ' && c != '\t' && c != '\r') || c == 0x7f;
    }

    /// Reads the whole lines before the fault, for the answer only.
    private void partial(HeadScanner scanner, int at) {
        var end = from + at;
        while (end > from + 1 && !(buffer[end - 1] == '\n' && buffer[end - 2] == '\r')) {
            end--;
        }
        if (end > from + 1) {
            try {
                scanner.scan(buffer, from, end);
            } catch (BadMessage ignored) {
                // Another fault tells why already.
            }
        }
    }

    private byte @org.jspecify.annotations.Nullable [] body(int length) throws IOException {
        var body = new byte[length];
        var have = Math.min(length, to - from);
        System.arraycopy(buffer, from, body, 0, have);
        from += have;
        if (from == to) {
            from = 0;
            to = 0;
        }
        return have == length || in.readNBytes(body, have, length - have) == length - have
                ? body
                : null;
    }

    /// Whether `count` octets are there, after waiting for them.
    private boolean have(int count) throws IOException {
        while (to - from < count) {
            if (to == buffer.length) {
                makeRoom(count);
            }
            var read = in.read(buffer, to, buffer.length - to);
            if (read < 0) {
                return false;
            }
            to += read;
        }
        return true;
    }

    private void makeRoom(int count) {
        var size = count > buffer.length / 2 ? buffer.length * 2 : buffer.length;
        var next = size == buffer.length ? buffer : new byte[size];
        System.arraycopy(buffer, from, next, 0, to - from);
        buffer = next;
        to -= from;
        from = 0;
    }
}
