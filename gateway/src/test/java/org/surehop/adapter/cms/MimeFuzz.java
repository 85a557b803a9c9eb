package org.surehop.adapter.cms;

import java.util.List;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.Octets;

/// What a fuzzer calls with a multipart body: whatever comes, it ends in a value.
public final class MimeFuzz {
    private static final BodyReader READER = CmsFixtures.reader("gw-ec");
    private static final List<Header> MULTIPART =
            List.of(new Header("Content-Type", "multipart/mixed;boundary=x"));

    private MimeFuzz() {}

    /// What Jazzer calls first: the self-tests of the module take their time.
    public static void fuzzerInitialize() {
        READER.read(
                CmsFixtures.smime(CmsFixtures.file("n3-alice-ec.der")), List.of(), CmsFixtures.NOW);
    }

    /// What Jazzer calls with each input.
    public static void fuzzerTestOneInput(byte[] input) {
        var body = new Body(MULTIPART, Octets.copyOf(input));
        var facts = READER.read(body, List.of(), CmsFixtures.NOW);
        if (facts.parts().stream().mapToInt(p -> p.octets().length()).sum() > 2 * input.length) {
            throw new IllegalStateException("more came out than went in");
        }
    }
}
