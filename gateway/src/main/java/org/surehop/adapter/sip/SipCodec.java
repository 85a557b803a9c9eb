package org.surehop.adapter.sip;

import java.nio.charset.StandardCharsets;
import org.surehop.core.config.Limits;
import org.surehop.core.sip.Request;
import org.surehop.core.sip.Response;

/// SIP messages between octets and facts (RFC 3261 §7, §25). Reading: own scan of the header
/// block with all limits, then JAIN-SIP's grammar for the structural headers. Writing: exactly the
/// facts, in a fixed order, so that reading what was written gives the same facts. Safe for any
/// thread.
public final class SipCodec {
    private final Limits limits;
    private final String warnAgent;

    /// `warnAgent` is the host that signs `Warning: 399` in refusals.
    public SipCodec(Limits limits, String warnAgent) {
        this.limits = limits;
        this.warnAgent = warnAgent;
    }

    /// Reads one whole message: header block, empty line, body of exactly `Content-Length` octets.
    public Decoded decode(byte[] message) {
        var reader = new MessageReader(new java.io.ByteArrayInputStream(message), limits);
        try {
            return switch (reader.next()) {
                case Frame.Message(var head, var body) -> decode(head, body);
                case Frame.Fault fault -> refusal(fault.head(), fault.fault());
                case Frame.End _, Frame.KeepAlive _ ->
                        refusal(Head.NONE, BadMessage.framing("the message is not complete"));
            };
        } catch (java.io.IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    Decoded decode(Head head, byte[] body) {
        try {
            return head.isResponse()
                    ? new Decoded.Response(new MessageParser(head, body).response())
                    : new Decoded.Request(new MessageParser(head, body).request());
        } catch (BadMessage bad) {
            return refusal(head, bad);
        } catch (RuntimeException e) {
            // A parser that breaks on a message must not break the connection's thread.
            return refusal(head, BadMessage.malformed("the message cannot be read"));
        }
    }

    Decoded.Refused refusal(Head head, BadMessage bad) {
        return new Decoded.Refused(
                bad.status(),
                bad.reason(),
                bad.why(),
                RefusalWriter.write(head, bad, warnAgent),
                bad.fatal());
    }

    /// The octets of a request. Throws `IllegalArgumentException` when a value would break out of
    /// its line, or when `others` holds a header that has a place of its own.
    public byte[] encode(Request request) {
        return new MessageWriter().write(request);
    }

    /// The octets of a response; see [#encode(Request)].
    public byte[] encode(Response response) {
        return new MessageWriter().write(response);
    }

    static byte[] octets(CharSequence head, byte[] body) {
        var start = head.toString().getBytes(StandardCharsets.UTF_8);
        if (body.length == 0) {
            return start;
        }
        var all = java.util.Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }
}
