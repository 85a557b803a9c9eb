package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `surehop firewall explain fd00:77:1::2 36000` once said that no call had ever asked for it: the
/// journal wrote the address as `fd00:77:1:0:0:0:0:2`, and the two were compared as text. As text
/// `10.0.0.1` was also found at the end of `110.0.0.1`.
class FlowTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "udp 192.0.2.1 -> 10.0.0.1 port 4000",
                "tcp 192.0.2.1 port 9 -> 10.0.0.1 port 65535",
                "udp anyone -> 10.0.0.1 port 4000",
                "udp anyone -> fd00:77:1:0:0:0:0:2 port 36000",
                "udp fd00:77:2:0:0:0:0:2 port 7 -> fd00:77:1:0:0:0:0:2 port 36000"
            })
    void readsWhatItWrote(String text) {
        assertEquals(Optional.of(text), Flow.told(text).map(Flow::toString));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "udp",
                "icmp 192.0.2.1 -> 10.0.0.1 port 4000",
                "udp host.example -> 10.0.0.1 port 4000",
                "udp 192.0.2.1 -> fd00::1 port 4000",
                "udp 192.0.2.1 -> 10.0.0.1 port 0",
                "udp 192.0.2.1 -> 10.0.0.1 port 65536",
                "udp 192.0.2.1 -> 10.0.0.1 port 4000 "
            })
    void readsNothingElse(String text) {
        assertEquals(Optional.empty(), Flow.told(text));
    }

    @ParameterizedTest
    @CsvSource({
        "fd00:77:1::2,36000",
        "fd00:77:1:0:0:0:0:2,36000",
        "FD00:77:1::2,0",
        "fd00:77:2::2,7",
    })
    void isTouchedHoweverTheAddressIsWritten(String address, int port) {
        assertTrue(flow().touches(InetAddress.ofLiteral(address), port));
    }

    @ParameterizedTest
    @CsvSource({"fd00:77:1::2,36001", "fd00:77:1::22,36000", "fd00:77:2::2,36000", "10.0.0.1,7"})
    void isNotTouchedByNeighbours(String address, int port) {
        assertFalse(flow().touches(InetAddress.ofLiteral(address), port));
    }

    @Test
    void anAddressThatEndsAlikeIsAnotherOne() {
        var flow = Flow.told("udp 192.0.2.1 -> 110.0.0.1 port 4000").orElseThrow();
        assertFalse(flow.touches(InetAddress.ofLiteral("10.0.0.1"), 4000));
    }

    private static Flow flow() {
        var text = "udp fd00:77:2:0:0:0:0:2 port 7 -> fd00:77:1:0:0:0:0:2 port 36000";
        return Flow.told(text).orElseThrow();
    }
}
