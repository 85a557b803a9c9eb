package org.surehop.core.gateway;

/// 128 random bits that the edge has drawn for one event; the core draws none itself.
public record Entropy(long high, long low) {}
