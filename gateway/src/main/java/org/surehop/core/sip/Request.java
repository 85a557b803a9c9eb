package org.surehop.core.sip;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A SIP request as facts. What the gateway decides on is typed; every other header row stays in
/// `others`, in order and verbatim, and is sent on as it came (EDG-62). A request that is to be
/// sent has the same shape: the edge writes exactly these facts.
///
/// `require`, `proxyRequire` and `supported` hold the option tags of all rows, lower case, in
/// order. `maxForwards` is empty when the header is absent.
public record Request(
        Method method,
        SipUri uri,
        CallId callId,
        NameAddr from,
        NameAddr to,
        CSeq cseq,
        List<Via> vias,
        OptionalInt maxForwards,
        List<NameAddr> routes,
        List<NameAddr> recordRoutes,
        Optional<NameAddr> contact,
        List<String> require,
        List<String> proxyRequire,
        List<String> supported,
        List<Header> others,
        Body body) {

    public Request {
        vias = List.copyOf(vias);
        routes = List.copyOf(routes);
        recordRoutes = List.copyOf(recordRoutes);
        require = List.copyOf(require);
        proxyRequire = List.copyOf(proxyRequire);
        supported = List.copyOf(supported);
        others = List.copyOf(others);
    }

    public Via topVia() {
        return vias.getFirst();
    }

    /// Whether the request belongs to a dialog (it has a To tag).
    public boolean inDialog() {
        return !to.tag().isEmpty();
    }

    public Optional<String> header(String name) {
        return Header.first(others, name);
    }

    public List<String> headers(String name) {
        return Header.all(others, name);
    }

    public RequestBuilder toBuilder() {
        return new RequestBuilder(this);
    }
}
