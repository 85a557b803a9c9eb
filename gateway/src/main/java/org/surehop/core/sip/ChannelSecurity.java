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

    /// TCP on an IPsec link that the operator declared for the peer `link` (POL-80). `algorithm` is
    /// what the kernel's security association encrypts with, or empty where the operator wants no
    /// look at the kernel. `identities` are the domains of that peer: declared, not shown by a
    /// certificate.
    record Ipsec(String link, String algorithm, List<String> identities)
            implements ChannelSecurity {
        public Ipsec {
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

    /// Whether it counts as transport layer security under e2e-sec (POL-6, POL-80).
    default boolean secure() {
        return switch (this) {
            case Tls _, Ipsec _ -> true;
            case Clear _ -> false;
        };
    }

    /// The domains that the far end has proven, or that the operator declared for its link.
    default List<String> domains() {
        return switch (this) {
            case Tls tls -> tls.identities();
            case Ipsec ipsec -> ipsec.identities();
            case Clear _ -> List.of();
        };
    }
}
