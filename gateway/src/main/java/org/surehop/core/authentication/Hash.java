package org.surehop.core.authentication;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.surehop.core.config.Authentication.Algorithm;

/// Hashes as Digest writes them, and the keyed hash that a nonce carries.
record Hash(Hashing hashing) {
    private static final int BLOCK = 64;

    /// Lower-case hexadecimal digits of the hash of the UTF-8 text.
    String hex(Algorithm algorithm, String text) {
        return hex(algorithm, text.getBytes(StandardCharsets.UTF_8));
    }

    String hex(Algorithm algorithm, byte[] octets) {
        return HexFormat.of().formatHex(hashing.hash(algorithm, octets));
    }

    /// HMAC (RFC 2104) with SHA-256, whose block has 64 octets; the key has at most as many.
    String keyed(byte[] key, String text) {
        var padded = Arrays.copyOf(key, BLOCK);
        var message = text.getBytes(StandardCharsets.UTF_8);
        var inner = hashing.hash(Algorithm.SHA_256, joined(padded, (byte) 0x36, message));
        return hex(Algorithm.SHA_256, joined(padded, (byte) 0x5c, inner));
    }

    private static byte[] joined(byte[] key, byte pad, byte[] rest) {
        var all = new byte[BLOCK + rest.length];
        for (int i = 0; i < BLOCK; i++) {
            all[i] = (byte) (key[i] ^ pad);
        }
        System.arraycopy(rest, 0, all, BLOCK, rest.length);
        return all;
    }

    /// In a time that depends on the lengths alone.
    static boolean same(String expected, String found) {
        if (expected.length() != found.length()) {
            return false;
        }
        var difference = 0;
        for (int i = 0; i < expected.length(); i++) {
            difference |= expected.charAt(i) ^ found.charAt(i);
        }
        return difference == 0;
    }
}
