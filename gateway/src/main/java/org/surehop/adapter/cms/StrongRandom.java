package org.surehop.adapter.cms;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;

/// The approved generator of the provider.
final class StrongRandom {
    private StrongRandom() {}

    static SecureRandom of(Provider provider) {
        try {
            return SecureRandom.getInstance("DEFAULT", provider);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the cryptographic provider has a generator", e);
        }
    }
}
