package org.surehop.adapter.sip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// RFC 4475 and RFC 5118, with the verdict of the edge alone (`torture/verdicts.txt`).
class TortureTest {
    private static final SipCodec CODEC = new SipCodec(SipSamples.LIMITS, "gw.example");

    private static final String INTERESTING = "\0\r\n\t \"\\<>;:,=@?[]%/.09aZ\u00e9\u007f";

    static Stream<String> verdicts() {
        var text = new String(resource("verdicts.txt"), StandardCharsets.UTF_8);
        return text.lines().filter(line -> !line.startsWith("#"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("verdicts")
    void givesTheVerdict(String line) {
        var words = line.split(" ", 3);
        var octets = resource(words[0] + ".sip");
        var decoded = CODEC.decode(octets);
        assertEquals(words[1], verdict(decoded), () -> decoded.toString());
    }

    /// What was read must go on as it was: written and read again, it is the same.
    @ParameterizedTest(name = "{0}")
    @MethodSource("verdicts")
    void survivesBeingWritten(String line) {
        var octets = resource(line.split(" ", 3)[0] + ".sip");
        switch (CODEC.decode(octets)) {
            case Decoded.Request r -> assertEquals(r, CODEC.decode(CODEC.encode(r.request())));
            case Decoded.Response r -> assertEquals(r, CODEC.decode(CODEC.encode(r.response())));
            case Decoded.Refused r -> assertTrue(r.status() >= 400);
        }
    }

    /// Any octets end in a verdict, and whatever is accepted can be written and read again as the
    /// same facts.
    @Test
    void survivesMutation() {
        var corpus = verdicts().map(line -> resource(line.split(" ", 3)[0] + ".sip")).toList();
        for (long seed = 1; seed <= 20_000; seed++) {
            var random = new SplittableRandom(seed);
            var octets = corpus.get(random.nextInt(corpus.size())).clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                octets[random.nextInt(octets.length)] =
                        (byte) INTERESTING.charAt(random.nextInt(INTERESTING.length()));
            }
            var decoded = CODEC.decode(octets);
            var again =
                    switch (decoded) {
                        case Decoded.Request r -> CODEC.decode(CODEC.encode(r.request()));
                        case Decoded.Response r -> CODEC.decode(CODEC.encode(r.response()));
                        case Decoded.Refused _ -> decoded;
                    };
            assertEquals(decoded, again, "seed " + seed);
        }
    }

    private static String verdict(Decoded decoded) {
        return switch (decoded) {
            case Decoded.Request _, Decoded.Response _ -> "parse";
            case Decoded.Refused r -> {
                if (r.detail().equals("the message is not complete")) {
                    yield "wait";
                }
                if (r.answer().length == 0) {
                    yield r.close() ? "close" : "drop";
                }
                var answer = new String(r.answer(), StandardCharsets.UTF_8);
                assertTrue(answer.startsWith("SIP/2.0 " + r.status() + " "), answer);
                yield r.status() + (r.close() ? "-close" : "");
            }
        };
    }

    private static byte[] resource(String name) {
        try (var in = TortureTest.class.getResourceAsStream("/torture/" + name)) {
            return java.util.Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
