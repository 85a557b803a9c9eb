package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.sdp.SdpProblem.Kind;
import org.surehop.core.sip.Octets;

class SdpParserTest {
    private static final String HEAD = "v=0\r\no=a 1 2 IN IP4 pc.example.com\r\ns=-\r\n";
    private static final String PLAIN =
            HEAD + "c=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0\r\n";

    @Test
    void readsWhatAPinholeNeeds() {
        var sdp =
                parsed(
                        HEAD
                                + "c=IN IP4 192.0.2.1\r\nt=0 0\r\na=recvonly\r\n"
                                + "m=audio 49170/2 RTP/AVP 0 8\r\na=rtcp:53020 IN IP4 192.0.2.9\r\n"
                                + "m=Video 5000 udp/tls/rtp/savpf 96\r\nc=IN IP6 2001:db8::7\r\n"
                                + "a=sendonly\r\na=rtcp-mux\r\nb=RS:0\r\nb=RR:0\r\n"
                                + "m=audio 0 RTP/AVP 0\r\n");
        assertEquals("1", sdp.sessionId());
        assertEquals("2", sdp.version());
        var audio = sdp.media().get(0);
        assertEquals(2, audio.portCount());
        assertEquals(Direction.RECVONLY, audio.direction());
        assertEquals(Optional.of(InetAddress.ofLiteral("192.0.2.9")), audio.rtcp().get().address());
        var video = sdp.media().get(1);
        assertEquals("video", video.kind());
        assertEquals("UDP/TLS/RTP/SAVPF", video.proto());
        assertEquals(Optional.of(InetAddress.ofLiteral("2001:db8::7")), video.address());
        assertTrue(video.rtcpMux() && video.withoutRtcp());
        assertEquals(Direction.SENDONLY, video.direction());
        assertEquals(0, sdp.media().get(2).port());
    }

    @Test
    void toleratesLfAloneAndNoEndOfTheLastLine() {
        assertEquals(parsed(PLAIN), parsed(PLAIN.replace("\r\n", "\n").strip()));
    }

