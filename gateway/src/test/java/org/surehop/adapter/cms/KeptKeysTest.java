package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.surehop.core.config.ContentKeys;
import org.surehop.core.disclosure.KeyScope;
import org.surehop.core.sip.Octets;

class KeptKeysTest {
    private static final KeyScope ONE = new KeyScope("one");
    private static final KeyScope TWO = new KeyScope("two");
    private final KeptKeys kept =
            new KeptKeys(new ContentKeys(Duration.ofHours(1), 8, 4, 6, true), () -> Instant.EPOCH);

    private static KeptKeys.Offer offer(String name) {
        return new KeptKeys.Offer(octets(name), 8, Optional.empty());
    }

    private static Octets octets(String name) {
        return Octets.copyOf(name.getBytes(StandardCharsets.US_ASCII));
    }

    private void keep(KeyScope scope, String name) {
        try (var lease = kept.enter(scope)) {
            lease.keep(offer(name), new byte[] {1, 2, 3});
        }
    }

    private boolean has(KeyScope scope, String name) {
        try (var lease = kept.enter(scope)) {
            return lease.find(octets(name)).isPresent();
        }
    }

    @Test
    void holdsNoMoreThanItsTwoLimits() {
        for (int i = 0; i < 6; i++) {
            keep(ONE, "a" + i);
            keep(TWO, "b" + i);
        }

        assertEquals(6, kept.size());
        assertTrue(has(TWO, "b5") && has(TWO, "b4") && has(ONE, "a5"));
        assertTrue(!has(ONE, "a2") && !has(TWO, "b1"));
    }

    // A body that was still being read when its call ended brought its key afterwards, and nobody
    // would have wiped it before its time was over.
    @Test
    void wipesWhatAReadingBringsAfterItsDialogIsOver() {
        var late = kept.enter(ONE);
        kept.end(ONE);
        late.keep(offer("late"), new byte[] {1});
        assertEquals(1, kept.size());

        late.close();

        assertEquals(0, kept.size());
        assertTrue(!has(ONE, "late"));
    }

    @Test
    void givesCopiesSoThatWipingOneHarmsNobody() {
        keep(ONE, "a");
        try (var lease = kept.enter(ONE)) {
            java.util.Arrays.fill(lease.find(octets("a")).orElseThrow().key(), (byte) 0);
            assertArrayEquals(new byte[] {1, 2, 3}, lease.find(octets("a")).orElseThrow().key());
        }
    }

    @Test
    void replacesAKeyByTheNewerOneOfTheSameName() {
        keep(ONE, "a");
        keep(ONE, "a");

        assertEquals(1, kept.size());
        kept.endAll();
        assertEquals(0, kept.size());
    }
}
