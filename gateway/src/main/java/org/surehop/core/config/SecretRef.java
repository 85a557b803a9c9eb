package org.surehop.core.config;

/// Where a secret is to be found: `file:PATH` or `env:NAME`. The value itself is never configured.
public record SecretRef(Kind kind, String name) {
    /// The places that can hold a secret.
    public enum Kind {
        FILE,
        ENV
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + ":" + name;
    }
}
