package org.surehop.core.config;

/// What may come in besides an authenticated TLS path. `acceptUnassured` lets requests without
/// e2e-sec cross that came in clear on a listener inside (POL-28); with e2e-sec they are always
/// refused.
public record PathPolicy(boolean acceptUnassured) {}
