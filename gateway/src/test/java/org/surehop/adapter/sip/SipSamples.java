package org.surehop.adapter.sip;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.surehop.core.config.Limits;

/// Limits and messages that several tests use.
final class SipSamples {
    static final Limits LIMITS = limits(Duration.ofSeconds(5));

    private SipSamples() {}

    /// Small limits; `message` is the deadline for the first line and for the whole message.
    static Limits limits(Duration message) {
        return new Limits(
                100,
                100,
                100,
                100,
                50,
                20,
                8,
                16_384,
                100,
                64,
                65_536,
                message,
                message,
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                64,
                100);
    }

    static byte[] octets(String text) {
        return text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    /// An OPTIONS with the given CSeq number, extra rows (each ending in a line break), and body.
    static byte[] options(int number, String extra, String body) {
        return octets(
                "OPTIONS sip:bob@example.com SIP/2.0\n"
                        + "Via: SIP/2.0/TLS client.example.com;branch=z9hG4bK"
                        + number
                        + "\nMax-Forwards: 70\n"
                        + "From: \"Alice\" <sip:alice@example.com>;tag=a1\n"
                        + "To: <sip:bob@example.com>\nCall-ID: one@example.com\nCSeq: "
                        + number
                        + " OPTIONS\n"
                        + extra
                        + "\n"
                        + body);
    }

    static byte[] options(int number) {
        return options(number, "Content-Length: 0\n", "");
    }
}
