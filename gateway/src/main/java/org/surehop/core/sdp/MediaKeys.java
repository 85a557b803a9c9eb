package org.surehop.core.sdp;

import java.nio.charset.StandardCharsets;
import org.surehop.core.sip.Octets;

/// Whether a session description shows its reader the keys of the media: `a=crypto` (RFC 4568),
/// `a=key-mgmt` (RFC 4567) or `k=` with a key in it (RFC 4566 §5.12). A DTLS-SRTP fingerprint is
/// no key.
public final class MediaKeys {
    private MediaKeys() {}

    /// Looks at the beginnings of lines only; keeps and gives out nothing of them.
    public static boolean shown(Octets sdp) {
        return new String(sdp.toArray(), StandardCharsets.ISO_8859_1)
                .lines()
                .anyMatch(MediaKeys::key);
    }

    private static boolean key(String line) {
        return line.startsWith("a=crypto:")
                || line.startsWith("a=key-mgmt:")
                || (line.startsWith("k=") && !line.strip().equals("k=prompt"));
    }
}
