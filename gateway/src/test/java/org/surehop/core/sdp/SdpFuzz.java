package org.surehop.core.sdp;

import org.surehop.core.sip.Octets;

/// What a fuzzer calls with a session description: whatever comes, it ends in a value.
public final class SdpFuzz {
    private SdpFuzz() {}

    /// What Jazzer calls with each input.
    public static void fuzzerTestOneInput(byte[] input) {
        if (SdpParser.parse(Octets.copyOf(input), 8).toString().isEmpty()) {
            throw new IllegalStateException("an outcome that says nothing");
        }
    }
}
