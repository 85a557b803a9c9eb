package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.surehop.core.report.Reason;

class MessageReaderTest {
    private static final int LIMIT = SipSamples.LIMITS.headerBytes();

    /// Stock SIP stacks took the last of two Content-Length rows, so that one element saw a body
    /// where another saw a second request: a request smuggled past every check.
    @Test
    void refusesTwoContentLengths() throws IOException {
        var smuggled = new String(SipSamples.options(2), java.nio.charset.StandardCharsets.UTF_8);
        var rows = "Content-Length: " + smuggled.length() + "\nContent-Length: 0\n";
        assertFault(SipSamples.options(1, rows, smuggled), Reason.FRAMING, 400);
    }

    /// A stack that knew only the long name took the body of an `l:` message for the next request.
    @Test
    void takesTheCompactLengthForTheBody() throws IOException {
        var hidden = new String(SipSamples.options(2), java.nio.charset.StandardCharsets.UTF_8);
        var frames = frames(SipSamples.options(1, "l : " + hidden.length() + "\n", hidden));
        assertEquals(2, frames.size());
        var message = assertInstanceOf(Frame.Message.class, frames.getFirst());
        assertEquals(hidden.length(), message.body().length);
    }

    @Test
    void refusesCompactAndLongLengthTogether() throws IOException {
        assertFault(SipSamples.options(1, "l: 0\nContent-Length: 0\n", ""), Reason.FRAMING, 400);
    }

    /// One `Content-Length: 1900000000` once allocated its whole body and killed the listener.
    @Test
    void refusesAHugeBodyBeforeAllocatingIt() throws IOException {
        var row = "Content-Length: 1900000000\n";
        assertFault(SipSamples.options(1, row, ""), Reason.MESSAGE_TOO_LARGE, 413);
        assertFault(
                SipSamples.options(1, "Content-Length: 9999999999\n", ""),
                Reason.MESSAGE_TOO_LARGE,
                413);
        assertFault(
                SipSamples.options(1, "Content-Length: 65537\n", ""),
                Reason.MESSAGE_TOO_LARGE,
                413);
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws IOException {
        var body = "x".repeat(SipSamples.LIMITS.bodyBytes());
        var row = "Content-Length: " + body.length() + "\n";
        assertInstanceOf(Frame.Message.class, frames(SipSamples.options(1, row, body)).getFirst());
    }

    @Test
    void refusesAnythingButOneNumberAsLength() throws IOException {
        for (var row :
                List.of(
                        "",
                        "Content-Length: \n",
                        "Content-Length: 0, 0\n",
                        "Content-Length: +5\n",
                        "Content-Length: 0x10\n",
                        "Content-Length: 12345678901\n")) {
            assertFault(SipSamples.options(1, row, ""), Reason.FRAMING, 400);
        }
    }

    @Test
    void refusesDuplicateSingletons() throws IOException {
        for (var row :
                List.of(
                        "f: <sip:eve@example.com>;tag=2",
                        "To : <sip:eve@example.com>",
                        "i: two",
                        "CSEQ: 1 OPTIONS",
                        "max-forwards: 3")) {
            assertFault(
                    SipSamples.options(1, row + "\nContent-Length: 0\n", ""), Reason.FRAMING, 400);
        }
    }

    @Test
    void refusesBareControlCharacters() throws IOException {
        for (var c : List.of("\n", "\r", "\0", "\u0007", "\u007f")) {
            var good = new String(SipSamples.options(1), java.nio.charset.StandardCharsets.UTF_8);
            var bad = good.replace("client.ex", "client" + c + ".ex");
            assertFault(bad.getBytes(java.nio.charset.StandardCharsets.UTF_8), Reason.FRAMING, 400);
        }
    }

    @Test
    void refusesOverlongHeaderBlocksWithAnAnswer() throws IOException {
        var row = "X-Fill: " + "x".repeat(LIMIT) + "\nContent-Length: 0\n";
        var fault = assertFault(SipSamples.options(1, row, ""), Reason.FRAMING, 400);
        var answer =
                new SipCodec(SipSamples.LIMITS, "gw").refusal(fault.head(), fault.fault()).answer();
        assertTrue(answer.length > 0);
    }

    @Test
    void countsHeaderRows() throws IOException {
        var rows = "X: y\n".repeat(SipSamples.LIMITS.headerCount()) + "Content-Length: 0\n";
        assertFault(SipSamples.options(1, rows, ""), Reason.FRAMING, 400);
    }

    @Test
    void countsListValuesOverAllRowsOfAName() throws IOException {
        var over = "Supported: a,b\n".repeat(33) + "Content-Length: 0\n";
        assertFault(SipSamples.options(1, over, ""), Reason.FRAMING, 400);
        var exact = "Supported: a,b\n".repeat(32) + "Content-Length: 0\n";
        assertInstanceOf(Frame.Message.class, frames(SipSamples.options(1, exact, "")).getFirst());
    }

    /// A 60 KB list of Via values cost the parser 478 ms of CPU: one connection could stop a core.
    @Test
    void refusesALongViaListCheaply() throws IOException {
        var via = "SIP/2.0/TLS h;branch=z9hG4bK1,".repeat(2000);
        var octets = SipSamples.options(1, "Via: " + via + "\nContent-Length: 0\n", "");
        assertTrue(octets.length > 60_000);
        var threads = ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadCpuTime();
        assertFault(octets, Reason.FRAMING, 400);
        var spent = threads.getCurrentThreadCpuTime() - before;
        assertTrue(spent < 50_000_000, () -> spent + " ns");
    }

    @Test
    void readsTheSameFromSingleOctets() throws IOException {
        var all = new ByteArrayOutputStream();
        for (int i = 1; i <= 3; i++) {
            all.write(SipSamples.options(i, "X-Fold: a\n b\nContent-Length: 3\n", "a\n"));
        }
        var slow =
                new FilterInputStream(new ByteArrayInputStream(all.toByteArray())) {
                    @Override
                    public int read(byte[] b, int off, int len) throws IOException {
                        return super.read(b, off, Math.min(len, 1));
                    }
                };
        var reader = new MessageReader(slow, SipSamples.LIMITS);
        for (int i = 1; i <= 3; i++) {
            var message = assertInstanceOf(Frame.Message.class, reader.next());
            assertTrue(message.head().rows().stream().anyMatch(r -> r.value().equals("a b")));
        }
        assertInstanceOf(Frame.End.class, reader.next());
    }

    @Test
    void knowsKeepAlivesFromPongs() throws IOException {
        var octets = SipSamples.octets("\n\n\n");
        var frames = frames(octets);
        assertInstanceOf(Frame.KeepAlive.class, frames.get(0));
        assertInstanceOf(Frame.End.class, frames.get(1));
    }

    private static Frame.Fault assertFault(byte[] octets, Reason reason, int status)
            throws IOException {
        var fault = assertInstanceOf(Frame.Fault.class, frames(octets).getLast());
        assertEquals(reason, fault.fault().reason());
        assertEquals(status, fault.fault().status());
        assertTrue(fault.fault().fatal());
        return fault;
    }

    private static List<Frame> frames(byte[] octets) throws IOException {
        var reader = new MessageReader(new ByteArrayInputStream(octets), SipSamples.LIMITS);
        var frames = new ArrayList<Frame>();
        while (true) {
            var frame = reader.next();
            frames.add(frame);
            if (frame instanceof Frame.End || frame instanceof Frame.Fault) {
                return frames;
            }
        }
    }
}
