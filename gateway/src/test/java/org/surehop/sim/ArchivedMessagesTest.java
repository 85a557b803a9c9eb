package org.surehop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.surehop.core.config.Archive;

/// Worlds of messages that must be archived (SVC-1).
class ArchivedMessagesTest {
    private static final int WORLDS = 50;
    private static final int MESSAGES = 200;

    @ParameterizedTest
    @EnumSource(Archive.OnFailure.class)
    void whatMustBeArchivedIsArchivedBeforeItGoesOnOrRefused(Archive.OnFailure policy) {
        var tally = new TreeMap<String, Integer>();
        for (long seed = 1; seed <= WORLDS; seed++) {
            try {
                new ArchivedMessages(seed, policy, tally).run(MESSAGES);
            } catch (Invariant.Violation violation) {
                throw new AssertionError("seed " + seed, violation);
            }
        }
        System.out.println("archived messages, " + policy + ": " + tally);
        for (var what : new String[] {"DELIVERED", "REFUSED", "UNKNOWN", "left archived"}) {
            assertTrue(count(tally, what) > 100, what + " in " + tally);
        }
        assertEquals(
                policy == Archive.OnFailure.PASS,
                count(tally, "left unarchived") > 0,
                tally::toString);
    }

    private static int count(Map<String, Integer> tally, String what) {
        return tally.getOrDefault(what, 0);
    }
}
