package org.surehop.core.disclosure;

import java.util.Optional;
import org.surehop.core.sdp.MediaKeys;
import org.surehop.core.sip.Octets;

/// The proof that this gateway has read a session description and may act on it: the octets that
/// were read, why they may be trusted, and by whom they were signed. Only this room can make one,
/// so a pinhole cannot be asked for without it.
public final class Assured {
    private final Octets sdp;
    private final Basis basis;
    private final Optional<SignerFacts> signer;

    Assured(Octets sdp, Basis basis, Optional<SignerFacts> signer) {
        this.sdp = sdp;
        this.basis = basis;
        this.signer = signer;
    }

    /// Why the description may be acted on, in rising order of worth.
    public enum Basis {
        /// Nobody protected it end to end; policy allows that.
        CLEAR_BY_POLICY,
        /// In clear, and signed by the party that it should come from.
        CLEAR_AND_SIGNED,
        /// Encrypted, and disclosed to this gateway.
        DISCLOSED,
        /// Disclosed, and signed by the party that it should come from.
        DISCLOSED_AND_SIGNED
    }

    /// The session description, as it came out of the innermost layer.
    public Octets sdp() {
        return sdp;
    }

    public Basis basis() {
        return basis;
    }

    /// Whether it shows us keys that are for the ends of the media alone (SVC-5).
    public boolean showsMediaKeys() {
        return MediaKeys.shown(sdp);
    }

    /// Who signed it: present only when the signature held and the name was the expected one.
    public Optional<SignerFacts> signer() {
        return signer;
    }

    @Override
    public String toString() {
        return "Assured[" + basis + ", " + sdp + "]";
    }
}
