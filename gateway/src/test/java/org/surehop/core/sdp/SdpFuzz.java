package org.surehop.core.sdp;

import org.surehop.core.sdp.FlowRules.End;
import org.surehop.core.sip.Octets;

/// What a fuzzer calls with a session description: whatever comes, it ends in a value, and so do
/// the flows of what could be read, by each source policy and from both sides.
public final class SdpFuzz {
    private static final SdpLimits LIMITS = new SdpLimits(8, 64);

    private SdpFuzz() {}

    /// What Jazzer calls with each input.
    public static void fuzzerTestOneInput(byte[] input) {
        var octets = Octets.copyOf(input);
        var read = SdpParser.parse(octets, LIMITS);
        var fragment = SdpParser.parseFragment(octets, LIMITS);
        if (read.toString().isEmpty() || fragment.toString().isEmpty()) {
            throw new IllegalStateException("an outcome that says nothing");
        }
        if (read instanceof SessionDescription description) {
            for (var policy : SourcePolicy.values()) {
                Flows.between(
                        description,
                        description,
                        new FlowRules(policy, End.on(true), End.on(false)));
            }
            Flows.offered(description, End.on(true)).fromAnyone(true);
            Flows.offered(description, End.on(false)).fromAnyone(false);
        }
    }
}
