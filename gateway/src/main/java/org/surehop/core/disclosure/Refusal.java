package org.surehop.core.disclosure;

import java.util.List;
import org.surehop.core.sip.Body;
import org.surehop.core.sip.Header;
import org.surehop.core.sip.StatusCode;

/// The parts of the SIP answer to a refused body (E2M-13, E2M-14, E2M-17): what to put into the
/// response beside what every response has.
public record Refusal(StatusCode status, String phrase, List<Header> headers, Body body) {
    public Refusal {
        headers = List.copyOf(headers);
    }
}
