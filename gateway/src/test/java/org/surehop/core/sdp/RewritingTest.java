package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.surehop.core.sip.Octets;

class RewritingTest {
    private static final InetAddress OUTSIDE = InetAddress.ofLiteral("198.51.100.1");

    private final List<String> asked = new ArrayList<>();

    @Test
    void replacesAddressPortAndRtcpAndDropsIce() {
        var before =
                """
                v=0
                o=- 1 2 IN IP4 10.0.0.7
                s=é
                c=IN IP4 10.0.0.7
                t=0 0
                a=ice-lite
                m=audio 4000 RTP/AVP 0 8
                i=voice
                a=rtcp:4011
                a=ice-ufrag:x
                a=candidate:1 1 UDP 2130706431 10.0.0.7 4000 typ host
                a=sendrecv
                m=video 0 RTP/AVP 31
                m=video 5000 RTP/AVP 31
                c=IN IP4 10.0.0.8
                """;
        var after =
                """
                v=0
                o=- 1 2 IN IP4 10.0.0.7
                s=é
                c=IN IP4 198.51.100.1
                t=0 0
                m=audio 20000 RTP/AVP 0 8
                i=voice
                c=IN IP4 198.51.100.1
                a=rtcp:20001
                a=sendrecv
                m=video 0 RTP/AVP 31
                m=video 20002 RTP/AVP 31
                c=IN IP4 198.51.100.1
                """;
        assertEquals(after.replace("\n", "\r\n"), rewritten(before));
        assertEquals(List.of("10.0.0.7:4000 10.0.0.7:4011", "10.0.0.8:5000 10.0.0.8:5001"), asked);
    }

    @ParameterizedTest
    @CsvSource({
        "c=IN IP4 203.0.113.7, m=audio 4000 RTP/AVP 0",
        "c=IN IP4 0.0.0.0, m=audio 4000 RTP/AVP 0",
        "c=IN IP6 fd00::1, m=audio 4000 RTP/AVP 0",
        "c=IN IP4 10.0.0.7, m=audio 0 RTP/AVP 0",
    })
    void leavesWhatNamesNoInsidePlace(String connection, String medium) {
        assertInstanceOf(Rewriting.Untouched.class, result(sdp(connection, medium)));
    }

    @ParameterizedTest
    @CsvSource({
        "c=IN IP4 10.0.0.7, m=audio 4000/2 RTP/AVP 0",
        "c=IN IP4 10.0.0.7, m=message 4000 TCP/MSRP *",
        "c=IN IP4 10.0.0.7, m=audio 99999 RTP/AVP 0",
    })
    void doesNotGuessAtWhatItCannotTranslate(String connection, String medium) {
        var stuck = assertInstanceOf(Rewriting.Impossible.class, result(sdp(connection, medium)));
        assertEquals(false, stuck.noPlace());
    }

    @Test
    void saysWhenNoPortIsFree() {
        var octets = octets(sdp("c=IN IP4 10.0.0.7", "m=audio 4000 RTP/AVP 0"));
        var stuck =
                Rewriting.of(octets, InetAddress::isSiteLocalAddress, (_, _) -> Optional.empty());
        assertTrue(assertInstanceOf(Rewriting.Impossible.class, stuck).noPlace());
    }

    private static String sdp(String connection, String medium) {
        return "v=0\no=- 1 1 IN IP4 10.0.0.7\ns=-\n" + connection + "\nt=0 0\n" + medium + "\n";
    }

    private String rewritten(String sdp) {
        var result = assertInstanceOf(Rewriting.Rewritten.class, result(sdp));
        return new String(result.sdp().toArray(), StandardCharsets.UTF_8);
    }

    private Rewriting.Result result(String sdp) {
        return Rewriting.of(octets(sdp), InetAddress::isSiteLocalAddress, this::place);
    }

    private static Octets octets(String sdp) {
        return Octets.copyOf(sdp.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<InetSocketAddress> place(InetSocketAddress rtp, InetSocketAddress rtcp) {
        asked.add((rtp + " " + rtcp).replace("/", ""));
        return Optional.of(new InetSocketAddress(OUTSIDE, 19_998 + 2 * asked.size()));
    }
}
