package org.surehop.core.gateway;

import org.surehop.core.sip.SipUri;
import org.surehop.core.sip.Via;

/// Makes the names of one event (branches, tags, Contact tokens) out of its [Entropy]: unguessable
/// as long as the bits are, and the same again in a replay.
final class Tokens {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private final Entropy entropy;
    private long used;

    Tokens(Entropy entropy) {
        this.entropy = entropy;
    }

    /// 32 hexadecimal digits, never the same twice.
    String next() {
        used += STEP;
        return hex(mix(entropy.high() + used)) + hex(mix(entropy.low() ^ used));
    }

    /// A branch with the cookie of RFC 3261 §8.1.1.7.
    String branch() {
        return "z9hG4bK" + next();
    }

    Via via(org.surehop.core.config.GatewayConfig.Identity self) {
        return Via.tls(self.name(), self.port(), branch());
    }

    /// The Via of a request that opens something: its branch ends in a mark of the Request-URI, by
    /// which the request is known when it comes round unchanged (RFC 5393 §4.2; a spiral, which has
    /// another Request-URI, passes).
    Via via(org.surehop.core.config.GatewayConfig.Identity self, SipUri uri) {
        return Via.tls(self.name(), self.port(), branch() + loopMark(uri));
    }

    static String loopMark(SipUri uri) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < uri.text().length(); i++) {
            hash = (hash ^ uri.text().charAt(i)) * 0x100000001B3L;
        }
        return "." + hex(mix(hash)).substring(0, 8);
    }

    private static String hex(long value) {
        var digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    private static long mix(long value) {
        var z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
