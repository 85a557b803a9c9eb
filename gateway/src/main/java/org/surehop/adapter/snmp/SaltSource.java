package org.surehop.adapter.snmp;

import java.security.SecureRandom;
import org.snmp4j.security.Salt;

/// Salt for AES privacy from the platform's strongest default generator. SNMP4J's own asks for
/// `SHA1PRNG` by name and falls back to `java.util.Random` where only the FIPS providers are left
/// (RFC 3826 §3.1.4.1 wants a salt that does not repeat after a restart).
final class SaltSource extends Salt {
    private static final long serialVersionUID = 1L;

    private long next = new SecureRandom().nextLong();

    @Override
    public synchronized long getNext() {
        return next++;
    }
}
