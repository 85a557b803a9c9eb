package org.surehop.core.disclosure;

/// One piece of work given to the CMS layer; never used again.
public record TaskId(long value) {}
