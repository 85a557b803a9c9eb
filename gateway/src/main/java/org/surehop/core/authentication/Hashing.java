package org.surehop.core.authentication;

import org.surehop.core.config.Authentication.Algorithm;

/// The hash functions that the edge lends to the core: the same octets give the same hash, and
/// nothing else happens.
@FunctionalInterface
public interface Hashing {
    byte[] hash(Algorithm algorithm, byte[] octets);
}
