package org.surehop.core.gateway;

import org.surehop.core.sip.Method;

/// A client transaction of ours: the branch we made and the method (RFC 3261 §17.1.3).
public record TransactionKey(String branch, Method method) {}
