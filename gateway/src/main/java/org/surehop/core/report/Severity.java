package org.surehop.core.report;

/// The words of X.733, weakest first.
public enum Severity {
    INFO,
    WARNING,
    MINOR,
    MAJOR,
    CRITICAL
}
