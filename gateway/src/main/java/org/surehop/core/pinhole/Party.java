package org.surehop.core.pinhole;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.surehop.core.disclosure.Assured;
import org.surehop.core.sip.Side;

/// One side of an offer/answer exchange: where it stands, the proof with what it said, and the
/// address its authenticated connection came from (empty when it is not known to be the user
/// agent's own). The description is read from the proof, from nothing else; `trickled` are the
/// proofs with fragments of trickle ICE that came after it (RFC 8840), in their order.
public record Party(
        Side side, Assured proof, Optional<InetAddress> signalling, List<Assured> trickled) {
    public Party {
        trickled = List.copyOf(trickled);
    }

    /// With a description and no fragment.
    public Party(Side side, Assured proof, Optional<InetAddress> signalling) {
        this(side, proof, signalling, List.of());
    }
}
