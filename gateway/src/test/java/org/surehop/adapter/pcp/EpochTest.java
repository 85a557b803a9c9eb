package org.surehop.adapter.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// RFC 6887 §8.5.
class EpochTest {
    @ParameterizedTest
    @CsvSource({
        // seconds that passed here, epoch before and after, whether the server lost its state
        "10, 100, 110, false",
        "0, 100, 99, false",
        "0, 100, 98, true",
        "100, 100, 0, true",
        "100, 100, 205, false",
        "100, 100, 210, true",
        "100, 100, 196, false",
        "100, 100, 180, true",
        "1000000, 0, 1000000, false",
        "0, 0, 4294967295, true",
    })
    void aServerLostItsStateWhenItsTimeDoesNotGoOnAsOurs(
            int passed, long before, long after, boolean lost) {
        var epoch = new Epoch();
        assertEquals(false, epoch.lostBy(Instant.EPOCH, before));
        assertEquals(lost, epoch.lostBy(Instant.EPOCH.plusSeconds(passed), after));
    }
}
