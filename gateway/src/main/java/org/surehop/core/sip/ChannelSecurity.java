package org.surehop.core.sip;

import java.util.List;

/// How a connection is protected: what the edge saw, not what it hopes.
public sealed interface ChannelSecurity {

    /// TLS over TCP. `version` and `suite` are the names of the standards (`TLSv1.3`,
    /// `TLS_AES_256_GCM_SHA384`). `identities` are the SIP domain identities of the peer's leaf
    /// certificate (RFC 5922 §7.1), empty when the peer sent none. `fingerprint` is the SHA-256 of
    /// that certificate in lower-case hex, or empty.
    record Tls(
            String version,
            String suite,
            Authentication authentication,
            List<String> identities,
            String fingerprint)
            implements ChannelSecurity {
        public Tls {
            identities = List.copyOf(identities);
        }
    }

    /// Plain TCP. An e2e-sec request never leaves on it (POL-21).
    record Clear() implements ChannelSecurity {}

    /// Who has shown a certificate that was checked.
    enum Authentication {
        MUTUAL,
        SERVER_ONLY
    }
}
