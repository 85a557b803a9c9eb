package org.surehop.adapter.snmp;

import org.snmp4j.security.PrivAES128;

/// AES-128 in CFB mode (RFC 3826) with a salt of our own.
final class AesPrivacy extends PrivAES128 {
    private static final long serialVersionUID = 1L;

    AesPrivacy() {
        salt = new SaltSource();
    }

    /// For the test that tells where the salt comes from.
    boolean hasOwnSalt() {
        return salt instanceof SaltSource;
    }
}
