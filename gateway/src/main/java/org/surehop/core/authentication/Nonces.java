package org.surehop.core.authentication;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;

/// Nonces that need no memory to be given out: each says when it was made and is bound to the peer
/// by a keyed hash. Remembered is only how often a nonce was used by somebody who knew the
/// password, in a window of 64 counts (RFC 7616 §3.4, `nc`).
final class Nonces {
    private static final int TIME = 12;
    private static final int TOKEN = 32;
    private static final int MAC = 32;

    private final Hash hash;
    private final byte[] secret;
    private final int most;
    private final TreeMap<String, CountWindow> used = new TreeMap<>();
    private String floor = "";

    /// `secret` has 32 octets that nobody else knows; `most` is how many nonces are remembered.
    Nonces(Hash hash, byte[] secret, int most) {
        this.hash = hash;
        this.secret = secret.clone();
        this.most = most;
    }

    /// `token` are 32 hexadecimal digits, never the same twice.
    String issue(Instant now, String token, String peer) {
        var millis = Long.toHexString(Math.max(0, now.toEpochMilli()));
        var head = "0".repeat(Math.max(0, TIME - millis.length())) + millis + token;
        return head + mac(head, peer);
    }

    private String mac(String head, String peer) {
        return hash.keyed(secret, head + "|" + peer).substring(0, MAC);
    }

    /// When it was made; empty when it is none of ours, or another peer's.
    Optional<Instant> made(String nonce, String peer) {
        if (nonce.length() != TIME + TOKEN + MAC) {
            return Optional.empty();
        }
        var head = nonce.substring(0, TIME + TOKEN);
        return Hash.same(mac(head, peer), nonce.substring(TIME + TOKEN))
                ? Optional.of(Instant.ofEpochMilli(Long.parseLong(nonce.substring(0, TIME), 16)))
                : Optional.empty();
    }

    /// Whether that count of that nonce is new; from now on it is not. When too many nonces are in
    /// use the oldest are good no more.
    boolean take(String nonce, long count, Instant now, Duration lifetime) {
        var oldest = now.minus(lifetime);
        while (!used.isEmpty() && madeBefore(used.firstKey(), oldest)) {
            used.pollFirstEntry();
        }
        if (nonce.compareTo(floor) <= 0) {
            return false;
        }
        var window = used.get(nonce);
        if (window == null) {
            window = new CountWindow();
            used.put(nonce, window);
        }
        if (used.size() > most) {
            floor = used.pollFirstEntry().getKey();
        }
        return nonce.compareTo(floor) > 0 && window.take(count);
    }

    private static boolean madeBefore(String nonce, Instant when) {
        return Instant.ofEpochMilli(Long.parseLong(nonce.substring(0, TIME), 16)).isBefore(when);
    }

    int size() {
        return used.size();
    }
}
