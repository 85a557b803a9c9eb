package org.surehop.core.config;

/// What one realm is told of the elements beyond us (POL-83, D4).
public enum Topology {
    /// Every hop by its name, and what it asserts.
    FULL,
    /// Hops of our own domains are one with us; those of others keep their names.
    DOMAIN,
    /// All hops beyond us are one with us.
    SELF,
    /// As `SELF`, and no list of the path at all.
    NONE
}
