package org.surehop.core.sdp;

import java.util.List;
import java.util.Optional;

/// The body of an INFO with more ICE candidates, `application/trickle-ice-sdpfrag` (RFC 8840 §9):
/// for which media, and what they add. A part without `mid` is the session part: it holds for all
/// media, which is how `a=end-of-candidates` may come.
public record SdpFragment(List<Part> parts) implements FragmentResult {
    public SdpFragment {
        parts = List.copyOf(parts);
    }

    /// What the fragment says of one medium.
    public record Part(Optional<String> mid, Ice ice) {

        /// The user name fragment of the session part holds for this one unless it has its own.
        Part of(Part session) {
            var name = ice.fragment().or(session.ice::fragment);
            return new Part(
                    mid,
                    new Ice(
                            name,
                            ice.candidates(),
                            ice.trickle(),
                            ice.ended(),
                            ice.mismatch(),
                            ice.selected(),
                            ice.named()));
        }
    }
}
