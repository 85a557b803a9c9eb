package org.surehop.adapter.cms;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.surehop.testing.Corpus;

class BodyCorpusTest {
    @Test
    void endsInAValueForAllCmsThatAFuzzerHasKept() throws Exception {
        var corpus = Corpus.of("cms");
        corpus.feed(CmsFuzz::fuzzerTestOneInput);
        assertTrue(corpus.size() > 5);
    }

    @Test
    void endsInAValueForAllLocationsThatWereKept() throws Exception {
        var corpus = Corpus.of("pidf");
        corpus.feed(LocationFuzz::fuzzerTestOneInput);
        assertTrue(corpus.size() > 5);
    }

    @Test
    void endsInAValueForAllMimeThatAFuzzerHasKept() throws Exception {
        var corpus = Corpus.of("mime");
        corpus.feed(MimeFuzz::fuzzerTestOneInput);
        assertTrue(corpus.size() > 5);
    }
}
