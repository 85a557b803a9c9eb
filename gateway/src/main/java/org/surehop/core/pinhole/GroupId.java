package org.surehop.core.pinhole;

/// A group of policy rules (RFC 5189 §2.4.1): in this gateway, one dialog's.
public record GroupId(long value) {}
