package org.surehop.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ManyCallsTest {
    private static final Duration LINGER = Duration.ofSeconds(40);

    @Test
    void remembersNothingOfTwentyThousandCalls() throws JMException {
        var calls = new ManyCalls(settings(1_000));
        run(calls, 0, 1_000);
        var before = heap();
        run(calls, 1_000, 20_000);
        var after = heap();

        assertEquals(0, calls.refused());
        calls.gateway().remembered().forEach((table, size) -> assertEquals(0, size, table));
        assertTrue(calls.gateway().flowsInForce().isEmpty());
        assertTrue(after - before < 2_000_000, () -> (after - before) + " octets stayed");
    }

    @Test
    void holdsCallsInLittleMemory() throws JMException {
        var count = 5_000;
        var calls = new ManyCalls(settings(count));
        run(calls, 0, 1_000);
        var empty = heap();
        for (int i = 0; i < count; i++) {
            calls.begin(i);
        }
        calls.pass(LINGER);
        var held = (heap() - empty) / count;
        for (int i = 0; i < count; i++) {
            calls.end(i);
        }
        calls.rest();
        for (int i = 0; i < count; i++) {
            calls.begin(i);
            calls.end(i);
        }
        var ended = (heap() - empty) / count;

        System.out.println("octets of heap: held call " + held + ", just ended " + ended);
        assertEquals(0, calls.refused());
        assertTrue(held < 8_000, () -> "a held call takes " + held + " octets");
        // About 600 of them are its last verdict, kept for a while for those who subscribe late.
        assertTrue(ended < 6_000, () -> "a call that has ended takes " + ended + " octets");
    }

    // Calls that had ended stayed in the count for the 32 seconds in which they wait for
    // repetitions, so that a peer at the shipped limit of 500 calls was refused at 16 calls per
    // second, however short they were.
    @Test
    void countsOnlyCallsThatGoOnForTheLimit() {
        var calls = new ManyCalls(settings(10));
        for (int i = 0; i < 100; i++) {
            calls.begin(i);
            calls.end(i);
        }
        assertEquals(0, calls.refused());

        for (int i = 100; i < 111; i++) {
            calls.begin(i);
        }
        assertEquals(1, calls.refused());
    }

    private static SimSettings settings(int calls) {
        return new SimSettings(true, false, calls, 32);
    }

    /// Octets that are reachable. The heap's own figure has more: a collection leaves filler.
    private static long heap() throws JMException {
        var histogram =
                ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "gcClassHistogram",
                                new Object[] {new String[0]},
                                new String[] {String[].class.getName()});
        return String.valueOf(histogram)
                .lines()
                .map(line -> line.strip().split(" +"))
                .filter(row -> row.length > 3 && row[0].endsWith(":"))
                .filter(row -> !row[3].contains("FillerElement"))
                .mapToLong(row -> Long.parseLong(row[2]))
                .sum();
    }

    private static void run(ManyCalls calls, int from, int to) {
        for (int i = from; i < to; i++) {
            calls.begin(i);
            calls.end(i);
            if (i % 1_000 == 999) {
                calls.pass(LINGER);
            }
        }
        calls.rest();
    }
}
