package org.surehop.core.sip;

import java.util.List;
import java.util.Optional;

/// A SIP response as facts; see [Request] for the rules.
public record Response(
        StatusCode status,
        String reason,
        CallId callId,
        NameAddr from,
        NameAddr to,
        CSeq cseq,
        List<Via> vias,
        List<NameAddr> recordRoutes,
        Optional<NameAddr> contact,
        List<String> require,
        List<String> supported,
        List<Header> others,
        Body body) {

    public Response {
        vias = List.copyOf(vias);
        recordRoutes = List.copyOf(recordRoutes);
        require = List.copyOf(require);
        supported = List.copyOf(supported);
        others = List.copyOf(others);
    }

    public Via topVia() {
        return vias.getFirst();
    }

    public Optional<String> header(String name) {
        return Header.first(others, name);
    }

    public List<String> headers(String name) {
        return Header.all(others, name);
    }

    public ResponseBuilder toBuilder() {
        return new ResponseBuilder(this);
    }
}
