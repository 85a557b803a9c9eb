package org.surehop.core.gateway;

import java.util.List;
import org.surehop.core.report.Reason;
import org.surehop.core.sip.Header;

/// A request that does not get across: the final answer it gets instead, and why.
record Rejection(int status, String phrase, Reason reason, List<Header> headers) {
    Rejection {
        headers = List.copyOf(headers);
    }

    static Rejection of(int status, String phrase, Reason reason, Header... headers) {
        return new Rejection(status, phrase, reason, List.of(headers));
    }
}
