package org.surehop.core.sip;

/// One accepted or dialled connection; never used again after it has closed.
public record ConnectionId(long value) {}
