package org.surehop.core.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What is remembered for a while, and no more than is allowed.
class RecallTest {
    private static final Instant NOW = Instant.EPOCH;

    private final Recall<Integer> recall = new Recall<>();

    @Test
    void remembersUntilTheEnd() {
        recall.put("a", 1, NOW.plusSeconds(10), 2);
        assertEquals(Optional.of(1), recall.get("a", NOW.plusSeconds(9)));
        assertEquals(Optional.empty(), recall.get("a", NOW.plusSeconds(10)));
        assertEquals(Optional.of(NOW.plusSeconds(10)), recall.next());
        recall.forget(NOW.plusSeconds(10));
        assertEquals(0, recall.size());
    }

    @Test
    void takesNoMoreThanIsAllowedAndSaysSo() {
        assertTrue(recall.put("a", 1, NOW.plusSeconds(10), 2));
        assertTrue(recall.put("b", 1, NOW.plusSeconds(10), 2));
        assertFalse(recall.put("c", 1, NOW.plusSeconds(10), 2));
        assertEquals(Optional.empty(), recall.get("c", NOW));
        assertTrue(recall.put("a", 2, NOW.plusSeconds(20), 2), "known already");
        assertEquals(Optional.of(2), recall.get("a", NOW.plusSeconds(15)));
    }
}
