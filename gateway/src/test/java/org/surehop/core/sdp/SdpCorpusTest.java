package org.surehop.core.sdp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.surehop.testing.Corpus;

class SdpCorpusTest {
    @Test
    void endsInAValueForAllThatAFuzzerHasKept() throws Exception {
        var corpus = Corpus.of("sdp");
        corpus.feed(SdpFuzz::fuzzerTestOneInput);
        assertTrue(corpus.size() > 5);
    }
}
