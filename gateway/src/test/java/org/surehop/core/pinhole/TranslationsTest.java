package org.surehop.core.pinhole;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.Nat;
import org.surehop.core.pinhole.Translations.Endpoint;

class TranslationsTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final GroupId ONE = new GroupId(1);
    private static final GroupId TWO = new GroupId(2);

    /// Odd ends: three whole pairs, 20002 to 20007.
    private final Translations table =
            new Translations(
                    new Nat(
                            Optional.of((Inet4Address) InetAddress.ofLiteral("198.51.100.1")),
                            20_001,
                            20_008),
                    Duration.ofMinutes(5));

    @Test
    void givesEvenPortsToRtpAndTheNextOddToRtcp() {
        assertEquals(Optional.of(20_002), table.reserve(ONE, at(4001), NOW));
        assertEquals(
                List.of(
                        new Translation(place("10.0.0.7", 4001), place("198.51.100.1", 20_002)),
                        new Translation(place("10.0.0.7", 4002), place("198.51.100.1", 20_003))),
                table.of(ONE));
    }

    @Test
    void theSameEndpointKeepsItsPortsUntilTheLastGroupLeaves() {
        table.reserve(ONE, at(4000), NOW);
        assertEquals(Optional.of(20_002), table.reserve(ONE, at(4000), NOW));
        assertEquals(Optional.of(20_002), table.reserve(TWO, at(4000), NOW));
        assertEquals(List.of(), table.release(ONE, NOW));
        assertEquals(2, table.release(TWO, NOW).size());
        assertEquals(List.of(), table.release(TWO, NOW));
        assertEquals(0, table.size());
    }

    @Test
    void givesOutNoMoreThanThereAreAndLetsThemRest() {
        for (int port = 4000; port < 4006; port += 2) {
            table.reserve(ONE, at(port), NOW);
        }
        assertEquals(Optional.empty(), table.reserve(TWO, at(5000), NOW));
        table.release(ONE, NOW);
        var soon = NOW.plus(Duration.ofMinutes(5)).minusMillis(1);
        assertEquals(Optional.empty(), table.reserve(TWO, at(5000), soon));
        var later = NOW.plus(Duration.ofMinutes(5));
        assertEquals(1, table.reserve(TWO, at(5000), later).stream().count());
    }

    private static Endpoint at(int port) {
        return new Endpoint(place("10.0.0.7", port), place("10.0.0.7", port + 1));
    }

    private static InetSocketAddress place(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