    @Test
    void saysThatKeysWereSeenAndKeepsNone() {
        var sdp = parsed(PLAIN + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n");
        assertTrue(sdp.keysInClear());
        assertFalse(sdp.toString().contains("c2VjcmV0"));
        assertTrue(parsed(PLAIN + "k=clear:c2VjcmV0\r\n").keysInClear());
        assertFalse(parsed(PLAIN).keysInClear());
    }

    @ParameterizedTest
    @CsvSource({
        "IN IP4 10.0.0.256, BAD_ADDRESS",
        "IN IP4 10.1, BAD_ADDRESS",
        "IN IP4 010.0.0.1, BAD_ADDRESS",
        "IN IP4 10.0.0.1/24, BAD_ADDRESS",
        "IN IP4 224.2.1.1/127, MULTICAST",
        "IN IP4 224.2.1.1, MULTICAST",
        "IN IP6 ff15::101/3, MULTICAST",
        "IN IP6 ::ffff:10.0.0.1, BAD_ADDRESS",
        "IN IP6 ::ffff:a00:1, BAD_ADDRESS",
        "IN IP6 fe80::1%eth0, BAD_ADDRESS",
        "IN IP6 [2001:db8::1], BAD_ADDRESS",
        "IN IP6 2001:db8:::1, BAD_ADDRESS",
        "IN IP4 2001:db8::1, BAD_ADDRESS",
        "IN IP6 10.0.0.1, NAME",
        "IN IP4 media.example.com, NAME",
        "IN IP6 host.local, NAME",
        "IN IPX 10.0.0.1, BAD_SYNTAX",
        "IN IP4  10.0.0.1, BAD_SYNTAX",
        "ATM IP4 10.0.0.1, BAD_SYNTAX",
        "IN IP4, BAD_SYNTAX"
    })
    void refusesAnAddressThatIsNoPlainLiteral(String connection, Kind kind) {
        var problem = refused(PLAIN.replace("IN IP4 192.0.2.1", connection));
        assertEquals(kind, problem.kind());
        assertEquals(4, problem.line());
    }

    @ParameterizedTest
    @CsvSource({
        "70000, BAD_PORT",
        "-1, BAD_PORT",
        "65536, BAD_PORT",
        "99999999999, BAD_PORT",
        "65534/2, BAD_PORT",
        "5000/0, BAD_PORT",
        "5000/999999999, BAD_PORT",
        "5000/1/1, BAD_PORT",
        "0x10, BAD_PORT"
    })
    void refusesAPortThatIsNone(String port, Kind kind) {
        assertEquals(kind, refused(PLAIN.replace("49170", port)).kind());
    }

    @Test
    void refusesMissingDoubledAndMisplacedLines() {
        assertEquals(Kind.BAD_SYNTAX, refused("").kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN.replace("v=0", "v=1")).kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN.replace("t=0 0\r\n", "")).kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN.replace("s=-\r\n", "")).kind());
        assertEquals(
                Kind.BAD_SYNTAX, refused(PLAIN + "c=IN IP4 1.2.3.4\r\nc=IN IP4 1.2.3.4").kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN + "a=sendonly\r\na=recvonly\r\n").kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN + "o=a 1 2 IN IP4 x\r\n").kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN + "y=what\r\n").kind());
        assertEquals(Kind.BAD_SYNTAX, refused(PLAIN + "\r\n").kind());
        assertEquals(
                Kind.NO_CONNECTION, refused(PLAIN.replace("c=IN IP4 192.0.2.1\r\n", "")).kind());
    }

    @Test
    void refusesTextThatReadersMayReadDifferently() {
        assertEquals(Kind.BAD_TEXT, refused(PLAIN + "a=x\u0000y\r\n").kind());
        assertEquals(Kind.BAD_TEXT, refused(PLAIN + "a=x\ry\r\n").kind());
        for (int[] bad : new int[][] {{0xC0, 0xAF}, {0xED, 0xA0, 0x80}, {0xFF}, {0xE2, 0x82}}) {
            var text = (PLAIN + "i=").getBytes(StandardCharsets.UTF_8);
            var octets = Arrays.copyOf(text, text.length + bad.length);
            for (int i = 0; i < bad.length; i++) {
                octets[text.length + i] = (byte) bad[i];
            }
            var problem = SdpParser.parse(Octets.copyOf(octets), 8);
            assertEquals(Kind.BAD_TEXT, ((SdpProblem) problem).kind());
        }
        parsed(PLAIN + "i=Gespräch \uD83D\uDCDE\r\n");
    }

    @Test
    void holdsItsLimits() {
        var line = "m=audio 49170 RTP/AVP 0\r\n";
        assertEquals(8, parsed(PLAIN + line.repeat(7)).media().size());
        assertEquals(Kind.TOO_MANY_MEDIA, refused(PLAIN + line.repeat(8)).kind());
        assertEquals(Kind.TOO_MANY_MEDIA, refused(PLAIN + line.repeat(1000)).kind());
        assertEquals(Kind.TOO_LARGE, refused(PLAIN + "a=x\n".repeat(5000)).kind());
        assertEquals(Kind.TOO_LARGE, refused(PLAIN + "a=" + "x".repeat(4095)).kind());
        assertEquals(Kind.TOO_LARGE, refused("a".repeat(65_536)).kind());
        parsed(PLAIN + "a=" + "x".repeat(4094));
    }

    @Test
    void neverThrowsWhateverTheOctets() {
        var random = new SplittableRandom(8866);
        var base =
                (PLAIN + "a=rtcp:1 IN IP6 ::1\r\na=rtcp-mux\r\n").getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            var octets = Arrays.copyOf(base, random.nextInt(base.length) + 1);
            for (int change = random.nextInt(6); change > 0; change--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            SdpParser.parse(Octets.copyOf(octets), 8);
        }
    }

    @Test
    void neverRepeatsTheInputInItsProblem() {
        assertFalse(
                refused(PLAIN.replace("192.0.2.1", "secret.example"))
                        .toString()
                        .contains("secret"));
    }

    static SessionDescription parsed(String sdp) {
        return assertInstanceOf(SessionDescription.class, parse(sdp));
    }

    private static SdpProblem refused(String sdp) {
        return assertInstanceOf(SdpProblem.class, parse(sdp));
    }

    private static SdpResult parse(String sdp) {
        return SdpParser.parse(Octets.copyOf(sdp.getBytes(StandardCharsets.UTF_8)), 8);
    }
}
