package org.surehop.adapter.cms;

import java.util.List;

/// What a fuzzer calls with a body of CMS: whatever comes, it ends in a value.
public final class CmsFuzz {
    private static final BodyReader READER = CmsFixtures.reader("gw-ec");

    private CmsFuzz() {}

    /// What Jazzer calls first: the self-tests of the module take their time.
    public static void fuzzerInitialize() {
        READER.read(
                CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der")), List.of(), CmsFixtures.NOW);
    }

    /// What Jazzer calls with each input.
    public static void fuzzerTestOneInput(byte[] input) {
        var facts = READER.read(CmsFixtures.smime(input), List.of(), CmsFixtures.NOW);
        if (facts.parts().stream().mapToInt(p -> p.octets().length()).sum() > 2 * input.length) {
            throw new IllegalStateException("more came out than went in");
        }
    }
}
