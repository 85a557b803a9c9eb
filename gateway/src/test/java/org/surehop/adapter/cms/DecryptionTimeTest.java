package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.surehop.core.disclosure.BodyFacts;
import org.surehop.core.disclosure.BodyFacts.Obstacle;
import org.surehop.core.sip.Body;

/// SM-23: neither the answer nor the time that it takes tells why a body could not be decrypted.
class DecryptionTimeTest {
    private static final BodyReader READER = CmsFixtures.reader("gw-ec");
    private static final int ROUNDS = 300;

    /// The same body, spoiled at one octet each: in the wrapped key, where the last block gives the
    /// padding, in the first block behind the vector, and in the tag of the authenticated one.
    private static List<Body> spoiled() {
        var cbc = CmsFixtures.file("n1-ec-keyid.der");
        var content = (CmsFixtures.file("sdp.mime").length / 16 + 1) * 16;
        var wrapped = indexOf(cbc, new byte[] {0x04, 0x18}) + 10;
        return List.of(
                bent(cbc, wrapped),
                bent(cbc, cbc.length - 1),
                bent(cbc, cbc.length - 17),
                bent(cbc, cbc.length - content + 3));
    }

    private static Body bent(byte[] cms, int at) {
        var bent = cms.clone();
        bent[at] ^= 0x21;
        return CmsFixtures.smime(bent);
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = bytes.length - 60 - 400; i + wanted.length <= bytes.length; i++) {
            if (i >= 0 && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new IllegalStateException("no wrapped key of that length");
    }

    private static BodyFacts read(Body body) {
        return READER.read(body, List.of(), CmsFixtures.NOW);
    }

    /// All kinds take turns, so that what else the machine does falls on all alike, and of each the
    /// lower quartile counts, which a pause of the machine does not move.
    @Test
    void takesAsLongForEachKindOfFailure() {
        var bodies = spoiled();
        var failed = new BodyFacts(List.of(), Set.of(Obstacle.DECRYPTION_FAILED));
        bodies.forEach(body -> assertEquals(failed, read(body)));
        var times = new ArrayList<long[]>();
        bodies.forEach(_ -> times.add(new long[ROUNDS]));
        for (int round = -100; round < ROUNDS; round++) {
            for (int kind = 0; kind < bodies.size(); kind++) {
                var began = System.nanoTime();
                read(bodies.get(kind));
                if (round >= 0) {
                    times.get(kind)[round] = System.nanoTime() - began;
                }
            }
        }
        var quartiles = times.stream().mapToLong(DecryptionTimeTest::quartile).sorted().toArray();
        var ratio = (double) quartiles[quartiles.length - 1] / quartiles[0];
        assertTrue(ratio < 1.5, "slowest to fastest: " + Arrays.toString(quartiles));
    }

    private static long quartile(long[] times) {
        var sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 4];
    }
}
