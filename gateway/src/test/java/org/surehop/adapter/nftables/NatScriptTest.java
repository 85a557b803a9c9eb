package org.surehop.adapter.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.surehop.core.pinhole.Translation;

class NatScriptTest {
    private static final Translation ONE =
            new Translation(place("10.0.0.7", 4000), place("198.51.100.1", 20_000));

    @Test
    void anElementIsMadeAnewInBothMaps() {
        var there = "ip t_nat inward { 198.51.100.1 . 20000 ";
        var back = "ip t_nat outward { 10.0.0.7 . 4000 ";
        assertEquals(
                String.join(
                        "\n",
                        "add element " + there + "timeout 1s expires 1s : 10.0.0.7 . 4000 }",
                        "add element " + back + "timeout 1s expires 1s : 198.51.100.1 . 20000 }",
                        "delete element " + there + "}",
                        "delete element " + back + "}",
                        "add element " + there + "timeout 3s expires 3s : 10.0.0.7 . 4000 }",
                        "add element " + back + "timeout 3s expires 3s : 198.51.100.1 . 20000 }",
                        ""),
                new NatScript("t").add(ONE, Duration.ofMillis(2001)));
    }

    private static InetSocketAddress place(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
