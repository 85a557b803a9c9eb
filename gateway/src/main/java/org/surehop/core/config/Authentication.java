package org.surehop.core.config;

import java.time.Duration;
import java.util.List;

/// Digest (RFC 7616, RFC 8760), asked of the listeners and peers that say so. `realm` may be empty:
/// then it is `gateway.name`. `algorithms` and `qops` are in order of preference. A nonce is good
/// for `nonceLifetime`; of at most `maxNonces` that are in use the counts are remembered.
/// `users` is where the file of users is; an empty name stands for none.
public record Authentication(
        String realm,
        List<Algorithm> algorithms,
        List<Qop> qops,
        Duration nonceLifetime,
        int maxNonces,
        SecretRef users) {
    /// No user is known.
    public static final Authentication NONE =
            new Authentication(
                    "",
                    List.of(Algorithm.SHA_256, Algorithm.SHA_512_256),
                    List.of(Qop.AUTH_INT, Qop.AUTH),
                    Duration.ofMinutes(5),
                    10_000,
                    new SecretRef(SecretRef.Kind.FILE, ""));

    public Authentication {
        algorithms = List.copyOf(algorithms);
        qops = List.copyOf(qops);
        Valid.that(!algorithms.isEmpty(), "authentication.algorithms must have one at least");
        Valid.that(!qops.isEmpty(), "authentication.qop must have one at least");
        Valid.positive("authentication.max-nonces", maxNonces);
    }

    /// The hash functions of RFC 8760; MD5 is for old phones only.
    public enum Algorithm {
        SHA_256("SHA-256", 64),
        SHA_512_256("SHA-512-256", 64),
        MD5("MD5", 32);

        private final String wireName;
        private final int hexDigits;

        Algorithm(String wireName, int hexDigits) {
            this.wireName = wireName;
            this.hexDigits = hexDigits;
        }

        public String wireName() {
            return wireName;
        }

        /// The length of a hash in hexadecimal digits.
        public int hexDigits() {
            return hexDigits;
        }
    }

    /// What the response covers: method and URI, or the body as well.
    public enum Qop {
        AUTH("auth"),
        AUTH_INT("auth-int");

        private final String wireName;

        Qop(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /// Whether somebody must say who they are.
    public enum Wish {
        NONE,
        DIGEST
    }
}
