package org.surehop.adapter.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.surehop.core.authentication.Hashing;
import org.surehop.core.config.Authentication.Algorithm;

/// The hash functions of Digest. MD5 is not approved and comes from the JDK; it is used only when
/// somebody configures it. May be used by several threads.
public final class Hashes implements Hashing {
    @Override
    public byte[] hash(Algorithm algorithm, byte[] octets) {
        var name =
                switch (algorithm) {
                    case SHA_256 -> "SHA-256";
                    case SHA_512_256 -> "SHA-512/256";
                    case MD5 -> "MD5";
                };
        try {
            return MessageDigest.getInstance(name).digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}
